"""The simulated Weibo refuses what Weibo refuses, whoever asks."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from hub.kernel.clock import ManualClock
from publishers.weibo.simulator import Platform
from tests.publishers.doubles import picture, serve

TEXT = "通知 https://www.gd.gov.cn/1"


@dataclass(slots=True)
class Site:
    """The bare API, called without our client."""

    platform: Platform
    session: aiohttp.ClientSession
    url: str
    token: str

    async def post(self, path: str, **fields: str) -> tuple[int, Mapping[str, Any]]:
        form = {"access_token": self.token, "rip": "203.0.113.7", **fields}
        async with self.session.post(self.url + path, data=form) as response:
            return response.status, await response.json()

    async def share(self, text: str = TEXT, **fields: str) -> tuple[int, Mapping[str, Any]]:
        return await self.post("/2/statuses/share.json", status=text, **fields)

    async def share_picture(self, content: bytes, disposition: str, *headers: str) -> int:
        """A multipart body by hand: a client's library would mend what is missing."""
        fields = {"access_token": self.token, "rip": "203.0.113.7", "status": TEXT}
        body = b"".join(_part(f'name="{name}"', value.encode()) for name, value in fields.items())
        body += _part(f'name="pic"{disposition}', content, *headers) + b"--limit--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=limit"}
        url = f"{self.url}/2/statuses/share.json"
        async with self.session.post(url, data=io.BytesIO(body), headers=kind) as response:
            return int((await response.json()).get("error_code", 0))

    async def timeline(self, **query: str) -> list[str]:
        url = f"{self.url}/2/statuses/user_timeline.json"
        async with self.session.get(url, params={"access_token": self.token, **query}) as response:
            return [status["idstr"] for status in (await response.json())["statuses"]]


def _part(disposition: str, content: bytes, *headers: str) -> bytes:
    lines = ["--limit", f"Content-Disposition: form-data; {disposition}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content + b"\r\n"


@pytest.fixture
async def site(clock: ManualClock) -> AsyncIterator[Site]:
    platform = Platform(clock)
    token = platform.enrol("gongkai").credentials["access_token"]
    async with serve(platform) as url, aiohttp.ClientSession() as session:
        yield Site(platform, session, url, token)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "没有链接"}, 10017),
        ({"status": f"#话题# {TEXT}"}, 10017),
        ({"status": ""}, 10016),
        ({"status": "字" * 140 + TEXT}, 20012),
        ({"status": TEXT, "rip": ""}, 10016),
        ({"status": TEXT, "rip": "localhost"}, 10017),
        ({"status": TEXT, "access_token": ""}, 21301),
        ({"status": TEXT, "access_token": "2.00wrong"}, 21332),
    ],
)
async def test_a_wrong_call_gets_its_code(site: Site, fields: dict[str, str], code: int) -> None:
    status, body = await site.post("/2/statuses/share.json", **fields)
    assert (status in {400, 403}, body["error_code"]) == (True, code)
    assert site.platform.shown() == []


async def test_an_app_without_a_domain_shares_nothing(site: Site) -> None:
    site.platform.app.safe_domains = ()
    assert (await site.share())[1]["error"] == "appkey not bind domain!"


async def test_the_stored_text_has_short_links_only(site: Site) -> None:
    _, body = await site.share()
    assert "gov.cn" not in body["text"]
    assert "http://t.cn/" in body["text"]


async def test_a_part_without_a_file_name_is_an_authorisation_error(site: Site) -> None:
    png = "Content-Type: image/png"
    name = '; filename="a.png"'
    assert await site.share_picture(picture(), "", png) == 21301
    assert await site.share_picture(picture(), name) == 21301
    assert await site.share_picture(b"x", name, png) == 20005
    assert await site.share_picture(picture() + bytes(5 * 1024 * 1024), name, png) == 20006
    assert await site.share_picture(picture(), name, png) == 0


async def test_only_the_last_text_counts_as_repeated(site: Site) -> None:
    codes = [(await site.share(text))[1].get("error_code") for text in (TEXT, TEXT)]
    assert codes == [None, 20019]
    await site.share(f"另一条 {TEXT}")
    assert "error_code" not in (await site.share())[1]
    site.platform.tune({"repeat_window": 0})
    assert "error_code" not in (await site.share())[1]


async def test_the_timeline_pages_by_ids_and_count(site: Site) -> None:
    ids = [(await site.share(f"第{n}条 {TEXT}"))[1]["idstr"] for n in range(5)]
    newest_first = ids[::-1]
    assert await site.timeline() == newest_first
    assert await site.timeline(count="2") == newest_first[:2]
    assert await site.timeline(max_id=ids[2]) == newest_first[2:]
    assert await site.timeline(since_id=ids[2]) == newest_first[:2]
    assert await site.timeline(count="2", page="2") == newest_first[2:4]


async def test_a_strangers_timeline_is_empty(site: Site) -> None:
    await site.share()
    assert await site.timeline(uid="1") == []


async def test_calls_and_posts_are_counted(site: Site) -> None:
    site.platform.tune({"posts_per_hour": 1, "calls_per_day": 3})
    texts = [f"第{n}条 {TEXT}" for n in range(4)]
    codes = [(await site.share(text))[1].get("error_code") for text in texts]
    assert codes == [None, 10024, 10024, 10023]


async def test_a_counter_starts_again_with_the_hour(site: Site, clock: ManualClock) -> None:
    site.platform.tune({"posts_per_hour": 1})
    await site.share()
    clock.advance(3600)
    assert "error_code" not in (await site.share(f"下一条 {TEXT}"))[1]


def test_an_unknown_switch_is_an_error(clock: ManualClock) -> None:
    with pytest.raises(KeyError):
        Platform(clock).tune({"repeat_windows": 1})


def test_enrolling_twice_is_the_same_account(clock: ManualClock) -> None:
    platform = Platform(clock)
    assert platform.enrol("gongkai") == platform.enrol("gongkai")
