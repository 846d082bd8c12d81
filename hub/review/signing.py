"""Signing and returning inside a transaction: the rules, asked of what the database holds now.

The item's row is locked first, so that an edit and a signature never pass each other.
"""

from __future__ import annotations

from datetime import datetime

from hub.catalogue import store as catalogue
from hub.catalogue.models import ITEM_LIFECYCLE, Item, ItemEvent
from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.organisations import store as organisations
from hub.review import events, rules, store
from hub.review.models import Approval, ReviewStep, Signature

__all__ = ["send_back", "sign_step"]


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
    """Add one signature; the third one approves the item. Raises what `check_signature` does."""
    approval, item = _locked(tx, approval_id)
    signer = _signer(tx, item, login)
    rules.check_signature(approval, item, signer, step, signed_hash, remark)
    signature = Signature(
        step=step, person_id=signer.person.id, signed_hash=signed_hash, at=at, remark=remark
    )
    store.add_signature(tx, approval_id, signature)
    data = {"approval": approval_id, "step": step.value, "hash": signed_hash, "remark": remark}
    tx.record(Event(kind=events.SIGNED, subject=item.id, actor=login, at=at, data=data))
    signed = store.get_approval(tx.connection, approval_id)
    if signed.complete:
        _move(tx, item, ItemEvent.APPROVED)
        done = {"approval": approval_id, "version": item.version, "hash": signed.hash}
        tx.record(Event(kind=events.COMPLETED, subject=item.id, actor=login, at=at, data=done))
    return signed


def send_back(
    tx: Transaction, *, approval_id: str, login: str, reason: str, at: datetime
) -> Approval:
    """退文: whoever's turn it is returns the item with a reason; the approval is over."""
    approval, item = _locked(tx, approval_id)
    rules.check_return(approval, item, _signer(tx, item, login), reason)
    store.set_returned(tx, approval_id, reason.strip())
    _move(tx, item, ItemEvent.RETURNED)
    data = {"approval": approval_id, "reason": reason.strip()}
    tx.record(Event(kind=events.RETURNED, subject=item.id, actor=login, at=at, data=data))
    return store.get_approval(tx.connection, approval_id)


def _locked(tx: Transaction, approval_id: str) -> tuple[Approval, Item]:
    item_id = store.get_approval(tx.connection, approval_id).item_id
    item = catalogue.lock_item(tx, item_id)
    return store.get_approval(tx.connection, approval_id), item


def _signer(tx: Transaction, item: Item, login: str) -> rules.Signer:
    person = organisations.person_by_login(tx.connection, login)
    body = organisations.get_body(tx.connection, item.body_id)
    wrote = body.separate_author and login in catalogue.authors_of(tx.connection, item.id)
    return rules.Signer(
        person=person,
        roles=organisations.roles_of(tx.connection, person.id, body.id),
        barred_author=wrote,
    )


def _move(tx: Transaction, item: Item, event: ItemEvent) -> None:
    catalogue.set_state(tx, item.id, item.version, ITEM_LIFECYCLE.next(item.state, event))
