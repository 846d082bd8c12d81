"""Splits and merges that an analyst accepts or refuses. Invented messages, judged by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, InvalidInput, NotFound
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.issues import store
from hub.opinion.issues.models import Issue, Suggestion, SuggestionKind
from hub.opinion.issues.regrouping import store as regrouped
from hub.opinion.issues.regrouping.service import Regrouping
from hub.opinion.issues.service import IssueService
from hub.opinion.signals.models import NewSignal
from hub.opinion.signals.service import SignalService
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

_ENDS = {
    "云": (
        "，盼望早日回复",
        "，请问谁来负责",
        "，今年第三次反映",
        "，邻居议论纷纷",
        "，恳请市长过问",
    ),
    "十": (
        "，加班回不了家",
        "，学生晚自习没车",
        "，护士夜班怎么走",
        "，能否改到十点",
        "，打车太贵",
    ),
}
_SPLIT, _MERGE = SuggestionKind.SPLIT, SuggestionKind.MERGE


class Desk:
    def __init__(self, signals: SignalService, database: Database, clock: ManualClock) -> None:
        self.signals, self.database, self.clock = signals, database, clock
        given = {"database": database, "clock": clock, "ids": IdSource()}
        self.issues = IssueService(**given, zone="Asia/Shanghai")
        self.elsewhere = IssueService(**given, zone="Asia/Shanghai")
        self.regrouping = Regrouping(**given, issues=self.elsewhere)

    async def hear(self, new: list[NewSignal]) -> None:
        await self.signals.collect(new, actor="system:test")
        await judged_as(self.database, self.clock)
        await self.issues.place_waiting()

    def about(self, text: str, count: int, start: int) -> list[NewSignal]:
        hour = timedelta(hours=1)
        return [
            said(start + n, title=f"{text}{end}", text=end, event_at=self.clock.now() - n * hour)
            for n, end in enumerate(_ENDS[text[0]][:count])
        ]

    async def mixed(self) -> Issue:
        """One issue of two things: an estate's deeds, and a bus, put together by hand."""
        await self.hear(self.about("云栖苑房产证办不了", 5, 0))
        await self.hear(self.about("十七路公交末班车太早", 4, 50))
        first, second = await self.issues.hot()
        return await self.issues.merge(second.issue.id, first.issue.id, actor="analyst")

    async def suggest(self, issue: Issue, kind: SuggestionKind, *others: str) -> None:
        one = Suggestion(
            kind=kind, issue_id=issue.id, others=others, score=0.5, made_at=self.clock.now()
        )
        await self.database.write(lambda tx: store.put_suggestions(tx, [one]), audited=False)


@pytest.fixture
def desk(signals: SignalService, database: Database, clock: ManualClock) -> Desk:
    return Desk(signals, database, clock)


async def test_a_split_leaves_the_id_with_the_largest_part_and_every_figure_right(
    desk: Desk,
) -> None:
    issue = await desk.mixed()
    copy = said(99, title=f"转发：十七路公交末班车太早{_ENDS['十'][0]}", text=_ENDS["十"][0])
    await desk.hear([copy])
    await desk.suggest(issue, _SPLIT, "x")
    kept, begun = await desk.regrouping.accept(issue.id, _SPLIT, actor="analyst")
    assert kept.id == issue.id
    assert "公交" in begun.title
    found, days = await desk.issues.issue(begun.id)
    assert (found.signals, found.authors, found.undated) == (5, 5, 1)
    assert found.copies >= 1
    assert sum(day.signals for day in days) == 4
    assert (await desk.issues.issue(kept.id))[0].signals == 5
    told = await desk.database.read(lambda c: read_events(c, subject=issue.id))
    assert told[-1]["data"]["into"] == [begun.id]


async def test_what_is_said_next_goes_to_the_parts_in_every_process(desk: Desk) -> None:
    issue = await desk.mixed()
    await desk.suggest(issue, _SPLIT, "x")
    _, begun = await desk.regrouping.accept(issue.id, _SPLIT, actor="analyst")
    await desk.hear(desk.about("十七路公交末班车太早了", 1, 200))
    assert (await desk.issues.issue(begun.id))[0].signals == 5


async def test_what_was_merged_elsewhere_gets_nothing_any_more(desk: Desk) -> None:
    await desk.hear(desk.about("云栖苑房产证办不了", 3, 0))
    await desk.hear(desk.about("十七路公交末班车太早", 2, 50))
    estate, bus = await desk.issues.hot()
    await desk.suggest(bus.issue, _MERGE, estate.issue.id)
    [kept] = await desk.regrouping.accept(bus.issue.id, _MERGE, actor="analyst")
    await desk.hear(desk.about("十七路公交末班车太早了", 1, 200))
    assert (await desk.issues.issue(bus.issue.id))[0].signals == 0
    assert (await desk.issues.issue(kept.id))[0].signals == 6


async def test_what_was_refused_is_not_suggested_again(desk: Desk) -> None:
    issue = await desk.mixed()
    await desk.suggest(issue, _SPLIT, "x")
    with pytest.raises(InvalidInput):
        await desk.regrouping.refuse(issue.id, _SPLIT, " ", actor="analyst")
    await desk.regrouping.refuse(issue.id, _SPLIT, "同一片区", actor="analyst")
    with pytest.raises(NotFound):
        await desk.regrouping.refuse(issue.id, _SPLIT, "再说", actor="analyst")
    assert [one for one in await desk.issues.look_over() if one.kind is _SPLIT] == []
    refused = await desk.database.read(regrouped.refusals)
    assert refused == {(_SPLIT, issue.id, ""): issue.signals}


async def test_what_holds_together_is_not_split(desk: Desk) -> None:
    await desk.hear(desk.about("云栖苑房产证办不了", 5, 0))
    [line] = await desk.issues.hot()
    with pytest.raises(Conflict):
        await desk.regrouping.split(line.issue.id, actor="analyst")
