"""SQL over posting times, booked slots and blackouts: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, text, update

from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.organisations import store as organisations
from hub.organisations.models import Account, Selection
from hub.organisations.tables import account_groups
from hub.publishing.models import DeliveryState, Priority, Purpose
from hub.publishing.tables import deliveries, in_states
from hub.publishing.timing.models import Blackout, Days, PostingTime
from hub.publishing.timing.rules import Blackouts
from hub.publishing.timing.tables import blackouts, posting_times, slot_bookings

__all__ = [
    "add_blackout",
    "add_posting_time",
    "blackouts_after",
    "book",
    "get_blackout",
    "get_posting_time",
    "lift",
    "list_blackouts",
    "list_posting_times",
    "occupied",
    "remove_posting_time",
    "times_of_accounts",
    "waiting_between",
]

_S = DeliveryState
_d, _b, _p = deliveries.c, slot_bookings.c, posting_times.c
_CHUNK = 10_000


# --- posting times --------------------------------------------------------------------------

_TIMES = (
    select(posting_times, account_groups.c.name.label("group_name"))
    .outerjoin(account_groups, account_groups.c.id == _p.group_id)
    .order_by(_p.minute, _p.id)
)


def add_posting_time(tx: Transaction, one: PostingTime, group_id: str | None) -> None:
    tx.execute(
        insert(posting_times).values(
            id=one.id,
            account_id=one.account_id or None,
            group_id=group_id,
            minute=one.minute,
            zone=one.zone,
            weekdays=list(one.weekdays),
            days=one.days,
        )
    )


def get_posting_time(connection: Connection, time_id: str) -> PostingTime | None:
    row = connection.execute(_TIMES.where(_p.id == time_id)).first()
    return None if row is None else _time(row)


def list_posting_times(
    connection: Connection, *, account_id: str = "", group: str = ""
) -> list[PostingTime]:
    query = _TIMES
    if account_id:
        query = query.where(_p.account_id == account_id)
    if group:
        query = query.where(account_groups.c.name == group)
    return [_time(row) for row in connection.execute(query)]


def remove_posting_time(tx: Transaction, time_id: str) -> bool:
    """Whether there was one; slots that are booked stay booked."""
    return tx.execute(delete(posting_times).where(_p.id == time_id)).rowcount > 0


def times_of_accounts(
    connection: Connection, chosen: Sequence[Account]
) -> dict[str, list[PostingTime]]:
    """The posting times of each account: its own, or else those of the groups it is in."""
    listed = list_posting_times(connection)
    own: dict[str, list[PostingTime]] = {}
    for one in listed:
        if one.account_id:
            own.setdefault(one.account_id, []).append(one)
    inherited: dict[str, list[PostingTime]] = {}
    for group in dict.fromkeys(one.group for one in listed if one.group):
        times = [one for one in listed if one.group == group]
        for member in organisations.select_accounts(connection, Selection(group=group)):
            inherited.setdefault(member.id, []).extend(times)
    return {a.id: own.get(a.id) or inherited.get(a.id, []) for a in chosen}


def _time(row: Row[Any]) -> PostingTime:
    return PostingTime(
        id=row.id,
        account_id=row.account_id or "",
        group=row.group_name or "",
        minute=row.minute,
        zone=row.zone,
        weekdays=tuple(row.weekdays),
        days=Days(row.days),
    )


# --- booked slots ---------------------------------------------------------------------------

_OVER = "deliveries.state IN ('cancelled', 'expired', 'failed')"
_STALE = f"({_OVER} OR deliveries.due_at <> slot_bookings.at)"


def occupied(
    connection: Connection, account_ids: Collection[str], after: datetime
) -> set[tuple[str, datetime]]:
    """(account, moment) at which something is already to go out."""
    found: set[tuple[str, datetime]] = set()
    for chunk in _chunks(account_ids):
        query = select(_d.account_id, _d.due_at).where(
            _d.account_id.in_(chunk),
            _d.due_at > after,
            _d.purpose == Purpose.PUBLISH,
            text(f"NOT {_OVER}"),
        )
        found |= {(row[0], row[1]) for row in connection.execute(query)}
    return found


_BOOK = Bulk(
    """
    INSERT INTO slot_bookings (account_id, at, delivery_id)
    SELECT r.account_id, r.at, r.delivery_id FROM {rows} WHERE true ON CONFLICT DO NOTHING
    """,
    {"account_id": "text", "at": "int", "delivery_id": "text"},
)


def book(tx: Transaction, slots: Mapping[str, tuple[str, datetime]]) -> set[str]:
    """Book (account, moment) for deliveries by id; those for which somebody else was faster."""
    if not slots:
        return set()
    _unbook_stale(tx, slots)
    rows = sorted((account, microseconds(at), one) for one, (account, at) in slots.items())
    if tx.bulk(_BOOK, rows).rowcount == len(rows):
        return set()
    booked: set[str] = set()
    for chunk in _chunks(slots):
        mine = select(_b.delivery_id, _b.at).where(_b.delivery_id.in_(chunk))
        booked |= {r[0] for r in tx.connection.execute(mine) if r[1] == slots[r[0]][1]}
    return set(slots) - booked


def _unbook_stale(tx: Transaction, slots: Mapping[str, tuple[str, datetime]]) -> None:
    """Remove bookings of these slots whose delivery goes out at another time or never."""
    wanted = set(slots.values())
    moments = {at for _, at in wanted}
    for chunk in _chunks({account for account, _ in wanted}):
        query = (
            select(_b.account_id, _b.at, _b.delivery_id)
            .join(deliveries, _d.id == _b.delivery_id)
            .where(_b.account_id.in_(chunk), _b.at >= min(moments), _b.at <= max(moments))
            .where(text(_STALE))
            .order_by(_b.account_id, _b.at)
            .with_for_update()
        )
        for account_id, at, delivery_id in tx.connection.execute(query).all():
            if (account_id, at) in wanted:
                gone = (_b.account_id == account_id, _b.at == at, _b.delivery_id == delivery_id)
                tx.execute(delete(slot_bookings).where(*gone))


# --- blackouts ------------------------------------------------------------------------------


def add_blackout(tx: Transaction, blackout: Blackout, at: datetime) -> None:
    values = {f: getattr(blackout, f) for f in Blackout.__dataclass_fields__}
    values |= {"body_id": blackout.body_id or None, "created_at": at}
    tx.execute(insert(blackouts).values(**values))


def get_blackout(connection: Connection, blackout_id: str) -> Blackout | None:
    row = connection.execute(select(blackouts).where(blackouts.c.id == blackout_id)).first()
    return None if row is None else _blackout(row)


def list_blackouts(connection: Connection, limit: int = 100) -> list[Blackout]:
    query = select(blackouts).order_by(blackouts.c.starts_at.desc(), blackouts.c.id).limit(limit)
    return [_blackout(row) for row in connection.execute(query)]


def lift(tx: Transaction, blackout_id: str, at: datetime) -> bool:
    """Whether it was still in force."""
    change = update(blackouts).where(
        blackouts.c.id == blackout_id, blackouts.c.lifted_at.is_(None), blackouts.c.ends_at > at
    )
    return tx.execute(change.values(lifted_at=at)).rowcount > 0


_IN_FORCE = select(blackouts).where(text("blackouts.lifted_at IS NULL"))


def blackouts_after(connection: Connection, at: datetime) -> Blackouts:
    """Every blackout that ends after `at`, with the bodies each is about."""
    known = [
        _blackout(row) for row in connection.execute(_IN_FORCE.where(blackouts.c.ends_at > at))
    ]
    if not known:
        return Blackouts()
    below = {
        one.id: frozenset(b.id for b in organisations.list_bodies(connection, one.body_id))
        for one in known
        if one.body_id
    }
    return Blackouts(tuple(known), below)


def _blackout(row: Row[Any]) -> Blackout:
    values = dict(row._mapping)
    del values["created_at"]
    return Blackout(**values | {"body_id": row.body_id or ""})


def waiting_between(
    connection: Connection, since: datetime, until: datetime
) -> list[tuple[str, str, str, str, datetime, datetime]]:
    """Routine posts that wait and are due before `until`: (delivery, account, plan, state, due,
    latest time). Those due before `since` may still be waiting then."""
    query = select(_d.id, _d.account_id, _d.plan_id, _d.state, _d.due_at, _d.not_after).where(
        _d.purpose == Purpose.PUBLISH,
        _d.priority < Priority.EMERGENCY,
        _d.due_at < until,
        _d.not_after > since,
    )
    found = []
    for states in ((_S.PLANNED,), (_S.READY,), (_S.BLOCKED,), (_S.CLAIMED,)):
        found += [tuple(row) for row in connection.execute(query.where(in_states(*states)))]
    return sorted(found, key=lambda row: (row[4], row[0]))


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
