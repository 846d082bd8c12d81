"""SQL over approvals and signatures: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from hub.catalogue import store as catalogue
from hub.catalogue.errors import StaleVersion
from hub.catalogue.models import ITEM_LIFECYCLE, Item, ItemEvent
from hub.catalogue.tables import items
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind
from hub.organisations.store import subtree
from hub.review import events
from hub.review.determination.errors import Undetermined
from hub.review.determination.models import Determination
from hub.review.determination.rules import why_unfit
from hub.review.determination.store import determination_of
from hub.review.errors import UnknownApproval
from hub.review.models import Approval, Emergency, ReviewStep, Signature, manifest_hash
from hub.review.rules import check_submission
from hub.review.tables import approvals, signatures

_CHUNK = 5_000
_STEPS = tuple(ReviewStep)
_PREVIOUS: Mapping[ReviewStep, ReviewStep | None] = dict(
    zip(_STEPS, (None, *_STEPS[:-1]), strict=True)
)

_SIGNED = (
    select(signatures)
    .where(signatures.c.approval_id.in_(bindparam("ids", expanding=True)))
    .order_by(signatures.c.at, signatures.c.step)
)

_signed_off = exists().where(
    signatures.c.approval_id == approvals.c.id,
    signatures.c.step == ReviewStep.SIGN_OFF.value,
)


def open_approval(
    tx: Transaction,
    *,
    approval_id: str,
    item: Item,
    entries: Mapping[str, str],
    submitted_by: str,
    at: datetime,
) -> None:
    """Submit `item` for approval with its manifest (edition name → SHA-256 of its bytes).

    Open approvals of the item become void, a complete one of the same version stays good for
    what it covers. The item goes into review. Records the events. Raises StaleVersion when
    `item` is not the current version, NotPublic, InvalidInput, and Undetermined while the item
    has no complete determination that fits it.
    """
    current = _still_current(tx, item)
    check_submission(current, entries)
    determination = determined_for(tx.connection, current)
    for stale in _void_open(tx, current):
        data = {"approval": stale, "because": approval_id}
        _record(tx, events.VOIDED, item.id, submitted_by, at, data)
    manifest = manifest_hash(item.content_hash, entries)
    values = {
        "id": approval_id,
        "item_id": item.id,
        "item_version": item.version,
        "content_hash": item.content_hash,
        "determination": determination.revision,
        "entries": dict(entries),
        "hash": manifest,
        "submitted_by": submitted_by,
        "submitted_at": at,
    }
    tx.execute(insert(approvals).values(**values))
    state = ITEM_LIFECYCLE.next(current.state, ItemEvent.SUBMITTED)
    catalogue.set_state(tx, item.id, item.version, state)
    about = {"approval": approval_id, "version": item.version, "hash": manifest}
    _record(tx, events.SUBMITTED, item.id, submitted_by, at, about)


def determined_for(connection: Connection, item: Item) -> Determination:
    """The determination under which `item` may be reviewed; raises Undetermined."""
    found = determination_of(connection, item.id)
    if (missing := why_unfit(found, item)) or found is None:
        raise Undetermined(item.id, missing)
    return found


def void_all(tx: Transaction, item_id: str, *, actor: str, at: datetime, because: str) -> int:
    """Void every approval of the item, complete or not; how many that changed."""
    doomed = and_(
        approvals.c.item_id == item_id,
        approvals.c.void.is_(False),
        approvals.c.returned_reason == "",
    )
    ids = list(tx.connection.execute(select(approvals.c.id).where(doomed)).scalars())
    if ids:
        tx.execute(update(approvals).where(approvals.c.id.in_(ids)).values(void=True))
    for approval_id in ids:
        about = {"approval": approval_id, "because": because}
        _record(tx, events.VOIDED, item_id, actor, at, about)
    return len(ids)


def first_submitted_at(connection: Connection, item_id: str) -> datetime | None:
    """When the item first went to review, in any version."""
    query = select(approvals.c.submitted_at).where(approvals.c.item_id == item_id)
    return connection.execute(query.order_by(approvals.c.id).limit(1)).scalar()


def get_approval(connection: Connection, approval_id: str) -> Approval:
    """Raises UnknownApproval."""
    found = _load(connection, _approvals_where(approvals.c.id == approval_id))
    if not found:
        raise UnknownApproval(approval_id)
    return found[0]


def approvals_by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Approval]:
    """Approvals with their signatures; unknown ids are left out."""
    listed = list(dict.fromkeys(ids))
    found: dict[str, Approval] = {}
    for start in range(0, len(listed), _CHUNK):
        chunk = listed[start : start + _CHUNK]
        found |= {a.id: a for a in _load(connection, _approvals_where(approvals.c.id.in_(chunk)))}
    return found


def approvals_for(connection: Connection, item_id: str, version: int) -> list[Approval]:
    """Every approval of one version, oldest first."""
    return _load(connection, _OF_VERSION, {"item": item_id, "version": version})


def approval_for(connection: Connection, item_id: str, version: int) -> Approval | None:
    """The newest complete approval of one version, else the newest one, else None.

    An item may be approved again for more channels; see `approval_covering`.
    """
    found = approvals_for(connection, item_id, version)
    complete = [approval for approval in found if approval.complete]
    return next(reversed(complete or found), None)


def approval_covering(
    connection: Connection, item_id: str, version: int, name: str, sha256: str
) -> Approval | None:
    """The complete approval of one version whose manifest holds this very edition, or None."""
    return next(
        (
            approval
            for approval in approvals_for(connection, item_id, version)
            if approval.complete and approval.entries.get(name) == sha256
        ),
        None,
    )


def list_approvals(
    connection: Connection,
    *,
    open_only: bool = True,
    body_id: str = "",
    among: Collection[str] | None = None,
    limit: int = 100,
) -> list[tuple[Approval, str]]:
    """Approvals with the item's title, emergencies first, then the oldest; of `body_id` and the
    bodies below it, and of exactly the bodies `among`."""
    conditions: list[ColumnElement[bool]] = []
    if open_only:
        conditions += [_alive(), not_(_signed_off)]
    if body_id:
        conditions.append(items.c.body_id.in_(subtree(body_id)))
    if among is not None:
        conditions.append(items.c.body_id.in_(among))
    query = (
        select(approvals.c.id, items.c.title)
        .join(items, items.c.id == approvals.c.item_id)
        .where(*conditions)
        .order_by(approvals.c.emergency_at.is_(None), approvals.c.id)
        .limit(limit)
    )
    titles = {row.id: row.title for row in connection.execute(query)}
    found = approvals_by_ids(connection, titles)
    return [(found[approval_id], title) for approval_id, title in titles.items()]


def add_signature(tx: Transaction, approval_id: str, signature: Signature) -> None:
    """The tables refuse a second one of the step or person, a wrong order, another manifest."""
    values = {
        "approval_id": approval_id,
        "step": signature.step.value,
        "previous_step": _PREVIOUS[signature.step],
        "person_id": signature.person_id,
        "signed_hash": signature.signed_hash,
        "at": signature.at,
        "remark": signature.remark,
        "on_behalf_of": signature.on_behalf_of,
    }
    tx.execute(insert(signatures).values(**values))


def set_returned(tx: Transaction, approval_id: str, reason: str) -> None:
    tx.execute(
        update(approvals).where(approvals.c.id == approval_id).values(returned_reason=reason)
    )


def _still_current(tx: Transaction, item: Item) -> Item:
    """The item as it is now, locked; raises StaleVersion when it is not what was rendered."""
    current = catalogue.lock_item(tx, item.id)
    if (current.version, current.content_hash) != (item.version, item.content_hash):
        raise StaleVersion(
            Words("信息在送审时已被修改", "the item was edited meanwhile"),
            field="item",
            remedy=Words("重新生成稿件后送审", "render it again, then submit"),
        )
    return current


def _void_open(tx: Transaction, item: Item) -> list[str]:
    """Void what nobody may sign any more; the ids of what that changed."""
    outdated = or_(not_(_signed_off), approvals.c.item_version != item.version)
    doomed = and_(
        approvals.c.item_id == item.id,
        approvals.c.void.is_(False),
        approvals.c.returned_reason == "",
        outdated,
    )
    ids = list(tx.connection.execute(select(approvals.c.id).where(doomed)).scalars())
    if ids:
        tx.execute(update(approvals).where(approvals.c.id.in_(ids)).values(void=True))
    return ids


def _alive() -> ColumnElement[bool]:
    """Not replaced, not returned, and about the item's current version."""
    return and_(
        approvals.c.void.is_(False),
        approvals.c.returned_reason == "",
        approvals.c.item_version == items.c.version,
    )


def _approvals_where(condition: ColumnElement[bool]) -> Select[Any]:
    """Approvals, oldest first. An edit of the item voids them: its version has moved on."""
    return (
        select(approvals, (approvals.c.item_version != items.c.version).label("outdated"))
        .join(items, items.c.id == approvals.c.item_id)
        .where(condition)
        .order_by(approvals.c.id)
    )


# asked before every call to a platform, so built once
_OF_VERSION = _approvals_where(
    and_(approvals.c.item_id == bindparam("item"), approvals.c.item_version == bindparam("version"))
)


def _load(
    connection: Connection, query: Select[Any], parameters: Mapping[str, Any] | None = None
) -> list[Approval]:
    rows = connection.execute(query, parameters).all()
    signed = _signatures(connection, [row.id for row in rows])
    return [
        Approval(
            id=row.id,
            item_id=row.item_id,
            item_version=row.item_version,
            content_hash=row.content_hash,
            entries=row.entries,
            determination=row.determination,
            signatures=tuple(signed.get(row.id, ())),
            submitted_by=row.submitted_by,
            submitted_at=row.submitted_at,
            returned_reason=row.returned_reason,
            void=bool(row.void or row.outdated),
            emergency=_emergency(row),
        )
        for row in rows
    ]


def _emergency(row: Row[Any]) -> Emergency | None:
    if row.emergency_at is None:
        return None
    return Emergency(by=row.emergency_by, reason=row.emergency_reason, at=row.emergency_at)


def _signatures(connection: Connection, ids: list[str]) -> dict[str, list[Signature]]:
    found: dict[str, list[Signature]] = {}
    for row in connection.execute(_SIGNED, {"ids": ids}) if ids else ():
        signature = Signature(
            step=ReviewStep(row.step),
            person_id=row.person_id,
            signed_hash=row.signed_hash,
            at=row.at,
            remark=row.remark,
            on_behalf_of=row.on_behalf_of,
        )
        found.setdefault(row.approval_id, []).append(signature)
    return found


def _record(
    tx: Transaction, kind: Kind, subject: str, actor: str, at: datetime, data: Mapping[str, object]
) -> None:
    tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))
