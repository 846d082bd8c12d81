"""Reports over a database: counted within their owner's sight, made once, on their rhythm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.opinion.briefs.models import Brief, Message, Section
from hub.opinion.briefs.sending import Sending
from hub.opinion.briefs.service import Briefs
from hub.opinion.issues.service import IssueService
from hub.opinion.reports.errors import BadReport, NothingInSight, ReportNamed, UnknownReport
from hub.opinion.reports.models import Choice, Report, Rhythm
from hub.opinion.reports.rules import due, period_before, scope_in_words
from hub.opinion.reports.scheduling import ReportClock
from hub.opinion.reports.service import Reports
from hub.opinion.rounds.service import Rounds
from hub.opinion.signals.service import SignalService
from hub.organisations.authority.sight import Sights
from hub.organisations.models import BodyKind, NewBody, NewPerson, Role
from hub.organisations.service import Organisations
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

ZONE = "Asia/Shanghai"
DAY = date(2026, 3, 1)  # the day before the clock's


class Plain:
    def __init__(self) -> None:
        self.briefs: list[Brief] = []

    async def render(self, brief: Brief, messages: Sequence[Message]) -> Mapping[str, bytes]:
        self.briefs.append(brief)
        return {"brief.html": brief.title.encode()}


class Post:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def send(self, address: str, *, subject: str, **others: Any) -> None:
        self.sent.append((address, subject))


class Room:
    def __init__(self, database: Database, clock: ManualClock, home: Path) -> None:
        self.renderer, self.post = Plain(), Post()
        self.briefs = Briefs(
            database=database,
            clock=clock,
            ids=IdSource(),
            renderer=self.renderer,
            home=home,
            zone=ZONE,
        )
        self.reports = Reports(
            database=database,
            clock=clock,
            ids=IdSource(),
            briefs=self.briefs,
            sights=Sights(database),
            zone=ZONE,
        )
        self.sending = Sending(database=database, clock=clock, briefs=self.briefs, mailer=self.post)
        self.clock = ReportClock(
            rounds=Rounds(database, clock),
            clock=clock,
            reports=self.reports,
            sending=self.sending,
            hour=8,
            zone=ZONE,
        )


@pytest.fixture
async def room(
    database: Database, clock: ManualClock, organisations: Organisations, tmp_path: Path
) -> Room:
    for code, parent in (("top", ""), ("east", "top"), ("west", "top")):
        new = NewBody(code=code, name=code, kind=BodyKind.CITY, parent_code=parent)
        await organisations.add_body(new, actor="admin")
    people = {"all": ("top", Role.DISCLOSURE_OFFICE), "east": ("east", Role.MEDIA)}
    for login, role in people.items():
        await organisations.add_person(
            NewPerson(login=login, name=login, roles=(role,)), actor="admin"
        )
    await organisations.add_person(NewPerson(login="clerk", name="clerk"), actor="admin")
    return Room(database, clock, tmp_path)


async def heard(
    signals: SignalService, organisations: Organisations, database: Database, clock: ManualClock
) -> None:
    """Six said to each of east and west yesterday, of two topics and channels."""
    new = [
        said(
            n,
            f"第{n}盏路灯坏了",
            body_id=(await organisations.body(body)).id,
            channel="weibo" if n % 2 else "hotline",
            event_at=clock.now() - timedelta(hours=10 + n % 6),
        )
        for n, body in enumerate(["east"] * 6 + ["west"] * 6)
    ]
    await signals.collect(new, actor="system:test")
    await judged_as(database, clock)
    issues = IssueService(database=database, clock=clock, ids=IdSource(), zone=ZONE)
    await issues.place_waiting()


async def test_a_report_counts_what_its_owner_operates_and_what_was_chosen(
    room: Room,
    signals: SignalService,
    organisations: Organisations,
    database: Database,
    clock: ManualClock,
) -> None:
    await heard(signals, organisations, database, clock)

    async def count(who: str, **chosen: Any) -> int:
        made = await room.reports.preview("试", Choice(**chosen), DAY, DAY, actor=who)
        return made.messages

    assert await count("all") == 12
    assert await count("east") == 6
    assert await count("all", bodies=("west",)) == 6
    assert await count("all", channels=("weibo",)) == 6
    assert await count("all", topics=("没有的主题",)) == 0
    with pytest.raises(BadReport):
        await count("east", bodies=("west",))
    with pytest.raises(NothingInSight):
        await count("clerk")
    assert room.renderer.briefs == []


async def test_what_is_not_shown_is_neither_drawn_nor_told(
    room: Room,
    signals: SignalService,
    organisations: Organisations,
    database: Database,
    clock: ManualClock,
) -> None:
    await heard(signals, organisations, database, clock)
    chosen = Choice(sections=(Section.TOPICS, Section.HOT))
    made = await room.reports.preview("路灯", chosen, DAY, DAY, actor="east")
    assert (made.title, [one.name for one in made.series]) == ("路灯", ["topics"])
    assert made.hot
    assert made.cases == made.watches == made.rumours == ()
    assert not any("立件" in text for text in made.summary)
    assert made.issuer == "east"


async def test_a_report_is_made_once_of_the_same_choice_and_seen_by_its_owner(
    room: Room, clock: ManualClock
) -> None:
    one = await room.reports.save("周报", Choice(), actor="east")
    with pytest.raises(ReportNamed):
        await room.reports.save(" 周报 ", Choice(), actor="east")
    first = await room.reports.make(one.id, DAY, DAY, actor="east")
    assert (await room.reports.make(one.id, DAY, DAY, actor="east")).id == first.id
    chosen = Choice(sections=(Section.FIGURES,))
    await room.reports.change(one.id, "周报", chosen, actor="east")
    second = await room.reports.make(one.id, DAY, DAY, actor="all")
    assert (second.number, second.owner) == ("〔2026〕第2期", "east")
    today = DAY + timedelta(days=1)
    made = [await room.reports.make(one.id, DAY, today, actor="east") for _ in range(2)]
    assert made[0].id != made[1].id  # today is not over: each tells until when it counted
    with pytest.raises(BadReport):
        await room.reports.make(one.id, DAY, today + timedelta(days=1), actor="east")
    await room.reports.save("别人的", Choice(), actor="all")
    assert [x.name for x in await room.reports.all(actor="east")] == ["周报"]
    assert len(await room.reports.all(actor="all")) == 2
    assert await room.briefs.briefs() == []  # the daily and weekly ones are another list
    with pytest.raises(UnknownReport):
        await room.reports.get(one.id, actor="clerk")


async def test_a_rhythm_makes_and_sends_what_is_over_and_ends_where_nothing_is_seen(
    room: Room, clock: ManualClock, organisations: Organisations
) -> None:
    one = await room.reports.save("日报", Choice(), actor="east")
    to = ["a@sc.gov.cn", "a@sc.gov.cn"]
    kept = await room.reports.schedule(one.id, Rhythm.DAILY, to, actor="east")
    assert kept.recipients == ("a@sc.gov.cn",)
    assert await room.clock.look() == []  # of what was over before nothing is made
    clock.advance(86_400)
    assert await room.clock.look() == [one.id]
    assert await room.clock.look() == []
    await room.sending.deliver()
    assert [who for who, _ in room.post.sent] == ["a@sc.gov.cn"]
    assert "日报" in room.post.sent[0][1]
    await organisations.revoke("east", "east", Role.MEDIA, actor="admin")
    clock.advance(86_400)
    assert await room.clock.look() == []
    stopped = await room.reports.get(one.id, actor="east")
    assert (stopped.rhythm, bool(stopped.stopped)) == (Rhythm.NONE, True)


def test_a_period_is_the_last_that_is_over() -> None:
    monday = date(2026, 3, 2)
    assert period_before(Rhythm.DAILY, monday) == (DAY, DAY)
    assert period_before(Rhythm.WEEKLY, monday) == (date(2026, 2, 23), DAY)
    assert period_before(Rhythm.WEEKLY, date(2026, 3, 8)) == (date(2026, 2, 23), DAY)
    assert period_before(Rhythm.MONTHLY, date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))


def test_a_monthly_report_waits_for_its_hour(clock: ManualClock) -> None:
    now = clock.now()
    since = now - timedelta(days=40)
    report = Report(
        id="1",
        name="月报",
        owner="a",
        choice=Choice(),
        created_at=since,
        changed_at=since,
        rhythm=Rhythm.MONTHLY,
        since=since,
    )
    today = date(2026, 3, 2)
    assert due(report, now, today, 8, ZONE) == (date(2026, 2, 1), date(2026, 2, 28))
    assert due(report, now - timedelta(days=1, hours=2), date(2026, 3, 1), 8, ZONE) is None


def test_the_scope_is_said_in_words() -> None:
    told = scope_in_words(Choice(bodies=("1",), topics=("水",)), {"1": "江澜市"}, "10:20")
    assert told[0] == "统计单位：江澜市，含下级。"
    assert "水" in told[1]
    assert "10:20" in told[-1]
