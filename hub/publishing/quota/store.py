"""SQL over the quota ledger: one function per question.

A slot whose delivery can no longer go out is free again; `_OVER` says when that is. A delivery
that was ever accepted has spent its slot, whatever became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, literal_column, select, text, update

from hub.catalogue.tables import items
from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.organisations.tables import bodies
from hub.publishing.quota.models import Holder, Slot, SlotState
from hub.publishing.quota.tables import quota_slots
from hub.publishing.tables import deliveries, plans

__all__ = [
    "Taken",
    "commit_accepted",
    "commit_spent",
    "drop_others",
    "give_back",
    "holders",
    "release_over",
    "reserved_by",
    "slots_held",
    "take",
    "taken",
    "used",
]

_q, _d = quota_slots.c, deliveries.c
_CHUNK = 10_000
_RESERVED = text("quota_slots.state = 'reserved'")  # as the indexes have it
_GONE = "(deliveries.remote_id <> '' OR deliveries.error_code = 'gone')"
_OVER = text(f"(deliveries.state IN ('cancelled', 'expired', 'failed') AND NOT {_GONE})")
_LEFT = text(
    "(deliveries.state IN ('accepted', 'verified', 'recalled')"
    f" OR (deliveries.state = 'failed' AND {_GONE}))"
)
# what counts as spent for a reader: a call may be under way, or nobody knows how it ended
_SPENT = ("sending", "unknown", "accepted", "verified", "recalled", "failed")
_WAITING = ("planned", "ready", "blocked", "claimed")


@dataclass(frozen=True, slots=True)
class Taken:
    """A slot's number with the delivery that has it; `over`: it will never use it."""

    account_id: str
    no: int
    delivery_id: str
    over: bool


def taken(
    connection: Connection, kind: str, starts_at: datetime, account_ids: Collection[str]
) -> list[Taken]:
    """The slots of one period that are held or spent, of these accounts."""
    over: ColumnElement[bool] = literal_column(f"(quota_slots.state = 'reserved' AND {_OVER.text})")
    found = []
    for chunk in _chunks(account_ids):
        query = (
            select(_q.account_id, _q.no, _q.delivery_id, over)
            .join(deliveries, _d.id == _q.delivery_id)
            .where(_q.kind == kind, _q.starts_at == starts_at, _q.account_id.in_(chunk))
        )
        found += [Taken(r[0], r[1], r[2], bool(r[3])) for r in connection.execute(query)]
    return found


def used(
    connection: Connection, kind: str, starts_at: datetime, account_ids: Collection[str]
) -> dict[str, int]:
    """How many slots of the period each of these accounts has held or spent."""
    counts: dict[str, int] = {}
    for slot in taken(connection, kind, starts_at, account_ids):
        if not slot.over:
            counts[slot.account_id] = counts.get(slot.account_id, 0) + 1
    return counts


def slots_held(connection: Connection, account_ids: Collection[str], since: datetime) -> list[Slot]:
    """The slots that are held or spent in periods that begin from `since` on."""
    query = (
        select(_q.account_id, _q.kind, _q.starts_at, _q.no, _q.delivery_id)
        .join(deliveries, _d.id == _q.delivery_id)
        .where(
            _q.account_id.in_(list(account_ids)),
            _q.starts_at >= since,
            text(f"(quota_slots.state = 'committed' OR NOT {_OVER.text})"),
        )
    )
    return [Slot(*row) for row in connection.execute(query)]


def release_over(tx: Transaction, delivery_ids: Collection[str]) -> set[str]:
    """Free what deliveries reserved that will never use it; whose slots that were.

    Each is locked and looked at again first: a person may just be starting it anew.
    """
    freed: set[str] = set()
    for chunk in _chunks(delivery_ids):
        over = select(_d.id).where(_d.id.in_(chunk), _OVER).order_by(_d.id).with_for_update()
        ids = list(tx.connection.execute(over).scalars())
        tx.execute(delete(quota_slots).where(_q.delivery_id.in_(ids), _RESERVED))
        freed |= set(ids)
    return freed


_TAKE = Bulk(
    """
    INSERT INTO quota_slots (account_id, kind, starts_at, no, delivery_id, state)
    SELECT r.account_id, r.kind, r.starts_at, r.no, r.delivery_id, 'reserved'
    FROM {rows} WHERE true ON CONFLICT DO NOTHING
    """,
    {"account_id": "text", "kind": "text", "starts_at": "int", "no": "int", "delivery_id": "text"},
)


def take(tx: Transaction, slots: Sequence[Slot]) -> list[Slot]:
    """Reserve `slots`; those that somebody else has taken since we looked."""
    if not slots:
        return []
    rows = [(s.account_id, s.kind, microseconds(s.starts_at), s.no, s.delivery_id) for s in slots]
    if tx.bulk(_TAKE, sorted(rows)).rowcount == len(rows):
        return []
    ours = reserved_by(tx.connection, {s.delivery_id for s in slots})
    return [s for s in slots if (s.delivery_id, s.kind, s.starts_at) not in ours]


def give_back(tx: Transaction, delivery_ids: Collection[str]) -> None:
    """Free what these deliveries have reserved: they move to another time, or get nothing."""
    for chunk in _chunks(delivery_ids):
        tx.execute(delete(quota_slots).where(_q.delivery_id.in_(chunk), _RESERVED))


def drop_others(tx: Transaction, delivery_id: str, kind: str, starts_at: datetime) -> None:
    """The delivery goes out in this period: what it held of another is free."""
    elsewhere = (_q.delivery_id == delivery_id, _q.kind == kind, _q.starts_at != starts_at)
    tx.execute(delete(quota_slots).where(*elsewhere, _RESERVED))


def reserved_by(
    connection: Connection, delivery_ids: Collection[str]
) -> set[tuple[str, str, datetime]]:
    """(delivery, kind, begin of the period) of every slot these deliveries have reserved."""
    found: set[tuple[str, str, datetime]] = set()
    for chunk in _chunks(delivery_ids):
        query = select(_q.delivery_id, _q.kind, _q.starts_at)
        query = query.where(_q.delivery_id.in_(chunk), _RESERVED)
        found |= {(row[0], row[1], row[2]) for row in connection.execute(query)}
    return found


def commit_accepted(tx: Transaction, delivery_ids: Collection[str]) -> None:
    """These were accepted once and are to be sent again: what they reserved is spent."""
    spent = update(quota_slots).where(_q.delivery_id.in_(delivery_ids), _RESERVED)
    tx.execute(spent.values(state=SlotState.COMMITTED))


def commit_spent(tx: Transaction, since: datetime, now: datetime) -> int:
    """Slots of periods that began between the two and whose post the platform has: spent for
    good; how many."""
    left = select(_d.id).where(_d.id == _q.delivery_id, _LEFT)
    change = update(quota_slots).where(
        _RESERVED, _q.starts_at > since, _q.starts_at <= now, left.exists()
    )
    return tx.execute(change.values(state=SlotState.COMMITTED)).rowcount


def holders(
    connection: Connection,
    account_ids: Collection[str],
    *,
    since: datetime,
    until: datetime | None = None,
    limit: int = 50_000,
) -> list[Holder]:
    """Who has slots of these accounts in periods that begin in [since, until), in their order."""
    query = (
        select(
            quota_slots,
            _d.state.label("delivery_state"),
            _d.plan_id,
            _d.priority,
            _d.due_at,
            plans.c.item_id,
            items.c.title,
            bodies.c.name.label("body"),
        )
        .join(deliveries, _d.id == _q.delivery_id)
        .join(plans, plans.c.id == _d.plan_id)
        .join(items, items.c.id == plans.c.item_id)
        .join(bodies, bodies.c.id == items.c.body_id)
        .where(
            _q.account_id.in_(account_ids),
            _q.starts_at >= since,
            text(f"(quota_slots.state = 'committed' OR NOT {_OVER.text})"),
        )
        .order_by(_q.account_id, _q.starts_at, _q.kind, _q.no)
    )
    if until is not None:
        query = query.where(_q.starts_at < until)
    return [_holder(row) for row in connection.execute(query.limit(limit))]


def _holder(row: Row[Any]) -> Holder:
    reserved = row.state == SlotState.RESERVED and row.delivery_state not in _SPENT
    return Holder(
        slot=Slot(row.account_id, row.kind, row.starts_at, row.no, row.delivery_id),
        state=SlotState.RESERVED if reserved else SlotState.COMMITTED,
        plan_id=row.plan_id,
        item_id=row.item_id,
        title=row.title,
        body=row.body,
        priority=row.priority,
        due_at=row.due_at,
        waiting=row.state == SlotState.RESERVED and row.delivery_state in _WAITING,
    )


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
