"""SQL about orders and follow-ups: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from hub.kernel.database import Transaction
from hub.publishing.ledger import row_to_delivery
from hub.publishing.models import Delivery, DeliveryState, Purpose
from hub.publishing.recall.models import Followup, Order, OrderKind, Post, Way
from hub.publishing.recall.tables import followups, orders
from hub.publishing.tables import deliveries, editions, in_states, plans

__all__ = [
    "add_followups",
    "add_order",
    "cancel_waiting",
    "followups_about",
    "followups_of",
    "is_taken",
    "orders_of",
    "pointless",
    "posts_of",
    "recalled_editions",
    "recalled_versions",
    "refused_amendments",
    "release_reposts",
    "wake_waiting",
    "withdrawn",
]

_S = DeliveryState
_d = deliveries.c
_f = followups.c
# what has not left yet, as LIFECYCLE has it for a cancellation
_NOT_LEFT = (_S.PLANNED, _S.READY, _S.BLOCKED, _S.CLAIMED)


def add_order(tx: Transaction, order: Order) -> None:
    tx.execute(insert(orders).values({f: getattr(order, f) for f in order.__dataclass_fields__}))


def orders_of(connection: Connection, item_id: str) -> list[Order]:
    """Oldest first."""
    query = select(orders).where(orders.c.item_id == item_id).order_by(orders.c.id)
    return [
        Order(**dict(row._mapping) | {"kind": OrderKind(row.kind)})
        for row in connection.execute(query)
    ]


def recalled_versions(connection: Connection, item_ids: Collection[str]) -> dict[str, int]:
    """Of items that were recalled, the version up to which nothing may be published."""
    query = (
        select(orders.c.item_id, func.max(orders.c.item_version))
        .where(orders.c.item_id.in_(item_ids), orders.c.kind == OrderKind.RECALL)
        .group_by(orders.c.item_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def recalled_editions(connection: Connection, edition_ids: Collection[str]) -> set[str]:
    """Those among them of versions that were withdrawn."""
    query = (
        select(editions.c.id)
        .join(orders, orders.c.item_id == editions.c.item_id)
        .where(
            editions.c.id.in_(edition_ids),
            orders.c.kind == OrderKind.RECALL,
            orders.c.item_version >= editions.c.item_version,
        )
    )
    return set(connection.execute(query).scalars())


def add_followups(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    tx.execute(insert(followups), list(rows))


_original = deliveries.alias("original")
_FOLLOWUP = (
    select(followups, orders.c.kind, _original.c.state, _original.c.remote_id)
    .join(orders, orders.c.id == _f.order_id)
    .join(_original, _original.c.id == _f.original_id)
)


def _followup(row: Any) -> Followup:
    return Followup(
        delivery_id=row.delivery_id,
        order_id=row.order_id,
        kind=OrderKind(row.kind),
        way=Way(row.way),
        account_id=row.account_id,
        original_id=row.original_id,
        original_state=DeliveryState(row.state),
        original_remote_id=row.remote_id,
    )


def followups_of(connection: Connection, delivery_ids: Collection[str]) -> dict[str, Followup]:
    """By delivery, for those of `delivery_ids` that an order led to."""
    rows = connection.execute(_FOLLOWUP.where(_f.delivery_id.in_(delivery_ids)))
    return {row.delivery_id: _followup(row) for row in rows}


def followups_about(connection: Connection, item_id: str) -> list[Followup]:
    """Everything that orders about an item led to, oldest first."""
    rows = connection.execute(_FOLLOWUP.where(orders.c.item_id == item_id))
    return sorted((_followup(row) for row in rows), key=lambda one: one.delivery_id)


def posts_of(connection: Connection, item_id: str) -> list[Post]:
    """Every delivery of an item with the version it carries, oldest first."""
    query = (
        select(deliveries, editions.c.item_version)
        .join(plans, plans.c.id == _d.plan_id)
        .join(editions, editions.c.id == _d.edition_id)
        .where(plans.c.item_id == item_id)
        .order_by(_d.id)
    )
    found = []
    for row in connection.execute(query):
        *values, version = row
        found.append(Post(delivery=row_to_delivery(values), version=version))
    return found


def cancel_waiting(tx: Transaction, item_id: str, version: int) -> list[str]:
    """Cancel what has not left of versions up to `version`; not what withdraws or says so."""
    chosen = (
        select(_d.id)
        .join(plans, plans.c.id == _d.plan_id)
        .outerjoin(followups, _f.delivery_id == _d.id)
        .outerjoin(orders, orders.c.id == _f.order_id)
        .where(
            plans.c.item_id == item_id,
            plans.c.item_version <= version,
            in_states(*_NOT_LEFT),
            _d.purpose != Purpose.RECALL,
            orders.c.kind.is_(None) | (orders.c.kind != OrderKind.RECALL),
        )
    )
    ids = list(tx.connection.execute(chosen).scalars())
    cancelled: list[str] = []
    values = {"state": _S.CANCELLED, "next_at": None, "reason": "", "lease_owner": ""}
    for start in range(0, len(ids), 1000):
        change = update(deliveries).where(_d.id.in_(ids[start : start + 1000]))
        change = change.where(in_states(*_NOT_LEFT)).values(**values).returning(_d.id)
        cancelled += tx.execute(change).scalars()
    return cancelled


def is_taken(connection: Connection, like: Delivery, purpose: Purpose) -> bool:
    """Whether there is a delivery of `purpose` for the same edition, account and part."""
    query = select(_d.id).where(
        _d.edition_id == like.edition_id,
        _d.account_id == like.account_id,
        _d.part == like.part,
        _d.occurrence == like.occurrence,
        _d.purpose == purpose,
        text("deliveries.state <> 'cancelled'"),
    )
    return connection.execute(query.limit(1)).first() is not None


def wake_waiting(tx: Transaction, original_ids: Collection[str], now: datetime) -> int:
    """These posts' fate is known: what waits for it looks again at once."""
    about = select(_f.delivery_id).where(_f.original_id.in_(original_ids))
    change = update(deliveries).where(
        _d.id.in_(about), in_states(_S.BLOCKED), _d.reason == "original-unsettled", _d.next_at > now
    )
    return tx.execute(change.values(next_at=now)).rowcount


def withdrawn(tx: Transaction, recall: Delivery, now: datetime) -> None:
    """What `recall` was for is no longer public: the post says so, and what it replaced; what
    was to be posted in its stead may go."""
    found = followups_of(tx.connection, [recall.id]).get(recall.id)
    if found is None:
        return
    post: str | None = found.original_id
    while post is not None:
        change = update(deliveries).where(_d.id == post, in_states(_S.ACCEPTED, _S.VERIFIED))
        tx.execute(change.values(state=_S.RECALLED, next_at=None, reason=""))
        before = select(_f.original_id).where(_f.delivery_id == post, _f.way == Way.AMEND)
        post = tx.connection.execute(before).scalar()
    release_reposts(tx, found, now)


def pointless(tx: Transaction, recall: Delivery, now: datetime) -> None:
    """`recall` had nothing to withdraw: what was to be posted in its stead may go all the same."""
    if recall.purpose is Purpose.RECALL:
        found = followups_of(tx.connection, [recall.id]).get(recall.id)
        if found is not None:
            release_reposts(tx, found, now)


def release_reposts(tx: Transaction, done: Followup, now: datetime) -> None:
    """The corrected posts of this account may go once all of its old ones are settled."""
    same = (_f.order_id == done.order_id, _f.account_id == done.account_id)
    left = (
        select(_d.id)
        .join(followups, _f.delivery_id == _d.id)
        .where(*same, _f.way == Way.WITHDRAW, _d.state.not_in((_S.VERIFIED, _S.CANCELLED)))
    )
    if done.kind is not OrderKind.CORRECT or tx.connection.execute(left.limit(1)).first():
        return
    reposts = select(_f.delivery_id).where(*same, _f.way == Way.REPOST)
    change = update(deliveries).where(
        _d.id.in_(reposts), in_states(_S.BLOCKED), _d.reason == "original-unsettled"
    )
    tx.execute(change.values(state=_S.READY, next_at=now, reason=""))


def refused_amendments(connection: Connection, limit: int) -> list[tuple[Delivery, Followup]]:
    """Corrections in place that the platform refused, and that nothing has followed yet."""
    later, mine = followups.alias("later"), followups.alias("mine")
    followed = (
        select(later.c.delivery_id)
        .join(
            mine,
            (mine.c.order_id == later.c.order_id) & (mine.c.original_id == later.c.original_id),
        )
        .where(mine.c.delivery_id == _d.id, later.c.way == Way.WITHDRAW)
    )
    query = (
        select(deliveries)
        .where(
            text("deliveries.state = 'failed' AND deliveries.purpose = 'correct'"),
            _d.error_code == "rejected",
            ~followed.exists(),
        )
        .order_by(_d.id)
        .limit(limit)
    )
    found = [row_to_delivery(row) for row in connection.execute(query)]
    known = followups_of(connection, [delivery.id for delivery in found])
    return [(delivery, known[delivery.id]) for delivery in found if delivery.id in known]
