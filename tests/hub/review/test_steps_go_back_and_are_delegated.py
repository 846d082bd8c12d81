"""Returning to a lower step, signing for somebody, hurrying, and what is refused and recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, Forbidden, GongkaiError, InvalidInput, NotFound
from hub.kernel.events import read_events
from hub.organisations.models import NewPerson, Role
from hub.organisations.service import Organisations
from hub.review.delegation.models import Delegation
from hub.review.delegation.rules import NoStanding
from hub.review.delegation.service import Delegations
from hub.review.determination.models import Limit, Matter, Proposal, Starts
from hub.review.errors import (
    ApprovalClosed,
    ClockExpired,
    ManifestChanged,
    NotItsTurn,
    SamePerson,
    UnknownApproval,
    WrongRole,
)
from hub.review.models import Approval, ReviewStep, StepAction
from hub.review.service import Review
from hub.review.tables import signatures
from simulators.determining import ordinary
from tests.hub.review.conftest import Open

FIRST, SECOND, THIRD = ReviewStep
A = StepAction


@pytest.fixture
async def approval(submitted: Open) -> Approval:
    return await submitted()


async def refusals(database: Database, subject: str) -> list[tuple[str, str]]:
    kinds = ("review.attempt.refused",)
    told = await database.read(lambda c: read_events(c, subject=subject, kinds=kinds))
    return [(event["actor"], event["data"]["code"]) for event in told]


async def away(
    delegations: Delegations, clock: ManualClock, to: str = "outsider", **changed: Any
) -> Delegation:
    """The leader lets `to` sign for a day."""
    wanted: dict[str, Any] = {
        "role": Role.LEADER,
        "body_code": "sc",
        "to": to,
        "until": clock.now() + timedelta(days=1),
        "reason": "出差",
        "actor": "leader",
    }
    return await delegations.delegate(**wanted | changed)


async def test_a_leader_returns_to_the_section_head_and_the_clerks_signature_holds(
    review: Review, approval: Approval, database: Database
) -> None:
    await review.sign("a1", FIRST, "clerk", approval.hash, "初审通过")
    await review.sign("a1", SECOND, "head", approval.hash)
    back = await review.send_back_to("a1", SECOND, "leader", "数据再核")
    assert [s.step for s in back.signatures] == [FIRST]
    assert back.next_step is SECOND
    await review.sign("a1", SECOND, "head", approval.hash, "已核")
    done = await review.sign("a1", THIRD, "leader", approval.hash)
    assert done.complete
    steps = await review.history(approval.item_id)
    assert [(s.action, s.step) for s in steps] == [
        (A.SIGNED, FIRST),
        (A.SIGNED, SECOND),
        (A.SENT_BACK, THIRD),
        (A.VOIDED, SECOND),
        (A.SIGNED, SECOND),
        (A.SIGNED, THIRD),
    ]
    assert steps[2].to_step is SECOND
    assert {s.content_hash for s in steps} == {approval.content_hash}
    assert [s.number for s in steps] == list(range(1, 7))


async def test_back_to_the_first_step_voids_both_signatures(
    review: Review, approval: Approval
) -> None:
    await review.sign("a1", FIRST, "clerk", approval.hash)
    await review.sign("a1", SECOND, "head", approval.hash)
    back = await review.send_back_to("a1", FIRST, "leader", "重来")
    assert (back.signatures, back.next_step) == ((), FIRST)


@pytest.mark.parametrize(
    ("to", "login", "reason", "error"),
    [
        (SECOND, "head", "理由", NotItsTurn),
        (THIRD, "head", "理由", NotItsTurn),
        (FIRST, "clerk", "理由", WrongRole),
        (FIRST, "head", " ", InvalidInput),
    ],
)
async def test_it_goes_back_to_a_lower_step_only_by_whose_turn_it_is(
    review: Review,
    approval: Approval,
    to: ReviewStep,
    login: str,
    reason: str,
    error: type[GongkaiError],
) -> None:
    await review.sign("a1", FIRST, "clerk", approval.hash)
    with pytest.raises(error):
        await review.send_back_to("a1", to, login, reason)
    assert len((await review.get("a1")).signatures) == 1


async def test_whoever_goes_round_a_rule_is_recorded(
    review: Review, approval: Approval, database: Database
) -> None:
    await review.sign("a1", FIRST, "allrounder", approval.hash)
    attempts = [
        (SECOND, "allrounder", approval.hash, SamePerson),
        (THIRD, "leader", approval.hash, NotItsTurn),
        (SECOND, "clerk", approval.hash, WrongRole),
        (SECOND, "head", "0" * 64, ManifestChanged),
    ]
    for step, login, seen, error in attempts:
        with pytest.raises(error):
            await review.sign("a1", step, login, seen)
    told = await refusals(database, approval.item_id)
    assert told == [(login, error.code) for _, login, _, error in attempts]
    with pytest.raises(UnknownApproval):
        await review.sign("nowhere", FIRST, "clerk", approval.hash)
    assert await refusals(database, "nowhere") == [("clerk", "unknown-approval")]


async def test_a_delegate_signs_on_behalf_of_who_is_away(
    review: Review, delegations: Delegations, approval: Approval, clock: ManualClock
) -> None:
    await away(delegations, clock)
    [(_, absent, acting, body)] = await delegations.absences()
    assert (absent, acting, body) == ("leader", "外人", "四川省人民政府")
    await review.sign("a1", FIRST, "clerk", approval.hash)
    await review.sign("a1", SECOND, "head", approval.hash)
    done = await review.sign("a1", THIRD, "outsider", approval.hash)
    assert done.complete
    people = await review.signers(done)
    last = done.signatures[-1]
    assert people[last.person_id].login == "outsider"
    assert people[last.on_behalf_of or ""].login == "leader"


async def test_nobody_signs_for_somebody_or_through_somebody_who_signed(
    review: Review,
    delegations: Delegations,
    organisations: Organisations,
    approval: Approval,
    clock: ManualClock,
) -> None:
    await away(delegations, clock, to="clerk")
    await organisations.grant("leader", "sc", Role.SECTION_HEAD, actor="admin")
    await review.sign("a1", FIRST, "clerk", approval.hash)
    await review.sign("a1", SECOND, "leader", approval.hash)
    with pytest.raises(SamePerson):  # the clerk signed already
        await review.sign("a1", THIRD, "clerk", approval.hash)
    await review.send_back_to("a1", FIRST, "allrounder", "换人")
    await review.sign("a1", FIRST, "allrounder", approval.hash)
    await review.sign("a1", SECOND, "leader", approval.hash)
    with pytest.raises(SamePerson):  # the leader would sign twice, by another's hand
        await review.sign("a1", THIRD, "clerk", approval.hash)


async def test_a_delegation_ends_with_its_time_and_at_once_when_revoked(
    review: Review, delegations: Delegations, approval: Approval, clock: ManualClock
) -> None:
    made = await away(delegations, clock)
    await review.sign("a1", FIRST, "clerk", approval.hash)
    await review.sign("a1", SECOND, "head", approval.hash)
    with pytest.raises(Forbidden):
        await delegations.revoke(made.id, actor="outsider")
    await delegations.revoke(made.id, actor="leader")
    with pytest.raises(WrongRole):
        await review.sign("a1", THIRD, "outsider", approval.hash)
    with pytest.raises(Conflict):
        await delegations.revoke(made.id, actor="leader")
    await away(delegations, clock)
    clock.advance(86_400)
    with pytest.raises(WrongRole):
        await review.sign("a1", THIRD, "outsider", approval.hash)
    assert await delegations.absences() == []


async def test_who_loses_the_role_has_nothing_to_delegate_any_more(
    review: Review,
    delegations: Delegations,
    organisations: Organisations,
    approval: Approval,
    clock: ManualClock,
) -> None:
    await away(delegations, clock, role=Role.CLERK, actor="clerk")
    await organisations.revoke("clerk", "sc", Role.CLERK, actor="admin")
    with pytest.raises(WrongRole):
        await review.sign("a1", FIRST, "outsider", approval.hash)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"role": Role.ADMIN}, InvalidInput),
        ({"role": Role.CLERK}, Forbidden),
        ({"to": "leader"}, InvalidInput),
        ({"to": "stranger"}, NoStanding),
        ({"reason": " "}, InvalidInput),
        ({"until": None}, InvalidInput),
        ({"actor": "outsider"}, Forbidden),
        ({"body_code": "nowhere"}, NotFound),
    ],
)
async def test_a_delegation_that_may_not_be_is_refused(
    delegations: Delegations,
    organisations: Organisations,
    reviewers: None,
    clock: ManualClock,
    changed: dict[str, Any],
    error: type[GongkaiError],
) -> None:
    stranger = NewPerson(login="stranger", name="路人", roles=())
    await organisations.import_people([stranger], actor="admin")
    if "until" in changed:
        changed = {"until": clock.now()}
    with pytest.raises(error):
        await away(delegations, clock, **changed)


async def test_one_role_has_one_delegate_at_a_time(
    delegations: Delegations, reviewers: None, clock: ManualClock
) -> None:
    await away(delegations, clock)
    with pytest.raises(Conflict):
        await away(delegations, clock, to="head")
    await away(
        delegations,
        clock,
        to="head",
        since=clock.now() + timedelta(days=1),
        until=clock.now() + timedelta(days=2),
    )


async def test_the_tables_know_nobody_who_signs_for_themselves(
    review: Review, approval: Approval, database: Database
) -> None:
    await review.sign("a1", FIRST, "clerk", approval.hash)
    forged = update(signatures).values(on_behalf_of=signatures.c.person_id)
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.execute(forged).rowcount, audited=False)


async def test_an_emergency_keeps_its_steps_and_wants_a_fourth_person_afterwards(
    review: Review, approval: Approval, organisations: Organisations, database: Database
) -> None:
    with pytest.raises(WrongRole):
        await review.mark_emergency("a1", "outsider", "洪水")
    marked = await review.mark_emergency("a1", "clerk", "洪水预警")
    assert marked.emergency is not None
    with pytest.raises(NotItsTurn):
        await review.sign("a1", THIRD, "leader", approval.hash)
    for step, login in zip(ReviewStep, ("clerk", "head", "leader"), strict=True):
        done = await review.sign("a1", step, login, approval.hash)
    assert done.complete
    [look] = await review.after_looks()
    assert str(look.due_on) == "2026-03-03"
    with pytest.raises(SamePerson):
        await review.look_after("a1", "head", confirmed=True)
    with pytest.raises(InvalidInput):
        await review.look_after("a1", "allrounder", confirmed=False)
    told = await review.look_after("a1", "allrounder", confirmed=False, remark="数字有误")
    assert told.confirmed is False
    with pytest.raises(Conflict):
        await review.look_after("a1", "allrounder", confirmed=True)
    assert await review.after_looks() == []
    codes = [code for _, code in await refusals(database, approval.item_id)]
    assert codes == ["wrong-role", "not-its-turn", "same-person", "invalid-input", "conflict"]


async def test_emergencies_are_listed_first(
    review: Review, approval: Approval, submitted: Open
) -> None:
    assert [a.emergency for a, _ in await review.list()] == [None]
    await review.mark_emergency("a1", "clerk", "洪水预警")
    with pytest.raises(ApprovalClosed):
        await review.mark_emergency("a1", "clerk", "再来")
    [(first, _)] = await review.list()
    assert first.emergency is not None
    assert first.emergency.by == "clerk"


async def test_a_late_sign_off_says_why_or_is_refused_and_recorded(
    review: Review, submitted: Open, clock: ManualClock, database: Database
) -> None:
    printed: Proposal = ordinary(
        matter=Matter.GOVERNMENT_DOCUMENT,
        limit=Limit.STATUTORY,
        starts=Starts(printed_at=clock.now()),
    )
    approval = await submitted(printed)
    await review.sign("a1", FIRST, "clerk", approval.hash)
    await review.sign("a1", SECOND, "head", approval.hash)
    clock.advance(7_200)
    with pytest.raises(ClockExpired):
        await review.sign("a1", THIRD, "leader", approval.hash, "  ")
    assert await refusals(database, approval.item_id) == [("leader", "clock-expired")]
    done = await review.sign("a1", THIRD, "leader", approval.hash, "机房断电，恢复后补发")
    assert done.complete
    told = await database.read(lambda c: read_events(c, subject=approval.item_id))
    assert told[-2]["data"]["late"] is True
