"""SQL over the ledger for people who look: every answer comes from an index, among millions too.

What has not ended, or ended badly, is rare and has partial indexes. What went out well is nearly
everything: there the newest are walked through, a stretch at a time, until a page is full. Of a
few accounts each is asked for its own by the index over account and due time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    TextClause,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from hub.catalogue.tables import items
from hub.kernel.columns import instant, microseconds
from hub.organisations.authority.sight import Sight
from hub.organisations.tables import accounts
from hub.publishing.board.models import MOST, Line, Looked, Page
from hub.publishing.models import HALTED, HELD, DeliveryState, Purpose
from hub.publishing.tables import deliveries, in_states, plans

__all__ = ["count_by_state", "few_accounts", "late", "line_of", "page_of"]

_S = DeliveryState
_d = deliveries.c
_FEW = 150  # accounts that are asked for one by one
_STRETCH = 20_000  # deliveries walked through for one page
_TOGETHER = 100  # ranges in one statement
_COLUMNS: tuple[Column[Any], ...] = (
    _d.id, _d.plan_id, _d.account_id, _d.channel, _d.part, _d.purpose, _d.state, _d.priority,
    _d.due_at, _d.next_at, _d.handed_over_at, _d.reason, _d.error_code, _d.error_zh, _d.error_en,
    _d.remote_url,
)  # fmt: skip
_BY_DUE = frozenset({_S.PLANNED, _S.READY})
# the partial index that knows a state, as its condition stands there
_KNOWN: Mapping[DeliveryState, tuple[DeliveryState, ...]] = {
    _S.PLANNED: (_S.PLANNED,),
    _S.READY: (_S.READY,),
    **dict.fromkeys(HELD, HELD),
    **dict.fromkeys(HALTED, HALTED),
}
Condition = ColumnElement[bool] | TextClause


def few_accounts(connection: Connection, sight: Sight, channel: str) -> list[str] | None:
    """The accounts in sight, of one channel or all; None where there are more than a few."""
    query = select(accounts.c.id)
    if channel:
        query = query.where(accounts.c.channel == channel)
    if not sight.whole:
        query = query.where(accounts.c.body_id.in_(sight.bodies))
    found = list(connection.execute(query.limit(_FEW + 1)).scalars())
    return None if len(found) > _FEW else found


class Order(StrEnum):
    """In which order a page goes; each is that of an index."""

    MADE = "made"  # newest first
    RECENT = "recent"  # latest due first
    DUE = "due"  # next due first


def page_of(connection: Connection, looked: Looked, sight: Sight, few: list[str] | None) -> Page:
    """A page of what is looked for, of accounts in sight; `few` are all such, where it is given."""
    rows, order, stretch = _found(connection, looked, sight, few)
    shown = rows[: looked.limit]
    lines = [line for line in _named(connection, shown) if _seen(line, sight)]
    if len(rows) > looked.limit:
        return Page(lines=tuple(lines), next=_cursor(shown[-1], order))
    return Page(lines=tuple(lines), next=stretch, filled=not stretch)


def _found(
    connection: Connection, looked: Looked, sight: Sight, few: list[str] | None
) -> tuple[list[Row[Any]], Order, str]:
    """One row more than a page, their order, and how far the ledger was walked through."""
    coming = bool(looked.states) and _BY_DUE.issuperset(looked.states)
    rare = bool(looked.states) and all(state in _KNOWN for state in looked.states)
    if looked.plan_id:
        order = Order.DUE if coming else Order.MADE
        return _ranges(connection, looked, [looked.account_id], order), order, ""
    if looked.account_id:
        order = Order.DUE if coming else Order.RECENT
        return _ranges(connection, looked, [looked.account_id], order), order, ""
    own = not sight.whole or (bool(looked.channel) and not rare)
    if few is not None and own and (coming or not rare):
        order = Order.DUE if coming else Order.RECENT
        return _ranges(connection, looked, few, order), order, ""
    if rare:
        order = Order.DUE if coming else Order.MADE
        return _ranges(connection, looked, [""], order, sight), order, ""
    rows, stretch = _walk(connection, looked, sight)
    return rows, Order.MADE, stretch


def line_of(connection: Connection, delivery_id: str) -> Line | None:
    query = select(*_COLUMNS).where(_d.id == delivery_id)
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    return next(iter(_named(connection, rows)), None)


def count_by_state(
    connection: Connection, sight: Sight, few: list[str] | None, since: datetime
) -> dict[DeliveryState, int]:
    """Of each state up to MOST; of `few` accounts what was due since then."""
    if few is not None:
        own = and_(_d.account_id.in_(few), _d.due_at >= since)
        waits = or_(_d.state != _S.ACCEPTED, _d.next_at.is_not(None))
        query = select(_d.state, func.count()).where(own, waits, _d.state != _S.VERIFIED)
        rows = connection.execute(query.group_by(_d.state))
        return {_S(state): min(count, MOST) for state, count in rows}
    counted: dict[DeliveryState, Condition] = {
        state: and_(in_states(state), in_states(*_KNOWN[state]))
        for state in (_S.PLANNED, _S.READY, *HELD, *HALTED)
    }
    counted[_S.ACCEPTED] = and_(in_states(_S.ACCEPTED), _d.next_at.is_not(None))
    counting = select(literal(1)).select_from(deliveries).where(*_of_sight(sight)).limit(MOST)
    parts = [
        select(literal(state.value).label("state")).select_from(
            counting.where(condition).subquery()
        )
        for state, condition in counted.items()
    ]
    each = union_all(*parts).subquery()
    rows = connection.execute(select(each.c.state, func.count()).group_by(each.c.state))
    found = {_S(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in counted}


def late(
    connection: Connection, sight: Sight, few: list[str] | None, since: datetime, before: datetime
) -> tuple[int, datetime | None]:
    """How many were due before that moment and have not begun, up to MOST, and when the oldest of
    them was due; of `few` accounts what was due since then."""
    if few is not None:
        own = and_(_d.account_id.in_(few), _d.due_at >= since, _d.due_at < before)
        waits = in_states(_S.PLANNED, _S.READY)
        query = select(func.count(), func.min(_d.due_at)).where(own, waits)
        count, oldest = connection.execute(query).one()
        return min(count, MOST), oldest
    total, found = 0, list[datetime]()
    for state in (_S.PLANNED, _S.READY):
        query = select(_d.due_at).where(in_states(state), _d.due_at < before, *_of_sight(sight))
        first = query.order_by(_d.due_at).limit(MOST).subquery()
        count, oldest = connection.execute(select(func.count(), func.min(first.c.due_at))).one()
        total += count
        found += [oldest] if oldest is not None else []
    return min(total, MOST), min(found, default=None)


def _of_sight(sight: Sight) -> list[ColumnElement[bool]]:
    """Asked of rows that another index has found: the function keeps the database from gathering
    all that was ever sent to those accounts."""
    if sight.whole:
        return []
    own = select(accounts.c.id).where(accounts.c.body_id.in_(sight.bodies))
    own = select(own.cte("own").c.id)
    return [func.coalesce(_d.account_id, "").in_(own)]


def _ranges(
    connection: Connection,
    looked: Looked,
    account_ids: Iterable[str],
    order: Order,
    sight: Sight | None = None,
) -> list[Row[Any]]:
    """One range for every account and state, each in its index's order, merged."""
    limited = [] if sight is None else _of_sight(sight)
    asked = list(product(account_ids, looked.states or (None,)))
    found: list[Row[Any]] = []
    for start in range(0, len(asked), _TOGETHER):
        parts = []
        for account, state in asked[start : start + _TOGETHER]:
            query = _narrowed(looked, account, state).where(*limited)
            # what workers hold is little and found by its own index, unless an order is asked for
            held = state in HELD and not account and not looked.plan_id
            parts.append(query if held else _ordered(query, looked, order))
        whole = [select(part.subquery()) for part in parts]
        found += connection.execute(union_all(*whole) if len(whole) > 1 else whole[0])
    keys: Mapping[Order, Callable[[Row[Any]], Any]] = {
        Order.MADE: lambda row: row.id,
        Order.RECENT: lambda row: (row.due_at, row.id),
        Order.DUE: lambda row: (row.due_at, row.id),
    }
    found.sort(key=keys[order], reverse=order is not Order.DUE)
    if looked.after and order is Order.MADE:
        found = [row for row in found if row.id < looked.after]
    return found[: looked.limit + 1]


def _narrowed(looked: Looked, account_id: str, state: DeliveryState | None) -> Select[Any]:
    query = select(*_COLUMNS)
    if looked.plan_id:
        query = query.where(_d.plan_id == looked.plan_id)
    if account_id:
        query = query.where(_d.account_id == account_id)
    if state is not None:
        query = query.where(in_states(state))
        if not account_id and not looked.plan_id and state in _KNOWN:
            query = query.where(in_states(*_KNOWN[state]))
    if looked.channel:
        query = query.where(_d.channel == looked.channel)
    return query


def _ordered(query: Select[Any], looked: Looked, order: Order) -> Select[Any]:
    at, _, last = looked.after.rpartition(".")
    limit = looked.limit + 1
    if order is Order.MADE:
        query = query.where(_d.id < last) if last and not at else query
        return query.order_by(_d.id.desc()).limit(limit)
    since = instant(int(at)) if at else None
    if order is Order.DUE:
        if since is not None:
            beyond = or_(_d.due_at > since, and_(_d.due_at == since, _d.id > last))
            query = query.where(_d.due_at >= since, beyond)
        return query.order_by(_d.due_at, _d.id).limit(limit)
    if since is not None:
        beyond = or_(_d.due_at < since, and_(_d.due_at == since, _d.id < last))
        query = query.where(_d.due_at <= since, beyond)
    return query.order_by(_d.due_at.desc(), _d.id.desc()).limit(limit)


def _walk(connection: Connection, looked: Looked, sight: Sight) -> tuple[list[Row[Any]], str]:
    """The newest of a stretch of the ledger; where the stretch ends, if the ledger goes on."""
    ids = select(_d.id).order_by(_d.id.desc())
    after = "" if "." in looked.after else looked.after
    if after:
        ids = ids.where(_d.id < after)
    end = connection.execute(ids.offset(_STRETCH - 1).limit(1)).scalar()
    query = select(*_COLUMNS).where(*_of_sight(sight))
    if end:
        query = query.where(_d.id >= end)
    if after:
        query = query.where(_d.id < after)
    if looked.states:
        query = query.where(_d.state.in_([state.value for state in looked.states]))
    if looked.channel:
        query = query.where(_d.channel == looked.channel)
    newest = query.order_by(_d.id.desc()).limit(looked.limit + 1)
    rows: Sequence[Row[Any]] = connection.execute(newest).all()
    return list(rows), end or ""


def _cursor(row: Row[Any], order: Order) -> str:
    return str(row.id) if order is Order.MADE else f"{microseconds(row.due_at)}.{row.id}"


def _seen(line: Line, sight: Sight) -> bool:
    return sight.whole or line.body_id in sight.bodies


def _named(connection: Connection, rows: Sequence[Row[Any]]) -> list[Line]:
    """The rows in their order, with the names of their accounts and items."""
    own = select(accounts.c.id, accounts.c.name, accounts.c.body_id)
    names = {
        row.id: (row.name, row.body_id)
        for row in connection.execute(own.where(accounts.c.id.in_({r.account_id for r in rows})))
    }
    about = select(plans.c.id, items.c.id.label("item_id"), items.c.title)
    titles = {
        row.id: (row.item_id, row.title)
        for row in connection.execute(
            about.join(items, items.c.id == plans.c.item_id).where(
                plans.c.id.in_({r.plan_id for r in rows})
            )
        )
    }
    return [_line(row, *names[row.account_id], *titles[row.plan_id]) for row in rows]


def _line(row: Row[Any], account: str, body_id: str, item_id: str, title: str) -> Line:
    kinds = {"state": _S(row.state), "purpose": Purpose(row.purpose)}
    named = {"account": account, "body_id": body_id, "item_id": item_id, "title": title}
    return Line(**row._asdict() | kinds | named)
