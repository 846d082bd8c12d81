"""SQL about readings and figures: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from hub.kernel.columns import storable
from hub.kernel.database import Transaction
from hub.publishing.afterwards.models import Discovery, Found, Sample, Watch
from hub.publishing.afterwards.tables import findings, measures, spare_calls, watches
from hub.publishing.models import Delivery, DeliveryState
from hub.publishing.ports import Measured
from hub.publishing.recall.models import Way
from hub.publishing.recall.tables import followups
from hub.publishing.tables import deliveries, plans

__all__ = [
    "READ",
    "SAMPLE",
    "add_sample",
    "bad_findings",
    "due",
    "findings_of",
    "latest_samples",
    "note",
    "proofs",
    "samples_of",
    "spend",
    "still_public",
    "unwatch",
    "watch",
    "watched",
]

READ, SAMPLE = "read_at", "measure_at"
_f, _w, _m = findings.c, watches.c, measures.c
_PUBLIC = (DeliveryState.ACCEPTED, DeliveryState.VERIFIED)


def _found(row: Row[Any]) -> Found:
    return Found(**dict(row._mapping) | {"discovery": Discovery(row.discovery)})


def findings_of(connection: Connection, delivery_id: str) -> list[Found]:
    """Oldest first."""
    query = select(findings).where(_f.delivery_id == delivery_id).order_by(_f.no)
    return [_found(row) for row in connection.execute(query)]


def note(tx: Transaction, delivery_id: str, found: Discovery, detail: str, at: datetime) -> bool:
    """Write a reading down; True when it says something else than the one before."""
    newest = select(findings).where(_f.delivery_id == delivery_id).order_by(_f.no.desc()).limit(1)
    last = tx.connection.execute(newest).first()
    detail = str(storable(detail))
    if last is not None and (last.discovery, last.detail) == (found.value, detail):
        change = update(findings).where(_f.delivery_id == delivery_id, _f.no == last.no)
        tx.execute(change.values(last_at=at, times=last.times + 1))
        return False
    row = {"delivery_id": delivery_id, "no": 1 if last is None else last.no + 1, "times": 1}
    about = {"discovery": found, "detail": detail, "first_at": at, "last_at": at}
    tx.execute(insert(findings).values(**row, **about))
    return last is None or last.discovery != found.value


def bad_findings(
    connection: Connection, *, channel: str = "", discovery: str = "", limit: int = 100
) -> list[tuple[Found, str]]:
    """Readings that found something wrong with the delivery's account, newest first."""
    query = (
        select(findings, deliveries.c.account_id)
        .join(deliveries, deliveries.c.id == _f.delivery_id)
        .where(text("discovery IN ('differs', 'truncated', 'gone')"))
        .where(deliveries.c.purpose != "recall")  # gone is what a recall wants
    )
    if channel:
        query = query.where(deliveries.c.channel == channel)
    if discovery:
        query = query.where(_f.discovery == discovery)
    found = []
    for row in connection.execute(query.order_by(_f.last_at.desc()).limit(limit)):
        values = dict(row._mapping)
        account_id = values.pop("account_id")
        values["discovery"] = Discovery(values["discovery"])
        found.append((Found(**values), str(account_id)))
    return found


def proofs(connection: Connection, item_id: str) -> dict[str, datetime]:
    """By delivery of an item, when it was last read as it should be: a withdrawal gone, anything
    else as signed."""
    query = (
        select(_f.delivery_id, func.max(_f.last_at))
        .join(deliveries, deliveries.c.id == _f.delivery_id)
        .join(plans, plans.c.id == deliveries.c.plan_id)
        .where(
            plans.c.item_id == item_id,
            ((deliveries.c.purpose == "recall") & (_f.discovery == Discovery.GONE))
            | ((deliveries.c.purpose != "recall") & (_f.discovery == Discovery.SAME)),
        )
        .group_by(_f.delivery_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def watch(tx: Transaction, delivery: Delivery, since: datetime, **due_at: datetime | None) -> None:
    """Read and measure a public post from now on, unless it is watched already."""
    known = select(_w.delivery_id).where(_w.delivery_id == delivery.id)
    if any(due_at.values()) and tx.connection.execute(known).first() is None:
        about = {"account_id": delivery.account_id, "channel": delivery.channel}
        row = {"delivery_id": delivery.id, "since": since, **about, **due_at}
        tx.execute(insert(watches).values(**row))


def unwatch(tx: Transaction, delivery_ids: Collection[str]) -> None:
    tx.execute(delete(watches).where(_w.delivery_id.in_(delivery_ids)))


def due(tx: Transaction, what: str, now: datetime, until: datetime, limit: int) -> list[Watch]:
    """Posts to be read or measured now, the newest first; nobody else sees them before `until`."""
    column = _w[what]
    query = select(_w.delivery_id).where(column.is_not(None), column <= now)
    query = query.order_by(column.desc()).limit(limit)
    if tx.connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    ids = list(tx.connection.execute(query).scalars())
    if not ids:
        return []
    change = update(watches).where(_w.delivery_id.in_(ids)).values({what: until})
    rows = tx.execute(change.returning(watches))
    names = tuple(Watch.__dataclass_fields__)
    return [Watch(**{name: getattr(row, name) for name in names}) for row in rows]


def watched(
    tx: Transaction, one: Watch, what: str, following: datetime | None, done: bool = True
) -> None:
    """When a watched post's turn comes next; without any turn left it is watched no more."""
    counter = "readings" if what == READ else "samples"
    values: dict[str, Any] = {what: following}
    if done:
        values[counter] = getattr(one, counter) + 1
    tx.execute(update(watches).where(_w.delivery_id == one.delivery_id).values(**values))
    over = (_w.delivery_id == one.delivery_id, _w.read_at.is_(None), _w.measure_at.is_(None))
    tx.execute(delete(watches).where(*over))


def still_public(connection: Connection, delivery_ids: Collection[str]) -> set[str]:
    """Those that are public as they were published: neither withdrawn nor corrected in place."""
    later = deliveries.alias("later")
    corrected = (
        select(followups.c.delivery_id)
        .join(later, later.c.id == followups.c.delivery_id)
        .where(
            followups.c.original_id == deliveries.c.id,
            followups.c.way.in_((Way.AMEND, Way.PERSON)),
            later.c.purpose == "correct",
            later.c.state.in_((*_PUBLIC, DeliveryState.SENDING, DeliveryState.UNKNOWN)),
        )
    )
    query = select(deliveries.c.id).where(
        deliveries.c.id.in_(delivery_ids), deliveries.c.state.in_(_PUBLIC), ~corrected.exists()
    )
    return set(connection.execute(query).scalars())


def spend(tx: Transaction, account_id: str, day: str, most: int) -> bool:
    """Take one of an account's spare calls of a day; False when `most` are taken."""
    key = (spare_calls.c.account_id == account_id, spare_calls.c.day == day)
    calls = spare_calls.c.calls
    change = update(spare_calls).where(*key, calls < most).values(calls=calls + 1)
    if tx.execute(change).rowcount:
        return True
    if tx.connection.execute(select(calls).where(*key)).first() is not None or most < 1:
        return False
    tx.execute(insert(spare_calls).values(account_id=account_id, day=day, calls=1))
    return True


def add_sample(tx: Transaction, delivery_id: str, at: datetime, measured: Measured) -> None:
    names = ("reads", "likes", "comments", "shares")
    values = {name: getattr(measured, name) for name in names}
    tx.execute(insert(measures).values(delivery_id=delivery_id, at=at, **values))


def samples_of(connection: Connection, delivery_id: str) -> list[Sample]:
    """Oldest first."""
    query = select(measures).where(_m.delivery_id == delivery_id).order_by(_m.at)
    return [_sample(row) for row in connection.execute(query)]


def latest_samples(connection: Connection, item_id: str) -> dict[str, Sample]:
    """The newest figures of every post of an item, by delivery."""
    query = (
        select(measures)
        .join(deliveries, deliveries.c.id == _m.delivery_id)
        .join(plans, plans.c.id == deliveries.c.plan_id)
        .where(plans.c.item_id == item_id)
        .order_by(_m.at)
    )
    return {row.delivery_id: _sample(row) for row in connection.execute(query)}


def readers_of(connection: Connection, item_ids: Collection[str]) -> int | None:
    """The readers of these items over all their posts; None when no platform counted any."""
    query = (
        select(_m.delivery_id, _m.reads)
        .join(deliveries, deliveries.c.id == _m.delivery_id)
        .join(plans, plans.c.id == deliveries.c.plan_id)
        .where(plans.c.item_id.in_(item_ids), _m.reads.is_not(None))
        .order_by(_m.at)
    )
    newest = {row.delivery_id: row.reads for row in connection.execute(query)}
    return sum(newest.values()) if newest else None


def _sample(row: Row[Any]) -> Sample:
    figures = {name: getattr(row, name) for name in ("reads", "likes", "comments", "shares")}
    return Sample(delivery_id=row.delivery_id, at=row.at, measured=Measured(**figures))
