"""Bursts in the database: raised when an issue grows, once, also out of late records."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.opinion import LazyWorkshop
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events_of
from hub.kernel.ids import IdSource
from hub.opinion import events
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.models import Field
from hub.opinion.judging.service import JudgingService
from hub.opinion.judging.taxonomy import Label, Labels
from hub.opinion.signals.models import NewSignal
from hub.opinion.signals.service import SignalService
from tests.hub.opinion.conftest import said

_TINY = Labels(1, tuple(Label(name=name, cues=(name,)) for name in ("物业", "停水", "公交")))
_MIXER = (
    "云栖苑旁建搅拌站，灰尘大",
    "云栖苑旁的搅拌站夜里太吵",
    "请关停云栖苑旁边的搅拌站",
    "云栖苑搅拌站什么时候搬走",
    "云栖苑业主反对搅拌站",
)


class Office:
    """Signals that go the whole way."""

    def __init__(self, signals: SignalService, database: Database, clock: ManualClock) -> None:
        self.signals, self.clock, self.numbers = signals, clock, 0
        lists = dict.fromkeys((Field.TOPIC, Field.DEPARTMENT), _TINY)
        self.judging = JudgingService(
            database=database, clock=clock, workshop=LazyWorkshop(), lists=lists
        )
        self.issues = IssueService(
            database=database, clock=clock, ids=IdSource(), zone="Asia/Shanghai"
        )

    def signal(self, text: str, days_ago: float = 0, author: str = "") -> NewSignal:
        self.numbers += 1
        at = self.clock.now() - timedelta(days=days_ago)
        own = {"author": author} if author else {}
        return said(self.numbers, text=text, title=text, event_at=at, **own)

    async def hear(self, *new: NewSignal) -> None:
        await self.signals.collect(list(new), actor="system:test")
        await self.judging.judge_waiting()
        await self.issues.place_waiting()

    async def begun(self) -> list[tuple[date, date, int]]:
        found = await self.issues.bursts(date(2000, 1, 1))
        return [(burst.begun_on, burst.last_on, burst.signals) for burst, _ in found]


@pytest.fixture
async def office(signals: SignalService, database: Database, clock: ManualClock) -> Office:
    """Two months in which other things were said."""
    made = Office(signals, database, clock)
    other = [made.signal(f"第{n}路公交车晚点", 60 - 4 * n) for n in range(14)]
    await made.hear(*other)
    return made


async def test_a_burst_is_raised_when_the_third_person_speaks_and_goes_on(
    office: Office, database: Database
) -> None:
    today = office.clock.now().date()
    for text in _MIXER[:2]:
        await office.hear(office.signal(text))
    assert await office.begun() == []
    await office.hear(office.signal(_MIXER[2]))
    assert await office.begun() == [(today, today, 3)]
    office.clock.advance(2 * 86_400)
    await office.hear(office.signal(_MIXER[3]))
    assert await office.begun() == [(today, today + timedelta(days=2), 3)]
    raised = await database.read(
        lambda c: read_events_of(c, [events.ISSUE_BURST.name], after=0, limit=9)
    )
    assert len(raised) == 1


async def test_one_person_alone_raises_none(office: Office) -> None:
    await office.hear(*(office.signal(text, author="same") for text in _MIXER))
    assert await office.begun() == []


async def test_late_records_show_the_burst_on_the_day_on_which_it_was(office: Office) -> None:
    told = [office.signal(text, 10 + n % 2) for n, text in enumerate(_MIXER)]
    await office.hear(*told)
    day = (office.clock.now() - timedelta(days=10)).date()
    assert await office.begun() == [(day, day, 5)]


async def test_a_small_burst_is_on_the_hot_list_behind_busier_issues(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.hear(*(office.signal(text) for text in _MIXER[:3]))
    await office.hear(*(office.signal(f"第{n}路公交车又晚点") for n in range(6)))
    monkeypatch.setattr("hub.opinion.issues.heat.listing._CANDIDATES", 1)
    lines = await office.issues.hot()
    assert {line.week for line in lines} >= {3}
    assert any(line.alarm and line.alarm.seen == 3 for line in lines)


async def test_the_hot_list_forgets_what_it_reckoned_when_more_is_said(office: Office) -> None:
    await office.hear(*(office.signal(text) for text in _MIXER[:2]))
    assert [line.alarm for line in await office.issues.hot()] == [None]
    await office.hear(office.signal(_MIXER[2]))
    (line,) = await office.issues.hot()
    assert line.week == 3
    assert line.alarm
    assert line.alarm.seen == 3


async def test_a_merged_issues_bursts_are_the_kept_ones(office: Office) -> None:
    await office.hear(*(office.signal(text) for text in (*_MIXER[:3], "小区停水三天没人管")))
    ((burst, gone),) = await office.issues.bursts(date(2000, 1, 1))
    kept = next(line.issue for line in await office.issues.hot() if line.issue.id != gone.id)
    await office.issues.merge(gone.id, kept.id, actor="analyst")
    ((after, issue),) = await office.issues.bursts(date(2000, 1, 1))
    assert (after.begun_on, issue.id) == (burst.begun_on, kept.id)
