"""Issues in the database: placed once, counted, opened, merged, looked over. Invented messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.opinion import LazyWorkshop
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict
from hub.kernel.ids import IdSource
from hub.opinion.errors import UnknownIssue
from hub.opinion.issues.models import SpreadBy, SuggestionKind, Verification
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Field
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Label, Labels
from hub.opinion.signals.models import NewSignal
from hub.opinion.signals.service import SignalService
from tests.hub.opinion.conftest import said

_TINY = Labels(1, tuple(Label(name=name, cues=(name,)) for name in ("物业", "停水", "公交")))
_ESTATE = (
    "云栖苑交房三年办不了房产证",
    "云栖苑业主至今没有拿到房产证",
    "再问云栖苑房产证何时办理",
    "云栖苑房产证被开发商抵押，业主怎么办",
    "请督促云栖苑开发商办房产证",
)
_BUS = ("十七路公交末班车太早，加班的人回不了家", "希望延长十七路公交末班车时间")


class Desk:
    """The three services, one after the other."""

    def __init__(self, signals: SignalService, database: Database, clock: ManualClock) -> None:
        self.signals, self.clock = signals, clock
        lists = {Field.TOPIC: _TINY, Field.DEPARTMENT: _TINY}
        self.judging = JudgingService(
            database=database, clock=clock, workshop=LazyWorkshop(), lists=lists
        )
        self.issues = IssueService(
            database=database, clock=clock, ids=IdSource(), zone="Asia/Shanghai"
        )

    async def hear(self, new: list[NewSignal]) -> int:
        await self.signals.collect(new, actor="system:test")
        await self.judging.judge_waiting()
        return await self.issues.place_waiting()

    def lately(self, texts: tuple[str, ...], start: int = 0) -> list[NewSignal]:
        hour = timedelta(hours=1)
        return [
            said(start + n, text=text, title=text, event_at=self.clock.now() - n * hour, likes=2)
            for n, text in enumerate(texts)
        ]


@pytest.fixture
def desk(signals: SignalService, database: Database, clock: ManualClock) -> Desk:
    return Desk(signals, database, clock)


async def test_what_belongs_together_is_one_issue_and_every_figure_opens(desk: Desk) -> None:
    assert await desk.hear([*desk.lately(_ESTATE), *desk.lately(_BUS, 50)]) == 7
    assert await desk.issues.place_waiting() == 0
    first, second = await desk.issues.hot()
    assert (first.week, second.week) == (5, 2)
    assert first.issue.authors == 5
    assert first.likes == 10
    issue, days = await desk.issues.issue(first.issue.id)
    assert sum(one.signals for one in days) == issue.signals == 5
    behind = await desk.issues.members(issue.id, day=days[-1].day)
    assert len(behind) == days[-1].signals
    assert all("云栖苑" in one.title for one in behind)


async def test_an_issue_tells_where_it_came_first_and_every_figure_opens(desk: Desk) -> None:
    hotline = desk.lately(_ESTATE[:3])
    weibo = [replace(one, channel="weibo", author="a") for one in desk.lately(_ESTATE[3:], 20)]
    await desk.hear([*hotline, *(replace(one, place="云栖区") for one in weibo)])
    [line] = await desk.issues.hot()
    spread = await desk.issues.spread(line.issue.id)
    told = {(one.by.value, one.name): (one.signals, one.authors) for one in spread}
    assert told["channel", "hotline"] == (3, 3)
    assert told["channel", "weibo"] == (2, 1)
    channels = [one.name for one in spread if one.by is SpreadBy.CHANNEL]
    assert channels == ["hotline", "weibo"]  # the hotline heard of it an hour earlier
    assert sum(one.signals for one in spread if one.by is SpreadBy.PLACE) == line.issue.signals
    for one in spread:
        behind = await desk.issues.members(line.issue.id, where={one.by: one.name})
        assert len(behind) == one.signals
    with pytest.raises(UnknownIssue):
        await desk.issues.spread("0" * 26)


async def test_a_copy_counts_and_goes_where_the_original_is(desk: Desk) -> None:
    await desk.hear(desk.lately(_ESTATE[:1]))
    copy = said(9, title=f"转发：{_ESTATE[0]}！", text=_ESTATE[0], event_at=desk.clock.now())
    await desk.hear([copy])
    [line] = await desk.issues.hot()
    assert (line.issue.signals, line.issue.copies) == (2, 1)


async def test_after_a_start_issues_go_on_under_their_ids(
    desk: Desk, signals: SignalService, database: Database
) -> None:
    await desk.hear(desk.lately(_ESTATE[:3]))
    [before] = await desk.issues.hot()
    fresh = Desk(signals, database, desk.clock)
    await fresh.hear(fresh.lately(_ESTATE[3:], 20))
    [after] = await fresh.issues.hot()
    assert after.issue.id == before.issue.id
    assert after.issue.signals == 5


async def test_a_time_nobody_knows_is_in_no_curve(desk: Desk) -> None:
    await desk.hear([said(1, text=_ESTATE[0])])
    assert await desk.issues.hot() == []


async def test_merged_issues_are_counted_together_and_only_once(desk: Desk) -> None:
    await desk.hear([*desk.lately(_ESTATE), *desk.lately(_BUS, 50)])
    first, second = (line.issue.id for line in await desk.issues.hot())
    with pytest.raises(Conflict):
        await desk.issues.merge(first, first, actor="analyst")
    kept = await desk.issues.merge(second, first, actor="analyst")
    assert (kept.signals, kept.authors) == (7, 7)
    [line] = await desk.issues.hot()
    assert line.week == 7
    assert len(await desk.issues.members(first)) == 7
    with pytest.raises(Conflict):
        await desk.issues.merge(second, first, actor="analyst")
    with pytest.raises(UnknownIssue):
        await desk.issues.merge("nothing", first, actor="analyst")


async def test_hearsay_is_watched_until_somebody_has_looked(desk: Desk) -> None:
    await desk.hear(desk.lately(("网传自来水厂被污染，是真的吗",)))
    [watched] = await desk.issues.rumours()
    assert (watched.rumours, watched.verification) == (1, Verification.OPEN)
    await desk.issues.verify(watched.id, Verification.REFUTED, actor="analyst")
    assert await desk.issues.rumours() == []


async def test_the_nightly_look_suggests_and_changes_nothing(desk: Desk) -> None:
    await desk.hear([*desk.lately(_ESTATE), *desk.lately(_BUS, 50)])
    before = [line.issue.id for line in await desk.issues.hot()]
    made = await desk.issues.look_over()
    assert made == await desk.issues.suggestions()
    assert all(one.kind in SuggestionKind for one in made)
    assert [line.issue.id for line in await desk.issues.hot()] == before
