"""Signing and returning inside a transaction: the rules, asked of what the database holds now.

The item's row is locked first, so that an edit and a signature never pass each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hub.catalogue import store as catalogue
from hub.catalogue.models import ITEM_LIFECYCLE, Item, ItemEvent
from hub.kernel.database import Transaction
from hub.kernel.events import Event, Kind
from hub.organisations import store as organisations
from hub.organisations.models import Person
from hub.review import events, rules, store
from hub.review.clocks.rules import clock_of, refuse_unexplained
from hub.review.delegation import store as delegations
from hub.review.determination.store import determination_of
from hub.review.errors import ApprovalClosed
from hub.review.history import store as history
from hub.review.models import STEP_ROLES, Approval, ReviewStep, Signature, StepAction
from hub.review.urgency import store as urgency
from hub.review.urgency.rules import after_look_due

__all__ = ["mark_emergency", "send_back", "send_back_to", "sign_step"]


def sign_step(
    tx: Transaction,
    *,
    approval_id: str,
    step: ReviewStep,
    login: str,
    signed_hash: str,
    remark: str,
    at: datetime,
) -> Approval:
    """Add one signature; the third one approves the item. Raises what `check_signature` does, and
    ClockExpired where it is signed off late without a remark."""
    approval, item = _locked(tx, approval_id)
    signer = _signer(tx, approval, item, login, step, at)
    rules.check_signature(approval, item, signer, step, signed_hash, remark)
    late = step is ReviewStep.SIGN_OFF and _late(tx, item, remark, at)
    acting_for = signer.acting_for
    signature = Signature(
        step=step,
        person_id=signer.person.id,
        signed_hash=signed_hash,
        at=at,
        remark=remark,
        on_behalf_of=acting_for.id if acting_for else None,
    )
    store.add_signature(tx, approval_id, signature)
    _log(tx, approval, StepAction.SIGNED, step, signer, at, remark)
    data = {"approval": approval_id, "step": step.value, "hash": signed_hash, "remark": remark}
    if acting_for:
        data["on_behalf_of"] = acting_for.login
    _record(tx, events.SIGNED, item.id, login, at, data | ({"late": True} if late else {}))
    signed = store.get_approval(tx.connection, approval_id)
    if signed.complete:
        _complete(tx, item, signed, login, at)
    return signed


def send_back(
    tx: Transaction, *, approval_id: str, login: str, reason: str, at: datetime
) -> Approval:
    """退文: whoever's turn it is returns the item with a reason; the approval is over."""
    approval, item = _locked(tx, approval_id)
    step = approval.next_step
    signer = _signer(tx, approval, item, login, step or ReviewStep.SIGN_OFF, at)
    rules.check_return(approval, item, signer, reason)
    store.set_returned(tx, approval_id, reason.strip())
    _log(tx, approval, StepAction.RETURNED, _due(step), signer, at, reason.strip())
    _move(tx, item, ItemEvent.RETURNED)
    data = {"approval": approval_id, "reason": reason.strip()}
    _record(tx, events.RETURNED, item.id, login, at, data)
    return store.get_approval(tx.connection, approval_id)


def send_back_to(
    tx: Transaction, *, approval_id: str, login: str, to: ReviewStep, reason: str, at: datetime
) -> Approval:
    """Whoever's turn it is returns it to a lower step: signatures from that step on are void and
    stay in the history, earlier ones hold, for the bytes are the same."""
    approval, item = _locked(tx, approval_id)
    signer = _signer(tx, approval, item, login, approval.next_step or ReviewStep.SIGN_OFF, at)
    due = rules.check_send_back(approval, item, signer, to, reason)
    steps = list(ReviewStep)
    doomed = [s for s in approval.signatures if steps.index(s.step) >= steps.index(to)]
    doomed.sort(key=lambda signature: steps.index(signature.step))
    why = reason.strip()
    _log(tx, approval, StepAction.SENT_BACK, due, signer, at, why, to_step=to)
    for signature in doomed:
        history.add_step(
            tx,
            approval,
            StepAction.VOIDED,
            signature.step,
            person_id=signature.person_id,
            on_behalf_of=signature.on_behalf_of,
            at=at,
            remark=why,
        )
    history.remove_signatures(tx, approval_id, doomed)
    data = {
        "approval": approval_id,
        "from": due.value,
        "to": to.value,
        "reason": why,
        "voided": [signature.step.value for signature in doomed],
    }
    _record(tx, events.SENT_BACK, item.id, login, at, data)
    return store.get_approval(tx.connection, approval_id)


def mark_emergency(
    tx: Transaction, *, approval_id: str, login: str, reason: str, at: datetime
) -> Approval:
    """Shorten its time, never its steps."""
    approval, item = _locked(tx, approval_id)
    person = organisations.person_by_login(tx.connection, login)
    held = organisations.roles_of(tx.connection, person.id, item.body_id)
    rules.check_emergency(approval, item, held, reason)
    urgency.set_emergency(tx, approval_id, login, reason.strip(), at)
    data = {"approval": approval_id, "reason": reason.strip()}
    _record(tx, events.EMERGENCY, item.id, login, at, data)
    return store.get_approval(tx.connection, approval_id)


def _complete(tx: Transaction, item: Item, signed: Approval, login: str, at: datetime) -> None:
    _move(tx, item, ItemEvent.APPROVED)
    if signed.emergency is not None:
        urgency.open_after_look(tx, signed.id, after_look_due(at))
    done = {"approval": signed.id, "version": item.version, "hash": signed.hash}
    _record(tx, events.COMPLETED, item.id, login, at, done)


def _late(tx: Transaction, item: Item, remark: str, at: datetime) -> bool:
    held = determination_of(tx.connection, item.id)
    if held is None:
        return False
    clock = clock_of(held, item.formed_on)
    return refuse_unexplained(clock, held.published_at, remark, at)


def _locked(tx: Transaction, approval_id: str) -> tuple[Approval, Item]:
    item_id = store.get_approval(tx.connection, approval_id).item_id
    item = catalogue.lock_item(tx, item_id)
    return store.get_approval(tx.connection, approval_id), item


def _signer(
    tx: Transaction, approval: Approval, item: Item, login: str, step: ReviewStep, at: datetime
) -> rules.Signer:
    """The person with their own roles, and with the one for `step` if it is delegated to them."""
    person = organisations.person_by_login(tx.connection, login)
    body = organisations.get_body(tx.connection, item.body_id)
    held = organisations.roles_of(tx.connection, person.id, body.id)
    acting_for = None
    if (role := STEP_ROLES[step]) not in held:
        acting_for = _delegator(tx, approval, person, body.id, step, at)
        held |= {role} if acting_for else set()
    authors = catalogue.authors_of(tx.connection, item.id) if body.separate_author else ()
    logins = {person.login, *((acting_for.login,) if acting_for else ())}
    return rules.Signer(
        person=person,
        roles=held,
        barred_author=not logins.isdisjoint(authors),
        acting_for=acting_for,
    )


def _delegator(
    tx: Transaction,
    approval: Approval,
    person: Person,
    body_id: str,
    step: ReviewStep,
    at: datetime,
) -> Person | None:
    """For whom `person` may sign now; rather somebody who has signed no other step yet."""
    role = STEP_ROLES[step]
    found = delegations.delegations_of(tx.connection, person.id, body_id, role, at)
    used = {person_id for s in approval.signatures for person_id in s.people}
    free = [delegation for delegation in found if delegation.from_id not in used]
    chosen = next(iter(free or found), None)
    return organisations.get_person(tx.connection, chosen.from_id) if chosen else None


def _due(step: ReviewStep | None) -> ReviewStep:
    if step is None:  # the rules have refused a closed approval before
        raise ApprovalClosed(rules.STEP_WORDS[ReviewStep.SIGN_OFF], field="approval")
    return step


def _log(
    tx: Transaction,
    approval: Approval,
    action: StepAction,
    step: ReviewStep,
    signer: rules.Signer,
    at: datetime,
    remark: str,
    to_step: ReviewStep | None = None,
) -> None:
    history.add_step(
        tx,
        approval,
        action,
        step,
        person_id=signer.person.id,
        on_behalf_of=signer.acting_for.id if signer.acting_for else None,
        at=at,
        remark=remark,
        to_step=to_step,
    )


def _move(tx: Transaction, item: Item, event: ItemEvent) -> None:
    catalogue.set_state(tx, item.id, item.version, ITEM_LIFECYCLE.next(item.state, event))


def _record(
    tx: Transaction, kind: Kind, subject: str, actor: str, at: datetime, data: Mapping[str, object]
) -> None:
    tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
