"""SQL of held backlogs: one function per question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, TextClause, case, func, select, update

from hub.kernel.database import Transaction
from hub.organisations.authority.sight import Sight
from hub.organisations.tables import accounts
from hub.publishing.models import DeliveryState
from hub.publishing.outages.models import Held
from hub.publishing.tables import deliveries, in_states

__all__ = ["count_held", "held_by_outage", "held_of", "release"]

_d, _a = deliveries.c, accounts.c
_S = DeliveryState
OUTAGE = "outage"


def held_of(connection: Connection, sight: Sight, now: datetime) -> list[Held]:
    """By account, the most first."""
    late = func.sum(case((_d.not_after <= now, 1), else_=0))
    query = (
        select(
            _d.account_id,
            _a.name.label("account"),
            _d.channel,
            func.count().label("count"),
            func.min(_d.due_at).label("first"),
            func.max(_d.due_at).label("last"),
            late.label("late"),
        )
        .join(accounts, _a.id == _d.account_id)
        .where(*_held(sight))
        .group_by(_d.account_id, _a.name, _d.channel)
        .order_by(func.count().desc(), _a.name)
    )
    return [Held(**row._asdict() | {"late": int(row.late)}) for row in connection.execute(query)]


def count_held(connection: Connection, sight: Sight) -> int:
    query = select(func.count()).select_from(deliveries).where(*_held(sight))
    return int(connection.execute(query).scalar_one())


def release(
    tx: Transaction,
    sight: Sight,
    now: datetime,
    *,
    channel: str = "",
    account_id: str = "",
    plan_id: str = "",
    limit: int = 0,
) -> list[str]:
    """Make it ready, of accounts in sight, narrowed by what is given; with `limit` the most urgent
    and newest. The ids."""
    which = _held(sight)
    given = ((_d.channel, channel), (_d.account_id, account_id), (_d.plan_id, plan_id))
    which += [column == value for column, value in given if value]
    if limit:
        first = select(_d.id).where(*which).order_by(_d.priority.desc(), _d.due_at.desc())
        which.append(_d.id.in_(first.limit(limit)))
    values: dict[str, Any] = {"state": _S.READY, "next_at": now, "reason": ""}
    change = update(deliveries).where(*which).values(**values).returning(_d.id)
    return list(tx.execute(change).scalars())


def held_by_outage() -> list[ColumnElement[bool] | TextClause]:
    """The conditions: what waits for a person has no time at which it goes on, and by that the
    index finds it."""
    return [in_states(_S.BLOCKED), _d.next_at.is_(None), _d.reason == OUTAGE]


def _held(sight: Sight) -> list[ColumnElement[bool] | TextClause]:
    which = held_by_outage()
    if not sight.whole:
        which.append(_d.account_id.in_(select(_a.id).where(_a.body_id.in_(sight.bodies))))
    return which
