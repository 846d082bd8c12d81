"""Roles at every step of a case, alerts to the people they name, proposals from what bursts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.cases.models import CaseKind, CaseLevel, CaseState, NewCase
from hub.opinion.cases.proposals.models import IssueFigures
from hub.opinion.cases.proposals.rules import kind_of
from hub.opinion.cases.proposals.service import Proposals
from hub.opinion.cases.roles import CASE_ROLES, CaseStep
from hub.opinion.cases.service import CaseService
from hub.opinion.cases.watching import CaseWatch
from hub.opinion.issues.models import DayCount, HotIssue, Issue
from hub.opinion.issues.rules import hot_issue
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.taxonomy import department_labels
from hub.opinion.signals.service import SignalService
from hub.opinion.telling.quiet import QuietHours
from hub.opinion.telling.teller import Teller
from hub.organisations.errors import RoleNeeded
from hub.organisations.models import Body, NewPerson, Role
from hub.organisations.service import Organisations
from hub.publishing.incidents.tables import alerts
from tests.hub.opinion.conftest import said
from tests.hub.opinion.judged import judged_as

_NEW = NewCase(title="云栖苑房产证", kind=CaseKind.OPINION, level=CaseLevel.ORDINARY)
_HOUR = 3_600


@pytest.fixture
def cases(database: Database, clock: ManualClock, ids: IdSource) -> CaseService:
    return CaseService(
        database=database, clock=clock, ids=ids, departments=department_labels(), strict=True
    )


@pytest.fixture
def teller(clock: ManualClock, ids: IdSource) -> Teller:
    return Teller(clock=clock, ids=ids, quiet=QuietHours(), alerting=True)


@pytest.fixture
async def staff(organisations: Organisations, bodies: dict[str, Body]) -> None:
    people = [
        NewPerson(login="office", name="公开办", roles=(("sc", Role.DISCLOSURE_OFFICE),)),
        NewPerson(login="editor", name="小李", roles=(("jy", Role.EDITOR),)),
        NewPerson(login="head", name="王处", roles=(("jy", Role.SECTION_HEAD),)),
        NewPerson(login="leader", name="赵厅", roles=(("sc", Role.LEADER),)),
        NewPerson(login="cd", name="成都人", roles=(("cd", Role.EDITOR),)),
    ]
    await organisations.import_people(people, actor="admin")


async def outbox(database: Database) -> list[tuple[str, str, object]]:
    query = select(alerts.c.title, alerts.c.text, alerts.c.next_at).order_by(alerts.c.id)
    return await database.read(lambda c: [tuple(row) for row in c.execute(query)])


@pytest.mark.usefixtures("staff")
async def test_the_office_hands_out_and_closes_and_the_body_answers(
    cases: CaseService, bodies: dict[str, Body], database: Database
) -> None:
    with pytest.raises(RoleNeeded):
        await cases.open(_NEW, actor="editor")
    case = await cases.open(_NEW, actor="office")
    given = {"body_id": bodies["jy"].id, "reason": "主管", "joint": [bodies["cd"].id]}
    with pytest.raises(RoleNeeded):
        await cases.route(case.id, actor="cd", **given)
    await cases.route(case.id, actor="office", **given)
    with pytest.raises(RoleNeeded):
        await cases.accept(case.id, actor="cd")
    await cases.accept(case.id, actor="editor")
    await cases.note(case.id, actor="cd", assessment="属实")  # it takes part
    with pytest.raises(RoleNeeded):
        await cases.draft(case.id, "回应", "正在办理。", actor="office")
    told = await database.read(lambda c: read_events(c, subject=case.id))
    refused = [event["data"]["attempt"] for event in told if "attempt" in event["data"]]
    assert refused == ["case-route", "case-accept", "case-draft"]


async def test_a_part_of_the_hub_opens_cases_for_citizens(cases: CaseService) -> None:
    assert (await cases.open(_NEW, actor="system:bots")).state is CaseState.REGISTERED


def test_every_step_has_somebody_who_may_take_it() -> None:
    assert set(CASE_ROLES) == set(CaseStep)
    assert all(rule.roles for rules in CASE_ROLES.values() for rule in rules)


@pytest.mark.usefixtures("staff")
async def test_each_notice_names_its_people_and_waits_for_the_morning(
    cases: CaseService,
    bodies: dict[str, Body],
    database: Database,
    clock: ManualClock,
    teller: Teller,
) -> None:
    clock.advance(3 * _HOUR)  # noon, so that the clock of two days ends at noon
    case = await cases.open(_NEW, actor="office")
    await cases.route(case.id, actor="office", body_id=bodies["jy"].id, reason="主管")
    watch = CaseWatch(database=database, clock=clock, teller=teller)
    for _ in range(40):
        await watch.watch()
        clock.advance(2 * _HOUR)
    texts = await outbox(database)
    names = ["小李、王处", "王处", "赵厅", "公开办"]  # the leader is the province's
    assert [name in text for name, (_, text, _) in zip(names, texts, strict=True)] == [True] * 4
    hours = [(at + timedelta(hours=8)).hour for _, _, at in texts]  # type: ignore[operator]
    assert all(7 <= hour < 22 for hour in hours)


@pytest.mark.usefixtures("staff")
async def test_the_grave_is_told_at_night(
    cases: CaseService, database: Database, clock: ManualClock, teller: Teller
) -> None:
    clock.advance(14 * _HOUR)  # 23:00
    grave = NewCase(title="塌方", kind=CaseKind.OPINION, level=CaseLevel.GRAVE)
    await cases.open(grave, actor="office")
    clock.advance(5 * _HOUR)
    await CaseWatch(database=database, clock=clock, teller=teller).watch()
    [(title, text, at)] = await outbox(database)
    assert at == clock.now()
    assert "塌方" in title
    assert "尚未转办" in text


async def burst(
    signals: SignalService, issues: IssueService, database: Database, clock: ManualClock
) -> None:
    """Twelve people speak of one fire within a day."""
    at = clock.now() - timedelta(hours=1)
    text = "云栖苑三号楼起火，浓烟很大，消防通道被堵"
    new = [said(n, f"{text}，第{n}户", title="云栖苑起火", event_at=at) for n in range(12)]
    await signals.collect(new, actor="system:test")
    await judged_as(database, clock, intent="complaint", urgency="acute")
    await issues.place_waiting()


@pytest.mark.usefixtures("staff")
async def test_a_burst_becomes_a_proposal_and_the_proposal_a_case(
    signals: SignalService,
    cases: CaseService,
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    teller: Teller,
) -> None:
    issues = IssueService(database=database, clock=clock, ids=ids, zone="Asia/Shanghai")
    proposals = Proposals(
        database=database,
        clock=clock,
        ids=ids,
        issues=issues,
        cases=cases,
        teller=teller,
        zone="Asia/Shanghai",
    )
    await burst(signals, issues, database, clock)
    [made] = await proposals.look()
    assert (made.level, made.kind) == (CaseLevel.GRAVE, CaseKind.OPINION)
    assert "12 条" in made.reason.zh
    assert await proposals.look() == []  # told once
    [(title, _, at)] = await outbox(database)
    assert "特别重大" in title
    assert at == clock.now()
    with pytest.raises(RoleNeeded):
        await proposals.accept(made.id, actor="editor")
    with pytest.raises(InvalidInput):
        await proposals.refuse(made.id, " ", actor="office")
    case = await proposals.accept(made.id, actor="office")
    assert (case.issue_id, case.level) == (made.issue_id, CaseLevel.GRAVE)
    with pytest.raises(Conflict):
        await proposals.refuse(made.id, "重复", actor="office")
    assert await proposals.open() == []


def _line(authors: int) -> HotIssue:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    issue = Issue(
        id="i",
        title="t",
        topic="",
        department="",
        place="",
        first_at=at,
        last_at=at,
        authors=authors,
    )
    return hot_issue(issue, [DayCount(at.date(), 4, 0, 0)], at.date())


def test_most_wanting_a_suggestion_makes_it_one() -> None:
    from_few = _line(authors=2)
    assert kind_of(from_few, IssueFigures(0, {"suggestion": 3, "complaint": 1})) == "suggestion"
    assert kind_of(from_few, IssueFigures(0, {"complaint": 3})) is CaseKind.MESSAGE
    assert kind_of(_line(authors=9), IssueFigures(0, {"complaint": 3})) is CaseKind.OPINION
