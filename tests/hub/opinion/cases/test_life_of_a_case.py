"""A case from opening to closing, its clocks, and no way round its steps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from hub.catalogue.tables import items
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, IllegalTransition, InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.cases.models import (
    CASES,
    CaseEvent,
    CaseKind,
    CaseLevel,
    CaseState,
    DeadlineKind,
    NewCase,
    Notice,
)
from hub.opinion.cases.service import CaseService
from hub.opinion.cases.watching import CaseWatch
from hub.opinion.errors import UnknownCase
from hub.opinion.judging.taxonomy import department_labels
from hub.organisations.models import Body

_NEW = NewCase(title="云栖苑房产证", kind=CaseKind.OPINION, level=CaseLevel.ORDINARY)
_HOUR = 3_600


@pytest.fixture
def cases(database: Database, clock: ManualClock, ids: IdSource) -> CaseService:
    return CaseService(database=database, clock=clock, ids=ids, departments=department_labels())


@pytest.fixture
def watch(database: Database, clock: ManualClock) -> CaseWatch:
    return CaseWatch(database=database, clock=clock)


async def accepted(cases: CaseService, bodies: dict[str, Body], new: NewCase = _NEW) -> str:
    case = await cases.open(new, actor="analyst")
    await cases.route(case.id, actor="analyst", body_id=bodies["jy"].id, reason="主管部门")
    await cases.accept(case.id, actor="editor")
    return case.id


async def published(database: Database, clock: ManualClock, item_id: str) -> None:
    """As the ledger does when the first account has it."""
    change = update(items).where(items.c.id == item_id).values(published_at=clock.now())
    await database.write(lambda tx: tx.execute(change) and None, audited=False)


async def test_a_case_ends_when_its_answer_is_public_and_all_is_on_record(
    cases: CaseService, bodies: dict[str, Body], database: Database, clock: ManualClock
) -> None:
    own = await accepted(cases, bodies)
    await cases.note(own, actor="editor", assessment="属实", disposal="已约谈开发商")
    drafted = await cases.draft(own, "关于云栖苑房产证的回应", "正在办理。", actor="editor")
    with pytest.raises(Conflict):
        await cases.respond(own, actor="editor")
    clock.advance(10 * _HOUR)
    await published(database, clock, drafted.item_id)
    clock.advance(_HOUR)
    await cases.respond(own, actor="editor")
    await cases.satisfied(own, 4, actor="editor")
    with pytest.raises(Conflict):
        await cases.satisfied(own, 5, actor="editor")
    await cases.close(own, "及时", actor="analyst")
    case, [clockwork] = await cases.case(own)
    assert case.state is CaseState.CLOSED
    assert clockwork.met_at == clock.now() - timedelta(hours=1)
    assert not clockwork.late
    told = await database.read(lambda c: read_events(c, subject=own))
    assert [event["kind"].rpartition(".")[2] for event in told] == [
        "opened", "routed", "accepted", "noted", "drafted", "responded", "rated", "closed",
    ]  # fmt: skip


async def test_a_reopened_case_is_answered_anew_under_new_clocks(
    cases: CaseService, bodies: dict[str, Body], database: Database, clock: ManualClock
) -> None:
    own = await accepted(cases, bodies)
    drafted = await cases.draft(own, "回应", "正在办理。", actor="editor")
    await published(database, clock, drafted.item_id)
    await cases.respond(own, actor="editor")
    clock.advance(100 * _HOUR)
    again = await cases.reopen(own, "没有解决", actor="analyst")
    assert (again.round, again.state, again.body_id) == (2, CaseState.HANDLING, bodies["jy"].id)
    _, [clockwork] = await cases.case(own)
    assert (clockwork.started_at, clockwork.met_at) == (clock.now(), None)
    second = await cases.draft(own, "再次回应", "已经办好。", actor="editor")
    assert second.item_id != drafted.item_id


async def test_raising_the_level_starts_the_clocks_it_adds(
    cases: CaseService, bodies: dict[str, Body], clock: ManualClock
) -> None:
    own = await accepted(cases, bodies)
    opened = clock.now()
    clock.advance(_HOUR)
    await cases.set_level(own, CaseLevel.GRAVE, actor="analyst")
    _, clocks = await cases.case(own)
    started = {one.kind: one.started_at for one in clocks}
    assert started[DeadlineKind.ANSWER] == opened
    assert started[DeadlineKind.CONFERENCE] == clock.now()
    await cases.announce(own, DeadlineKind.CONFERENCE, actor="press")
    with pytest.raises(Conflict):
        await cases.announce(own, DeadlineKind.CONFERENCE, actor="press")
    with pytest.raises(Conflict):
        await cases.announce(own, DeadlineKind.ANSWER, actor="press")


async def test_everybody_is_told_once_in_turn(
    cases: CaseService, bodies: dict[str, Body], watch: CaseWatch, clock: ManualClock
) -> None:
    await accepted(cases, bodies)
    told = []
    for _ in range(40):
        told += [one.told for one in await watch.watch()]
        clock.advance(2 * _HOUR)
    assert told == [Notice.WARNING, Notice.PASSED, Notice.LEADER, Notice.OFFICE]


async def test_a_body_of_ones_own_choosing_needs_a_reason(
    cases: CaseService, bodies: dict[str, Body]
) -> None:
    case = await cases.open(_NEW, actor="analyst")
    with pytest.raises(Conflict):
        await cases.route(case.id, actor="analyst")
    with pytest.raises(InvalidInput) as refused:
        await cases.route(case.id, actor="analyst", body_id=bodies["jy"].id)
    assert refused.value.field == "reason"
    given = {"actor": "analyst", "body_id": bodies["jy"].id, "reason": "主管"}
    routed = await cases.route(case.id, joint=[bodies["cd"].id, bodies["jy"].id], **given)
    assert routed.joint == (bodies["cd"].id,)
    back = await cases.send_back(case.id, "非本部门职责", actor="editor")
    assert (back.state, back.body_id, back.joint) == (CaseState.REGISTERED, "", ())
    with pytest.raises(UnknownCase):
        await cases.accept("nothing", actor="editor")


async def test_steps_are_not_skipped(cases: CaseService, bodies: dict[str, Body]) -> None:
    case = await cases.open(_NEW, actor="analyst")
    with pytest.raises(IllegalTransition):
        await cases.accept(case.id, actor="editor")
    with pytest.raises(IllegalTransition):
        await cases.close(case.id, "好", actor="analyst")
    with pytest.raises(Conflict):
        await cases.note(case.id, actor="editor", assessment="属实")


@given(st.lists(st.sampled_from(list(CaseEvent)), max_size=40))
def test_no_walk_closes_a_case_that_was_not_answered(walk: list[CaseEvent]) -> None:
    state, since_handling = CaseState.REGISTERED, [CaseEvent.REOPENED]
    for event in walk:
        if state not in CASES.sources(event):
            continue
        state = CASES.next(state, event)
        since_handling.append(event)
        if state is CaseState.HANDLING:
            since_handling = []
        if state is CaseState.CLOSED:
            assert since_handling == [CaseEvent.DRAFTED, CaseEvent.RESPONDED, CaseEvent.CLOSED]


def test_every_state_but_the_last_can_go_on_and_all_are_reached() -> None:
    edges = CASES.edges()
    assert {target for _, target in edges} == set(CaseState)
    assert {source for source, _ in edges} == set(CaseState)
