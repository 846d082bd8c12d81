"""All simulated platforms behind one port, and the page of what they show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.kernel.clock import ManualClock
from publishers.registry import channels
from publishers.simulation import Fault, Shown
from simulators.town import Town

Client = TestClient[web.Request, web.Application]
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">5 < 6 & 7 > 2'


@pytest.fixture
def town(clock: ManualClock) -> Town:
    return Town(clock)


@pytest.fixture
async def client(town: Town) -> AsyncIterator[Client]:
    async with TestClient(TestServer(town.application())) as client:
        yield client


def post(number: int = 0, **changes: Any) -> Shown:
    values: dict[str, Any] = {
        "account": f"account-{number}",
        "remote_id": f"r-{number}",
        "title": "",
        "text": f"第{number}条消息",
        "at": AT + timedelta(seconds=number),
    }
    return Shown(**{**values, **changes})


def show(town: Town, channel: str, *posts: Shown) -> None:
    """Let a platform show just these."""
    town.platforms[channel].shown = lambda: list(posts)  # type: ignore[method-assign]


class Page(HTMLParser):
    """The tags of a page, and its text with line feeds between the pieces."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"

    def every(self, tag: str) -> list[Mapping[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


async def page(client: Client) -> Page:
    answer = await client.get("/")
    assert answer.status == 200
    return Page(await answer.text())


async def test_every_channel_that_is_found_has_its_platform(town: Town, client: Client) -> None:
    assert set(town.platforms) == set(channels())
    shown = await page(client)
    headings = {str(attributes.get("id")) for attributes in shown.every("h2")}
    assert headings == {f"h-{name}" for name in channels()}


async def test_a_platform_answers_under_its_channels_name(client: Client) -> None:
    answer = await client.post("/telegram/bot123:nobody/getMe")
    assert (answer.status, (await answer.json())["ok"]) == (401, False)


async def test_a_town_of_one_platform_has_no_other(clock: ManualClock) -> None:
    assert set(Town(clock, frozenset({"weibo"})).platforms) == {"weibo"}


@pytest.mark.parametrize("channel", sorted(channels()))
async def test_enrolling_opens_an_account_with_what_the_channel_needs(
    client: Client, channel: str
) -> None:
    answer = await client.post(f"/_control/{channel}/accounts", json={"handles": ["甲", "乙"]})
    enrolled = await answer.json()
    needed = {field.name for field in channels()[channel].credentials if field.required}
    assert len({account["handle"] for account in enrolled}) == 2
    assert all(needed <= set(account["credentials"]) for account in enrolled)


async def test_an_armed_fault_spoils_the_next_call_only(town: Town, client: Client) -> None:
    order = {"fault": Fault.ERROR_500, "path": "*/getMe", "times": 1}
    answer = await client.post("/_control/telegram/faults", json=order)
    assert await answer.json() == {"armed": "error-500"}
    statuses = [(await client.post("/telegram/bot1:x/getMe")).status for _ in range(2)]
    assert statuses == [500, 401]


async def test_settings_reach_the_platform(town: Town, client: Client) -> None:
    answer = await client.post("/_control/weibo/settings", json={"posts_per_hour": 2})
    assert await answer.json() == {"set": ["posts_per_hour"]}
    assert town.platforms["weibo"].posts_per_hour == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("what", "order"),
    [
        ("faults", {"fault": "earthquake"}),
        ("faults", {"fault": "hang", "colour": "red"}),
        ("settings", {"kindness": 1}),
    ],
)
async def test_an_order_that_nobody_knows_is_refused(
    client: Client, what: str, order: dict[str, object]
) -> None:
    assert (await client.post(f"/_control/weibo/{what}", json=order)).status == 400


@pytest.mark.parametrize("what", ["accounts", "faults", "settings"])
async def test_an_unknown_channel_is_not_found(client: Client, what: str) -> None:
    assert (await client.post(f"/_control/pigeon/{what}", json={})).status == 404


async def test_what_is_shown_is_told_as_data(town: Town, client: Client) -> None:
    show(town, "weibo", post(1), post(2))
    everything = await (await client.get("/_control/shown")).json()
    weibo = await (await client.get("/_control/shown", params={"channel": "weibo"})).json()
    assert set(everything) == set(channels())
    assert [row["remote_id"] for row in weibo["weibo"]] == ["r-1", "r-2"]
    assert list(weibo) == ["weibo"]


async def test_the_newest_post_comes_first(town: Town, client: Client) -> None:
    show(town, "weibo", post(1), post(3), post(2))
    text = (await page(client)).text
    assert text.index("第3条消息") < text.index("第2条消息") < text.index("第1条消息")


async def test_posts_that_read_the_same_share_a_card_and_lose_no_account(
    town: Town, client: Client
) -> None:
    same = [post(number, text="同一条消息") for number in range(8)]
    show(town, "weibo", *same, post(9))
    shown = await page(client)
    assert len(shown.every("article")) == 2
    assert shown.text.count("同一条消息") == 1
    assert "8 个账号" in shown.text
    assert "另有 2 个账号" in shown.text


async def test_what_is_no_longer_public_is_told_apart(town: Town, client: Client) -> None:
    show(town, "weibo", post(1, text="甲"), post(2, text="甲", state="deleted"))
    shown = await page(client)
    assert [tags.get("class") for tags in shown.every("article")] == ["gone", None]
    assert "已删除" in shown.text


async def test_a_time_is_chinas_and_another_days_post_has_its_date(
    town: Town, client: Client
) -> None:
    show(town, "weibo", post(1), post(0, at=AT - timedelta(days=40)))
    text = (await page(client)).text
    assert "09:00:01" in text
    assert "2026-01-21" in text


@pytest.mark.parametrize("channel", ["weibo", "telegram", "website", "wechat"])
async def test_hostile_text_stays_text(town: Town, client: Client, channel: str) -> None:
    show(town, channel, post(1, text=HOSTILE, title=HOSTILE, account=HOSTILE, remote_id=HOSTILE))
    shown = await page(client)
    assert shown.every("script") == []
    assert shown.every("img") == []
    assert HOSTILE in shown.text


async def test_plain_text_is_shown_to_the_letter(town: Town, client: Client) -> None:
    show(town, "weibo", post(1, text=HOSTILE))
    assert HOSTILE in (await page(client)).text


async def test_only_links_into_the_town_can_be_followed(town: Town, client: Client) -> None:
    inside = str(client.make_url("/website/x/i/1.html"))
    links = [inside, "https://t.me/somebody/1", "javascript:alert(1)"]
    show(town, "weibo", *(post(number, link=link) for number, link in enumerate(links)))
    assert [attributes["href"] for attributes in (await page(client)).every("a")] == [inside]


async def test_the_page_may_run_nothing_and_ask_nobody(client: Client) -> None:
    answer = await client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert Page(await answer.text()).every("script") == []


async def test_an_empty_town_says_so(client: Client) -> None:
    assert (await page(client)).text.count("还没有内容") == len(channels())
