"""Sources in the database: read when due, by one process, later after failures. No network."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, IllegalTransition
from hub.kernel.ids import IdSource
from hub.opinion.signals.models import SignalFilter
from hub.opinion.signals.service import SignalService
from hub.opinion.sources.errors import BadSource, SourceUnreachable
from hub.opinion.sources.models import NewSource, SourceKind
from hub.opinion.sources.ports import Fetched
from hub.opinion.sources.service import Sources

_ITEM = "<item><guid>{0}</guid><title>第{0}条</title>{1}</item>"
_DATED = "<pubDate>Mon, 02 Mar 2026 08:00:00 +0800</pubDate>"
_FORUM = NewSource(name="forum", kind=SourceKind.FEED, url="https://bbs.example.cn/rss")


class Web:
    """`Fetcher` over one page: what it says, and what it was asked."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.down = False
        self.asked: list[str] = []

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched | None:
        self.asked.append(etag)
        if self.down:
            raise SourceUnreachable("没有回答", "no answer")
        now = f'"{len(self.items)}"'
        if etag == now:
            return None
        body = f"<rss><channel>{''.join(self.items)}</channel></rss>"
        return Fetched(body=body.encode(), etag=now)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def sources(
    database: Database, clock: ManualClock, ids: IdSource, signals: SignalService, web: Web
) -> Sources:
    return Sources(database=database, clock=clock, ids=ids, signals=signals, fetcher=web)


async def test_what_is_new_becomes_signals_and_what_is_not_is_not_asked_twice(
    sources: Sources, signals: SignalService, web: Web, clock: ManualClock
) -> None:
    await sources.add(_FORUM, actor="analyst")
    web.items = [_ITEM.format(1, _DATED), _ITEM.format(2, "")]
    [first] = await sources.look()
    assert (first.seen, first.added, first.undated) == (2, 2, 1)
    assert await sources.look() == []
    clock.advance(1_800)
    [second] = await sources.look()
    assert second.unchanged
    clock.advance(1_800)
    web.items.append(_ITEM.format(3, _DATED))
    [third] = await sources.look()
    assert (third.seen, third.added) == (3, 1)
    assert web.asked == ["", '"2"', '"2"']
    source = await sources.source("forum")
    assert (source.items_seen, source.items_new, source.undated) == (5, 3, 2)
    kept = await signals.signals(SignalFilter(channel="feed:forum"))
    assert [one.time_known for one in kept] == [True, False, True]


async def test_a_source_that_fails_is_read_later_and_later(
    sources: Sources, web: Web, clock: ManualClock
) -> None:
    await sources.add(_FORUM, actor="analyst")
    web.down, waits = True, []
    for _ in range(8):
        [reading] = await sources.look()
        assert reading.error
        source = await sources.source("forum")
        waits.append(source.next_at - clock.now())
        clock.advance(waits[-1].total_seconds())
    assert waits[:2] == [timedelta(hours=1), timedelta(hours=2)]
    assert waits[-1] == timedelta(hours=24)
    web.down = False
    assert (await sources.check("forum")).error == ""
    assert (await sources.source("forum")).failures == 0


async def test_a_paused_source_is_not_read(sources: Sources, clock: ManualClock) -> None:
    await sources.add(_FORUM, actor="analyst")
    await sources.pause("forum", actor="analyst")
    clock.advance(86_400)
    assert await sources.look() == []
    with pytest.raises(IllegalTransition):
        await sources.pause("forum", actor="analyst")
    await sources.resume("forum", actor="analyst")
    assert len(await sources.look()) == 1
    with pytest.raises(Conflict):
        await sources.add(_FORUM, actor="analyst")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("url", {"url": "file:///etc/passwd"}),
        ("url", {"url": "https://user:pw@bbs.example.cn/"}),
        ("name", {"name": "论坛"}),
        ("every", {"every": timedelta(seconds=5)}),
        ("paths", {"kind": SourceKind.JSON, "paths": {"items": "x"}}),
        ("paths", {"kind": SourceKind.JSON, "paths": {"title": "t", "colour": "x"}}),
        ("zone", {"zone": "Mars/Base"}),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_field(
    field: str, values: dict[str, object]
) -> None:
    from_forum = {"name": "forum", "kind": SourceKind.FEED, "url": _FORUM.url}
    bare = Sources(database=None, clock=None, ids=None, signals=None, fetcher=None)  # type: ignore[arg-type]
    with pytest.raises(BadSource) as refused:
        await bare.add(NewSource(**from_forum | values), actor="analyst")  # type: ignore[arg-type]
    assert refused.value.field == field
