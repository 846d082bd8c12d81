"""SQL over determinations: one function per question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    case,
    exists,
    insert,
    literal,
    not_,
    null,
    select,
    update,
)

from hub.catalogue.models import Attribute
from hub.catalogue.tables import items
from hub.kernel.columns import Instant
from hub.kernel.database import Transaction
from hub.organisations.store import subtree
from hub.review.determination.models import Determination, Limit, Matter, Rule, Starts
from hub.review.determination.tables import determinations

__all__ = [
    "add_determination",
    "determination_of",
    "determinations_by_items",
    "due_looks",
    "history_of",
    "list_due_again",
    "list_running",
    "set_look_at",
    "set_published",
    "set_starts",
    "undetermined_imports",
]

_table = determinations
_STARTS = tuple(f.name for f in fields(Starts))
_CHUNK = 5_000


def determination_of(connection: Connection, item_id: str) -> Determination | None:
    """What holds for the item now."""
    return determinations_by_items(connection, [item_id]).get(item_id)


def determinations_by_items(
    connection: Connection, item_ids: Iterable[str]
) -> dict[str, Determination]:
    """What holds now, by item; items without one are left out."""
    listed = list(dict.fromkeys(item_ids))
    found: dict[str, Determination] = {}
    for start in range(0, len(listed), _CHUNK):
        query = _holding().where(_table.c.item_id.in_(listed[start : start + _CHUNK]))
        found |= {row.item_id: _read(row) for row in connection.execute(query)}
    return found


def history_of(connection: Connection, item_id: str) -> list[Determination]:
    """Every determination the item ever had, oldest first."""
    query = select(_table).where(_table.c.item_id == item_id).order_by(_table.c.revision)
    return [_read(row) for row in connection.execute(query)]


def add_determination(tx: Transaction, determination: Determination) -> None:
    """It takes the place of what held; the tables refuse two that hold."""
    former = and_(_table.c.item_id == determination.item_id, _table.c.holds)
    tx.execute(update(_table).where(former).values(holds=False))
    looked_at = determination.determined_at if _runs(determination) else None
    tx.execute(insert(_table).values(**_plain(determination), holds=True, look_at=looked_at))


def set_starts(tx: Transaction, item_id: str, starts: Starts, at: datetime) -> None:
    """The clock is looked at anew."""
    values: dict[str, Any] = {name: getattr(starts, name) for name in _STARTS}
    values["look_at"] = case((_table.c.look_at.is_(None), null()), else_=literal(at, Instant()))
    tx.execute(update(_table).where(_table.c.item_id == item_id, _table.c.holds).values(**values))


def set_published(tx: Transaction, item_id: str, at: datetime) -> None:
    """Stop the item's clock."""
    held = and_(_table.c.item_id == item_id, _table.c.holds)
    tx.execute(update(_table).where(held).values(published_at=at, look_at=None))


def set_look_at(tx: Transaction, item_id: str, at: datetime | None) -> None:
    """When the item's clock is to be looked at next."""
    held = and_(_table.c.item_id == item_id, _table.c.holds)
    tx.execute(update(_table).where(held).values(look_at=at))


def due_looks(
    connection: Connection, now: datetime, limit: int
) -> list[tuple[Determination, str, str, date | None]]:
    """Clocks to be looked at by `now`, with title, body and formed_on of their item."""
    query = (
        select(_table, items.c.title, items.c.body_id, items.c.formed_on.label("item_formed_on"))
        .join(items, items.c.id == _table.c.item_id)
        .where(_table.c.holds, _table.c.look_at.is_not(None), _table.c.look_at <= now)
        .order_by(_table.c.look_at)
        .limit(limit)
    )
    return [
        (_read(row), row.title, row.body_id, row.item_formed_on)
        for row in connection.execute(query)
    ]


def undetermined_imports(
    connection: Connection, *, body_id: str, since: datetime | None, after: str, limit: int
) -> list[str]:
    """Imported proactive items without a determination, by id, above `after`; of `body_id` and
    the bodies below it, entered at `since` or later."""
    query = select(items.c.id).where(
        items.c.import_hash != "",
        items.c.attribute == Attribute.PROACTIVE.value,
        items.c.id > after,
        not_(exists().where(_table.c.item_id == items.c.id)),
    )
    if body_id:
        query = query.where(items.c.body_id.in_(subtree(body_id)))
    if since is not None:
        query = query.where(items.c.entered_at >= since)
    return list(connection.execute(query.order_by(items.c.id).limit(limit)).scalars())


def list_due_again(
    connection: Connection, today: date, *, body_id: str = "", limit: int = 100
) -> list[tuple[Determination, str]]:
    """Withheld items to be assessed again by `today`, with their titles, the longest due first."""
    query = (
        select(_table, items.c.title)
        .join(items, items.c.id == _table.c.item_id)
        .where(_table.c.holds, _table.c.review_on.is_not(None), _table.c.review_on <= today)
        .order_by(_table.c.review_on, _table.c.item_id)
        .limit(limit)
    )
    if body_id:
        query = query.where(items.c.body_id.in_(subtree(body_id)))
    return [(_read(row), row.title) for row in connection.execute(query)]


def list_running(
    connection: Connection, *, body_id: str = "", after: str = "", limit: int = 1_000
) -> list[tuple[Determination, str, str, date | None]]:
    """What is to be published and was not yet, with title, body and formed_on of its item, by
    item id above `after`."""
    query = (
        select(_table, items.c.title, items.c.body_id, items.c.formed_on.label("item_formed_on"))
        .join(items, items.c.id == _table.c.item_id)
        .where(
            _table.c.holds,
            _table.c.attribute == Attribute.PROACTIVE.value,
            _table.c.rule.is_(None),
            _table.c.published_at.is_(None),
            _table.c.item_id > after,
        )
        .order_by(_table.c.item_id)
        .limit(limit)
    )
    if body_id:
        query = query.where(items.c.body_id.in_(subtree(body_id)))
    return [
        (_read(row), row.title, row.body_id, row.item_formed_on)
        for row in connection.execute(query)
    ]


def _runs(determination: Determination) -> bool:
    return (
        determination.attribute is Attribute.PROACTIVE
        and determination.rule is None
        and determination.published_at is None
    )


def _holding() -> Select[Any]:
    return select(_table).where(_table.c.holds)


def _plain(determination: Determination) -> dict[str, Any]:
    values = {f.name: getattr(determination, f.name) for f in fields(determination)}
    starts: Starts = values.pop("starts")
    values["time_limit"] = values.pop("limit")
    values["documents"] = list(determination.documents)
    return values | {name: getattr(starts, name) for name in _STARTS}


def _read(row: Row[Any]) -> Determination:
    values = row._asdict()
    return Determination(
        item_id=row.item_id,
        revision=row.revision,
        attribute=Attribute(row.attribute),
        ground=row.ground,
        reason=row.reason,
        interpret=bool(row.interpret),
        no_interpretation_reason=row.no_interpretation_reason,
        documents=tuple(row.documents),
        unit=row.unit,
        matter=Matter(row.matter),
        limit=Limit(row.time_limit),
        limit_on=row.limit_on,
        review_on=row.review_on,
        starts=Starts(**{name: values[name] for name in _STARTS}),
        determined_by=row.determined_by,
        determined_at=row.determined_at,
        rule=Rule(row.rule) if row.rule else None,
        published_at=row.published_at,
    )
