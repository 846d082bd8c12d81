"""Reading the ledger, and the writes people cause: editions, plans, and single decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    TextClause,
    and_,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.bulk import Bulk
from hub.kernel.columns import instant, microseconds
from hub.kernel.database import Transaction
from hub.publishing.ledger import row_to_delivery
from hub.publishing.models import (
    HELD,
    Attempt,
    Delivery,
    DeliveryState,
    Edition,
    Plan,
    Purpose,
)
from hub.publishing.tables import (
    attempts,
    deliveries,
    editions,
    heartbeats,
    in_states,
    plans,
)

__all__ = [
    "THREAD",
    "Batch",
    "add_deliveries",
    "add_editions",
    "add_parts",
    "add_plan",
    "attempts_of",
    "backlog",
    "beat",
    "change_deliveries",
    "check_soon",
    "count_by_state",
    "deliveries_by_ids",
    "deliveries_of_plan",
    "editions_by_ids",
    "editions_of",
    "get_delivery",
    "get_plan",
    "last_beat",
    "later_parts",
    "list_plans",
    "lock_for_check",
    "move_plan",
    "oldest_unknown",
    "plans_of",
    "previous_is_out",
    "previous_parts_of",
    "promote_next_part",
    "row_to_plan",
    "taken",
    "threads_of",
]

_S = DeliveryState
_d = deliveries.c
THREAD = ("plan_id", "edition_id", "account_id", "purpose", "occurrence")  # one thread's parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What deliveries that are written together share."""

    edition: Edition
    part: int
    occurrence: str
    due_at: datetime
    not_after: datetime


def _edition(row: Row[Any]) -> Edition:
    values = dict(row._mapping)
    values.pop("created_at")
    return Edition(**values)


def row_to_plan(row: Row[Any]) -> Plan:
    held = row._mapping
    return Plan(**{name: held[name] for name in Plan.__dataclass_fields__})


def add_editions(tx: Transaction, rows: Sequence[Edition], at: datetime) -> None:
    """Keep editions; one with the same name and bytes is kept once."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(editions).on_conflict_do_nothing()
    fields = Edition.__dataclass_fields__
    tx.execute(statement, [{f: getattr(e, f) for f in fields} | {"created_at": at} for e in rows])


def editions_of(connection: Connection, item_id: str, version: int) -> list[Edition]:
    query = select(editions).where(
        editions.c.item_id == item_id, editions.c.item_version == version
    )
    return [_edition(row) for row in connection.execute(query.order_by(editions.c.name))]


_EDITIONS = select(editions).where(editions.c.id.in_(bindparam("ids", expanding=True)))


def editions_by_ids(connection: Connection, ids: Collection[str]) -> dict[str, Edition]:
    rows = connection.execute(_EDITIONS, {"ids": list(ids)})
    return {row.id: _edition(row) for row in rows}


def add_plan(tx: Transaction, plan: Plan, at: datetime) -> None:
    values = {f: getattr(plan, f) for f in plan.__dataclass_fields__}
    tx.execute(insert(plans).values(**values, created_at=at))


def get_plan(connection: Connection, plan_id: str) -> Plan | None:
    row = connection.execute(select(plans).where(plans.c.id == plan_id)).first()
    return None if row is None else row_to_plan(row)


def list_plans(connection: Connection, limit: int = 50) -> list[Plan]:
    rows = connection.execute(select(plans).order_by(plans.c.due_at.desc()).limit(limit))
    return [row_to_plan(row) for row in rows]


def move_plan(tx: Transaction, plan_id: str, **values: Any) -> None:
    """Change a plan's times; it is looked at anew before it is due (hub.publishing.preflight)."""
    values["next_check_at"] = instant(0)
    tx.execute(update(plans).where(plans.c.id == plan_id).values(**values))


def add_deliveries(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many deliveries; a row gives id, plan, edition, account, part, state and times."""
    tx.execute(insert(deliveries), list(rows))


_ADD_PARTS = Bulk(
    """
    INSERT INTO deliveries (id, account_id, plan_id, priority, edition_id, channel, part, purpose,
        occurrence, state, reason, due_at, not_after)
    SELECT r.id, r.account_id, {1}, {2}, {3}, {4}, {5}, 'publish', {6}, {7}, {8}, {9}, {10}
    FROM {rows}
    """,
    {"id": "text", "account_id": "text"},
)


def add_parts(
    tx: Transaction, plan: Plan, batch: Batch, rows: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Insert one batch of a plan; `rows` are (delivery, account). A first part waits for its time,
    the others for the part before."""
    waits, reason = (_S.READY if batch.due_at <= now else _S.PLANNED), ""
    if batch.part:
        waits, reason = _S.BLOCKED, "previous-part"
    edition = (batch.edition.id, batch.edition.channel, batch.part, batch.occurrence)
    times = (microseconds(batch.due_at), microseconds(batch.not_after))
    tx.bulk(_ADD_PARTS, rows, plan.id, plan.priority, *edition, waits, reason, *times)


def get_delivery(connection: Connection, delivery_id: str) -> Delivery | None:
    row = connection.execute(select(deliveries).where(_d.id == delivery_id)).first()
    return None if row is None else row_to_delivery(row)


def deliveries_by_ids(connection: Connection, ids: Collection[str]) -> list[Delivery]:
    query = select(deliveries).where(_d.id.in_(ids)).order_by(_d.id)
    return [row_to_delivery(row) for row in connection.execute(query)]


def deliveries_of_plan(connection: Connection, plan_id: str) -> list[Delivery]:
    query = select(deliveries).where(_d.plan_id == plan_id).order_by(_d.id)
    return [row_to_delivery(row) for row in connection.execute(query)]


def attempts_of(connection: Connection, delivery_id: str) -> list[Attempt]:
    query = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.no)
    return [
        Attempt(
            delivery_id=r.delivery_id,
            no=r.no,
            started_at=r.started_at,
            finished_at=r.finished_at,
            outcome=r.outcome,
            platform_code=r.platform_code,
            platform_message=r.platform_message,
        )
        for r in connection.execute(query)
    ]


def change_deliveries(
    tx: Transaction,
    states: Collection[DeliveryState],
    *,
    ids: Collection[str] = (),
    plan_id: str = "",
    reason: str = "",
    purpose: str = "",
    part: int | None = None,
    fence: int | None = None,
    limit: int = 0,
    values: Mapping[str, Any],
) -> list[str]:
    """Change deliveries that are in one of `states` at this moment; returns their ids.

    Choose by `ids`, `plan_id`, `reason`, `purpose`, `part`, `fence`, at least by one of the
    first three; with `limit`, the most urgent and newest.
    """
    if not (ids or plan_id or reason):
        raise ValueError("every delivery there is was surely not meant")
    chosen: list[ColumnElement[bool] | TextClause] = [in_states(*states)]
    if ids:
        chosen.append(_d.id.in_(ids))
    if plan_id:
        chosen.append(_d.plan_id == plan_id)
    if reason:
        chosen.append(_d.reason == reason)
    if purpose:
        chosen.append(_d.purpose == purpose)
    if part is not None:
        chosen.append(_d.part == part)
    if fence is not None:
        chosen.append(_d.fence == fence)
    if limit:
        first = select(_d.id).where(*chosen).order_by(_d.priority.desc(), _d.due_at.desc())
        chosen.append(_d.id.in_(first.limit(limit)))
    change = update(deliveries).where(*chosen).values(**values).returning(_d.id)
    return list(tx.execute(change).scalars())


def promote_next_part(tx: Transaction, delivery: Delivery, now: datetime) -> int:
    """Part n was accepted: part n + 1 of the same thread becomes ready."""
    change = update(deliveries).where(
        _d.edition_id == delivery.edition_id,
        _d.account_id == delivery.account_id,
        _d.purpose == delivery.purpose,
        _d.part == delivery.part + 1,
        _d.occurrence == delivery.occurrence,
        _d.state == _S.BLOCKED,
        _d.reason == "previous-part",
    )
    return tx.execute(change.values(state=_S.READY, next_at=now, reason="")).rowcount


def later_parts(connection: Connection, delivery_id: str) -> list[str]:
    """The parts of the same thread that wait behind a delivery."""
    first = deliveries.alias("first")
    query = (
        select(_d.id)
        .join(first, and_(*(first.c[name] == _d[name] for name in THREAD)))
        .where(
            first.c.id == delivery_id,
            _d.part > first.c.part,
            in_states(_S.BLOCKED),
            _d.reason == "previous-part",
        )
    )
    return list(connection.execute(query).scalars())


def previous_is_out(connection: Connection, delivery: Delivery) -> bool:
    """Whether the part before it is on the platform; true for the first part."""
    if delivery.part == 0:
        return True
    same = (_d[name] == getattr(delivery, name) for name in THREAD)
    query = select(_d.id).where(
        *same, _d.part == delivery.part - 1, _d.state.in_((_S.ACCEPTED, _S.VERIFIED))
    )
    return connection.execute(query.limit(1)).first() is not None


def lock_for_check(
    tx: Transaction, state: DeliveryState, now: datetime, until: datetime, limit: int
) -> list[Delivery]:
    """Take such deliveries for one asker: nobody else sees them before `until`."""
    query = select(_d.id).where(in_states(state), _d.next_at <= now)
    query = query.order_by(_d.next_at).limit(limit)
    if tx.connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    ids = list(tx.connection.execute(query).scalars())
    if not ids:
        return []
    change = update(deliveries).where(_d.id.in_(ids), _d.state == state)
    rows = tx.execute(change.values(next_at=until).returning(deliveries))
    return [row_to_delivery(row) for row in rows]


def check_soon(tx: Transaction, account_id: str, remote_id: str, now: datetime) -> int:
    """Have the platform asked now about what it called `remote_id`; how many deliveries that is.

    Changes when we ask and nothing else: bookkeeping, which needs no event.
    """
    waiting = (_d.state.in_((_S.ACCEPTED, _S.UNKNOWN)), _d.next_at > now)
    change = update(deliveries).where(
        _d.account_id == account_id, _d.remote_id == remote_id, *waiting
    )
    return tx.execute(change.values(next_at=now)).rowcount


def threads_of(connection: Connection, ids: Collection[str]) -> list[str]:
    """The ids of these deliveries and of the other parts of their threads."""
    parts = deliveries.alias("parts")
    same = ("plan_id", "edition_id", "account_id", "purpose")
    thread = and_(*(parts.c[name] == _d[name] for name in same))
    query = select(parts.c.id).join(deliveries, thread).where(_d.id.in_(ids)).distinct()
    return list(connection.execute(query).scalars())


def previous_parts_of(connection: Connection, parts: Collection[Delivery]) -> dict[str, str]:
    """The platform ids of the parts that `parts` follow, by the following delivery's id."""
    return _posts_of(connection, parts, _d.part - 1)


def _posts_of(
    connection: Connection, asking: Collection[Delivery], part: ColumnElement[int]
) -> dict[str, str]:
    post = deliveries.alias("post")
    is_it = (post.c.edition_id == _d.edition_id) & (post.c.account_id == _d.account_id)
    is_it &= (post.c.part == part) & (post.c.occurrence == _d.occurrence)
    is_it &= (post.c.purpose == Purpose.PUBLISH) & (post.c.remote_id != "")
    query = select(_d.id, post.c.remote_id).join(post, is_it)
    found = connection.execute(query.where(_d.id.in_([delivery.id for delivery in asking])))
    return {row[0]: row[1] for row in found}


def taken(
    connection: Connection, edition_ids: Collection[str], occurrence: str = ""
) -> dict[tuple[str, str], str]:
    """Who gets or has these editions already: (edition, account) → the delivery's state."""
    query = select(_d.edition_id, _d.account_id, _d.state).where(
        _d.edition_id.in_(edition_ids),
        _d.purpose.in_((Purpose.PUBLISH, Purpose.CORRECT)),  # in place, it has it too
        _d.occurrence == occurrence,
        text("deliveries.state <> 'cancelled'"),  # written out, as the index has it
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def plans_of(connection: Connection, item_id: str) -> list[str]:
    """The ids of every plan of an item."""
    return list(connection.execute(select(plans.c.id).where(plans.c.item_id == item_id)).scalars())


def count_by_state(connection: Connection, plan_id: str) -> dict[tuple[str, str], int]:
    """How many of a plan's deliveries are in each (channel, state)."""
    query = select(_d.channel, _d.state, func.count()).where(_d.plan_id == plan_id)
    rows = connection.execute(query.group_by(_d.channel, _d.state))
    return {(row[0], row[1]): row[2] for row in rows}


def backlog(connection: Connection) -> dict[tuple[str, str], int]:
    """How many deliveries wait or run, by (channel, state). What is only planned is no backlog:
    counting it would read a million rows to say that they are not due."""
    counts: dict[tuple[str, str], int] = {}
    for states in ((_S.READY,), HELD, (_S.BLOCKED,), (_S.UNKNOWN,)):
        # as the indexes have them, which SQLite does not recognise one state at a time
        query = select(_d.channel, _d.state, func.count()).where(in_states(*states))
        rows = connection.execute(query.group_by(_d.channel, _d.state))
        counts |= {(row[0], row[1]): row[2] for row in rows}
    return counts


def oldest_unknown(connection: Connection) -> dict[str, datetime]:
    """By channel, when the attempt behind the longest unsettled delivery began."""
    query = select(_d.channel, func.min(_d.handed_over_at)).where(in_states(_S.UNKNOWN))
    rows = connection.execute(query.group_by(_d.channel))
    return {channel: since for channel, since in rows if since is not None}


def beat(tx: Transaction, name: str, at: datetime) -> None:
    """Write the heartbeat of a part of the scheduler."""
    dialect: Any = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(heartbeats).values(name=name, at=at)
    tx.execute(made.on_conflict_do_update(index_elements=["name"], set_={"at": at}))


def last_beat(connection: Connection, name: str) -> datetime | None:
    query = select(heartbeats.c.at).where(heartbeats.c.name == name)
    return connection.execute(query).scalar()
