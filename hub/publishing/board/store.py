"""SQL over the ledger for people who look: every answer comes from an index, among millions too.

What has not ended, or ended badly, is rare and has partial indexes. What went out well is nearly
everything: there the newest are walked through, a stretch at a time, until a page is full. A few
accounts are asked for their own by an index that begins with the account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    TextClause,
    UnaryExpression,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)

from hub.catalogue.tables import items
from hub.kernel.columns import Instant, instant, microseconds
from hub.organisations.authority.sight import Sight
from hub.organisations.tables import accounts
from hub.publishing.board.models import MOST, Line, Looked, Page
from hub.publishing.models import COMING, HALTED, HELD, DeliveryState, Purpose
from hub.publishing.tables import deliveries, in_states, plans

__all__ = ["count_by_state", "few_accounts", "ids_of", "late", "line_of", "page_of"]

_S = DeliveryState
_d = deliveries.c
_FEW = 150  # accounts that are asked for one by one
_STRETCH = 20_000  # deliveries walked through for one page
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
_COLUMNS: tuple[Column[Any], ...] = (
    _d.id, _d.plan_id, _d.account_id, _d.channel, _d.part, _d.purpose, _d.state, _d.priority,
    _d.due_at, _d.next_at, _d.handed_over_at, _d.reason, _d.error_code, _d.error_zh, _d.error_en,
    _d.remote_url,
)  # fmt: skip
# the partial index that knows a state, as its condition stands there
_KNOWN: Mapping[DeliveryState, tuple[DeliveryState, ...]] = {
    **{state: (state,) for state in COMING},
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


_ORDERS: Mapping[Order, tuple[UnaryExpression[Any], ...]] = {
    Order.MADE: (_d.id.desc(),),
    Order.RECENT: (_d.due_at.desc(), _d.id.desc()),
    Order.DUE: (_d.due_at.asc(), _d.id.asc()),
}


def page_of(connection: Connection, looked: Looked, sight: Sight, few: list[str] | None) -> Page:
    """A page of what is looked for, of accounts in sight; `few` are all such, where it is given."""
    rows, order, stretch = _found(connection, looked, sight, few)
    shown = rows[: looked.limit]
    lines = [line for line in _named(connection, shown) if _seen(line, sight)]
    if len(rows) > looked.limit:
        return Page(lines=tuple(lines), next=_cursor(shown[-1], order))
    return Page(lines=tuple(lines), next=stretch, filled=not stretch)


def ids_of(
    connection: Connection, looked: Looked, sight: Sight, few: list[str] | None
) -> tuple[list[str], bool]:
    """As `page_of`, only which deliveries, and whether there are more."""
    rows, _, stretch = _found(connection, looked, sight, few)
    shown = rows[: looked.limit]
    if not sight.whole:
        asked = _accounts_of(sight.bodies).where(
            accounts.c.id.in_({row.account_id for row in shown})
        )
        seen = set(connection.execute(asked).scalars())
        shown = [row for row in shown if row.account_id in seen]
    return [row.id for row in shown], len(rows) > looked.limit or bool(stretch)


def _found(
    connection: Connection, looked: Looked, sight: Sight, few: list[str] | None
) -> tuple[list[Row[Any]], Order, str]:
    """One row more than a page, their order, and how far the ledger was walked through."""
    coming = bool(looked.states) and set(looked.states) <= set(COMING)
    rare = bool(looked.states) and all(state in _KNOWN for state in looked.states)
    if looked.plan_id:
        order = Order.DUE if coming else Order.MADE
        return _ranges(connection, looked, order), order, ""
    if looked.account_id:
        order = Order.DUE if coming else Order.RECENT
        return _ranges(connection, looked, order), order, ""
    own = not sight.whole or (bool(looked.channel) and not rare)
    if few is not None and own and (coming or not rare):
        order = Order.DUE if coming else Order.RECENT
        return _of_few(connection, looked, few, order), order, ""
    if rare:
        order = Order.DUE if coming else Order.MADE
        return _ranges(connection, looked, order, sight), order, ""
    rows, stretch = _walk(connection, looked, sight)
    return rows, Order.MADE, stretch


def line_of(connection: Connection, delivery_id: str) -> Line | None:
    query = select(*_COLUMNS).where(_d.id == delivery_id)
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    return next(iter(_named(connection, rows)), None)


def count_by_state(connection: Connection, sight: Sight) -> dict[DeliveryState, int]:
    """Of each state up to MOST."""
    given = {} if sight.whole else {"bodies": list(sight.bodies)}
    rows = connection.execute(_counting(whole=sight.whole), given)
    found = {_S(state): count for state, count in rows}
    return {state: found.get(state, 0) for state in (*HELD, *HALTED, *COMING, _S.ACCEPTED)}


@cache
def _counting(*, whole: bool) -> Select[Any]:
    """Made once: to make and name a statement of ten parts takes longer than to answer it."""
    bodies: Any = None if whole else bindparam("bodies", expanding=True)
    shown = _among(bodies)
    counted: dict[DeliveryState, list[Condition]] = {
        state: [in_states(state), in_states(*_KNOWN[state]), *shown] for state in (*HELD, *HALTED)
    }
    for state in COMING:  # a sixth of the ledger may be: each account in sight has its own counted
        counted[state] = [in_states(state)]
        if not whole:
            counted[state] += [in_states(*COMING), _d.account_id.in_(_accounts_of(bodies))]
    counted[_S.ACCEPTED] = [in_states(_S.ACCEPTED), _d.next_at.is_not(None), *shown]
    parts = []
    for state, conditions in counted.items():
        first = select(literal(1)).select_from(deliveries).where(*conditions).limit(MOST)
        parts.append(select(literal(state.value).label("state")).select_from(first.subquery()))
    each = union_all(*parts).subquery()
    return select(each.c.state, func.count()).group_by(each.c.state)


def late(connection: Connection, sight: Sight, before: datetime) -> tuple[int, datetime | None]:
    """How many were due before that moment and have not begun, up to MOST, and when the oldest of
    them was due."""
    due = _d.due_at < before
    if sight.whole:
        asked: list[list[Condition]] = [[in_states(state), due] for state in COMING]
    else:
        asked = [[in_states(*COMING), due, _d.account_id.in_(_accounts_of(sight.bodies))]]
    total, found = 0, list[datetime]()
    for conditions in asked:
        first = select(_d.due_at).where(*conditions).order_by(_d.due_at).limit(MOST).subquery()
        count, oldest = connection.execute(select(func.count(), func.min(first.c.due_at))).one()
        total += count
        found += [oldest] if oldest is not None else []
    return min(total, MOST), min(found, default=None)


def _of_sight(sight: Sight) -> list[ColumnElement[bool]]:
    return _among(None if sight.whole else sight.bodies)


def _among(bodies: Any) -> list[ColumnElement[bool]]:
    """Asked of rows that another index has found: the function keeps the database from gathering
    all that was ever sent to those accounts. `bodies` are their values, a parameter of them to
    come, or None."""
    if bodies is None:
        return []
    own = select(_accounts_of(bodies).cte("own").c.id)
    return [func.coalesce(_d.account_id, "").in_(own)]


def _accounts_of(bodies: Any) -> Select[Any]:
    return select(accounts.c.id).where(accounts.c.body_id.in_(bodies))


def _ranges(
    connection: Connection, looked: Looked, order: Order, sight: Sight | None = None
) -> list[Row[Any]]:
    """One range for every state, each in its index's order, merged."""
    limited = [] if sight is None else _of_sight(sight)
    parts = []
    for state in looked.states or (None,):
        query = _narrowed(looked, state).where(*limited)
        if state is _S.READY and order is Order.DUE and not (looked.account_id or looked.plan_id):
            query = query.where(_within(looked, order, [in_states(state), *limited]))
        # what workers hold is little and found by its own index, unless an order is asked for
        held = state in HELD and not looked.account_id and not looked.plan_id
        parts.append(query if held else _ordered(query, looked, order))
    return _merged(connection, parts, looked, order)


def _of_few(
    connection: Connection, looked: Looked, account_ids: Sequence[str], order: Order
) -> list[Row[Any]]:
    """Of a few accounts together, what is planned or ready each by its own index."""
    own: list[list[Condition]] = [[]]
    if order is Order.DUE:
        own = [[in_states(state), in_states(*COMING)] for state in looked.states]
    elif looked.states:
        own = [[_d.state.in_(looked.states)]]
    parts = [_together(looked, account_ids, conditions, order) for conditions in own]
    return _merged(connection, parts, looked, order)


def _together(
    looked: Looked, account_ids: Sequence[str], own: Sequence[Condition], order: Order
) -> Select[Any]:
    """No row is read before an index has told how far the page reaches: no further than the
    account that fills one by itself, and then no further than where all fill it together."""
    further = func.min if order is Order.DUE else func.max
    each = _end(looked, order, [_d.account_id == accounts.c.id, *own]).correlate(accounts)
    alone = select(further(each.scalar_subquery())).where(accounts.c.id.in_(account_ids))
    few = [_d.account_id.in_(account_ids), *own]
    together = _within(looked, order, [*few, _up_to(alone, order)])
    return _ordered(select(*_COLUMNS).where(*few, together), looked, order)


def _within(looked: Looked, order: Order, which: Sequence[Condition]) -> ColumnElement[bool]:
    """No further than a page of `which` reaches, by due time: an index that has no row tells."""
    return _up_to(_end(looked, order, which).correlate(None), order)


def _end(looked: Looked, order: Order, which: Sequence[Condition]) -> Select[Any]:
    query = select(_d.due_at).where(*which, *_behind(looked, order))
    return query.order_by(_ORDERS[order][0]).offset(looked.limit).limit(1)


def _up_to(end: Select[Any], order: Order) -> ColumnElement[bool]:
    if order is Order.DUE:
        return _d.due_at <= func.coalesce(end.scalar_subquery(), literal(_LAST, Instant))
    return _d.due_at >= func.coalesce(end.scalar_subquery(), literal(_FIRST, Instant))


def _merged(
    connection: Connection, parts: Sequence[Select[Any]], looked: Looked, order: Order
) -> list[Row[Any]]:
    whole = [select(part.subquery()) for part in parts]
    found = list(connection.execute(union_all(*whole) if len(whole) > 1 else whole[0]))
    keys: Mapping[Order, Callable[[Row[Any]], Any]] = {
        Order.MADE: lambda row: row.id,
        Order.RECENT: lambda row: (row.due_at, row.id),
        Order.DUE: lambda row: (row.due_at, row.id),
    }
    found.sort(key=keys[order], reverse=order is not Order.DUE)
    if looked.after and order is Order.MADE:
        found = [row for row in found if row.id < looked.after]
    return found[: looked.limit + 1]


def _narrowed(looked: Looked, state: DeliveryState | None) -> Select[Any]:
    query = select(*_COLUMNS)
    if looked.plan_id:
        query = query.where(_d.plan_id == looked.plan_id)
    if looked.account_id:
        query = query.where(_d.account_id == looked.account_id)
    if state is not None:
        query = query.where(in_states(state))
        if not looked.account_id and not looked.plan_id and state in _KNOWN:
            query = query.where(in_states(*_KNOWN[state]))
    if looked.channel:
        query = query.where(_d.channel == looked.channel)
    return query


def _ordered(query: Select[Any], looked: Looked, order: Order) -> Select[Any]:
    query = query.where(*_behind(looked, order))
    return query.order_by(*_ORDERS[order]).limit(looked.limit + 1)


def _behind(looked: Looked, order: Order) -> list[ColumnElement[bool]]:
    """What follows the page that ends where this one begins."""
    at, _, last = looked.after.rpartition(".")
    if order is Order.MADE:
        return [_d.id < last] if last and not at else []
    if not at:
        return []
    since = instant(int(at))
    if order is Order.DUE:
        beyond = or_(_d.due_at > since, and_(_d.due_at == since, _d.id > last))
        return [_d.due_at >= since, beyond]
    beyond = or_(_d.due_at < since, and_(_d.due_at == since, _d.id < last))
    return [_d.due_at <= since, beyond]


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
