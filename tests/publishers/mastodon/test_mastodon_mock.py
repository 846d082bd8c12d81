"""Our outlet against a Mastodon server that somebody else wrote (mastodon_mock, from PyPI).

What it does otherwise than Mastodon is in publishers/mastodon/README.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, Rejected, Throttled, Unauthorised, Unknown
from hub.publishing.models import Part
from hub.publishing.ports import Access, Measured, Verdict
from publishers.mastodon.client import Draft, MastodonClient
from publishers.mastodon.publisher import MastodonOutlet
from publishers.wire import Wire, open_session
from simulators.servers import free_port
from tests.others import serving
from tests.publishers.doubles import MemoryJob, MemoryMedia, picture

LINK = "https://www.gd.gov.cn/zwgk/2026-17.html"
HANDLE, TOKEN = "testuser", "mock_token"  # the account that it comes with
QUIET = 61.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("mastodon_mock"), free_port()
    url = f"http://127.0.0.1:{port}"
    words = ("-m", "mastodon_mock", "serve", "--in-memory", "--host", "127.0.0.1")
    with serving(*words, "--port", str(port), url=f"{url}/api/v2/instance", cwd=folder):
        yield url


@dataclass(slots=True)
class Mock:
    """The server, our outlet, and a clock that starts now."""

    wire: Wire
    outlet: MastodonOutlet
    access: Access
    clock: ManualClock
    media: MemoryMedia

    def job(self, text: str, name: str, **changes: Any) -> MemoryJob:
        return MemoryJob(
            key=hashlib.sha256(name.encode()).hexdigest()[:32],
            access=self.access,
            part=Part(text=f"{text} {LINK}", link=LINK, **changes),
            media=self.media,
            started_at=self.clock.now(),
        )

    async def ask(self, method: str, path: str, json: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = self.access.base_url + path
        answer = await self.wire.call(
            method, url, what="ask", effect=False, json=json, headers=headers
        )
        assert answer.status == 200, answer.body
        return answer.json()

    async def spoil(self, effect: str, count: int = 1, **more: Any) -> None:
        """Let the next posts fail as the server's own fault rules do."""
        match = {"methods": ["POST"], "path": "/api/v1/statuses"}
        rule = {"match": match, "effect": {"type": effect, **more}, "count": count}
        await self.ask("POST", "/api/v1/_mock/faults", rule)

    async def public(self, text: str) -> list[Any]:
        """The account's posts with `text`, as anybody sees them."""
        person = await self.ask("GET", "/api/v1/accounts/verify_credentials")
        posts = await self.ask("GET", f"/api/v1/accounts/{person['id']}/statuses")
        return [post for post in posts if text in post["content"]]


@pytest.fixture
async def mock(address: str) -> AsyncIterator[Mock]:
    clock = ManualClock(datetime.now(UTC))
    access = Access(
        account_id="a", handle=HANDLE, base_url=address, credentials={"access_token": TOKEN}
    )
    async with open_session() as session:
        wire = Wire(session)
        yield Mock(wire, MastodonOutlet(wire, clock), access, clock, MemoryMedia())


async def test_a_post_is_public_read_back_and_withdrawn(mock: Mock) -> None:
    job = mock.job("第1号通知 <粤府办〔2026〕1号> & “附件”", "whole life", digest="提示")
    accepted = await mock.outlet.deliver(job)
    (post,) = await mock.public("第1号通知")
    assert (post["id"], post["url"]) == (accepted.remote_id, accepted.url)
    assert (post["visibility"], post["language"], post["spoiler_text"]) == ("public", "zh", "提示")
    job.remote_id = accepted.remote_id
    finding = await mock.outlet.verify(job)
    assert (finding.verdict, finding.same) == (Verdict.FOUND, True)
    await mock.outlet.withdraw(job)
    await mock.outlet.withdraw(job)
    assert (await mock.outlet.verify(job)).verdict is Verdict.GONE
    assert await mock.public("第1号通知") == []


async def test_the_same_key_is_the_same_post(mock: Mock) -> None:
    accepted = [await mock.outlet.deliver(mock.job("第2号通知", "key")) for _ in range(3)]
    assert len({each.remote_id for each in accepted}) == 1
    assert len(await mock.public("第2号通知")) == 1


async def test_501_characters_are_refused_by_us_and_by_the_server(mock: Mock) -> None:
    text = "字" * 501
    with pytest.raises(Rejected, match="上限 500"):
        await mock.outlet.deliver(mock.job(text, "too long"))
    client = MastodonClient(mock.wire, mock.clock, timedelta(seconds=20))
    draft = Draft(text=text, spoiler="", visibility="public", language="zh")
    with pytest.raises(Rejected, match="正文过长") as caught:
        await client.post(mock.access, draft, "0" * 32)
    assert caught.value.platform_code == "422"
    await client.post(mock.access, replace(draft, text=text[1:]), "1" * 32)


async def test_pictures_go_with_the_post_and_change_with_a_correction(mock: Mock) -> None:
    pictures = tuple(mock.media.add(picture(colour=colour)) for colour in ("red", "blue"))
    job = mock.job("第3号通知", "pictures", media=pictures)
    job.remote_id = (await mock.outlet.deliver(job)).remote_id
    (post,) = await mock.public("第3号通知")
    described = [media["description"] for media in post["media_attachments"]]
    assert described == ["测试图片", "测试图片"]
    assert (await mock.outlet.verify(job)).same is True
    corrected = replace(
        job, part=replace(job.part, text="第3号通知（更正）", media=()), progress={}
    )
    await mock.outlet.amend(corrected)
    (post,) = await mock.public("第3号通知")
    assert "更正" in post["content"]


async def test_a_thread_is_a_chain_of_answers(mock: Mock) -> None:
    first = await mock.outlet.deliver(mock.job("第4号通知（1/2）", "part 1"))
    following = mock.job("第4号通知（2/2）", "part 2")
    following.previous_id = first.remote_id
    second = await mock.outlet.deliver(following)
    context = await mock.ask("GET", f"/api/v1/statuses/{second.remote_id}/context")
    assert [post["id"] for post in context["ancestors"]] == [first.remote_id]


async def test_reactions_are_counted(mock: Mock) -> None:
    job = mock.job("第5号通知", "reactions")
    job.remote_id = (await mock.outlet.deliver(job)).remote_id
    await mock.ask("POST", f"/api/v1/statuses/{job.remote_id}/favourite")
    await mock.ask("POST", f"/api/v1/statuses/{job.remote_id}/reblog")
    assert await mock.outlet.measure(job) == Measured(likes=1, shares=1, comments=0)


@pytest.mark.parametrize("effect", [{"effect": "status", "status": 503}, {"effect": "malformed"}])
async def test_an_answer_that_decides_nothing_is_settled_and_repeated(
    mock: Mock, effect: dict[str, Any]
) -> None:
    text = f"第6号通知之{effect['effect']}"
    job = mock.job(text, text)
    await mock.spoil(**effect)
    with pytest.raises(Unknown):
        await mock.outlet.deliver(job)
    assert (await mock.outlet.reconcile(job)).verdict is Verdict.PENDING
    mock.clock.advance(QUIET)
    assert (await mock.outlet.reconcile(job)).verdict is Verdict.ABSENT
    accepted = await mock.outlet.deliver(job)
    assert [post["id"] for post in await mock.public(text)] == [accepted.remote_id]


async def test_a_post_whose_answer_never_came_is_found(mock: Mock) -> None:
    job = mock.job("第7号通知", "lost")
    accepted = await mock.outlet.deliver(job)  # and the process dies before it is recorded
    finding = await mock.outlet.reconcile(job)
    assert (finding.verdict, finding.remote_id) == (Verdict.FOUND, accepted.remote_id)


async def test_a_limit_is_obeyed(mock: Mock) -> None:
    await mock.spoil("ratelimit")
    with pytest.raises(Throttled) as caught:
        await mock.outlet.deliver(mock.job("第8号通知", "limit"))
    assert caught.value.retry_after == timedelta(seconds=300)
    assert await mock.public("第8号通知") == []


async def test_the_token_is_this_accounts(mock: Mock) -> None:
    assert await mock.outlet.authorised_until(mock.access) is None
    with pytest.raises(Unauthorised):
        await mock.outlet.authorised_until(replace(mock.access, handle="somebody"))
    wrong = replace(mock.access, credentials={"access_token": "wrong"})
    with pytest.raises(Unauthorised):
        await mock.outlet.deliver(replace(mock.job("第9号通知", "wrong"), access=wrong))


async def test_a_link_is_counted_there_in_full(mock: Mock) -> None:
    """The one refusal that Mastodon would not make; it is clear all the same."""
    job = mock.job("字" * 450 + " https://www.gd.gov.cn/" + "zwgk/" * 9, "long link")
    with pytest.raises(Rejected, match="正文过长") as caught:
        await mock.outlet.deliver(job)
    assert caught.value.platform_code == "422"


async def test_a_server_out_of_order_is_asked_later(mock: Mock) -> None:
    rule = {"match": {"path": "/api/v2/media"}, "effect": {"type": "status", "status": 502}}
    await mock.ask("POST", "/api/v1/_mock/faults", {**rule, "count": 1})
    job = mock.job("第10号通知", "busy", media=(mock.media.add(picture()),))
    with pytest.raises(Busy):
        await mock.outlet.deliver(job)
    await mock.outlet.deliver(job)
    assert len(await mock.public("第10号通知")) == 1
