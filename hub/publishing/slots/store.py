"""SQL of lanes: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, text

from hub.catalogue.tables import items
from hub.organisations import store as organisations
from hub.organisations.models import Account, Selection
from hub.organisations.tables import accounts
from hub.publishing.models import LIFECYCLE, DeliveryEvent, DeliveryState, Purpose
from hub.publishing.slots.models import Asked, Booked
from hub.publishing.tables import deliveries, plans
from hub.publishing.timing.store import list_posting_times
from hub.publishing.timing.tables import posting_times

__all__ = ["accounts_of", "booked"]

_a, _d = accounts.c, deliveries.c
_MOVABLE = frozenset(LIFECYCLE.sources(DeliveryEvent.RESCHEDULED))
_NEVER = text("deliveries.state NOT IN ('cancelled', 'expired', 'failed')")


def accounts_of(connection: Connection, asked: Asked) -> list[Account]:
    """The accounts that have posting times, of their own or by a group; one more than a page."""
    found = [_a.active.is_(True), _timed(connection)]
    if asked.account_id:
        found.append(_a.id == asked.account_id)
    if asked.channel:
        found.append(_a.channel == asked.channel)
    if not asked.sight.whole:
        found.append(_a.body_id.in_(asked.sight.bodies))
    if asked.after:
        name = select(_a.name).where(_a.id == asked.after).scalar_subquery()
        found.append(or_(_a.name > name, and_(_a.name == name, _a.id > asked.after)))
    query = select(_a.id).where(*found).order_by(_a.name, _a.id).limit(asked.limit + 1)
    ids = list(connection.execute(query).scalars())
    known = organisations.get_accounts(connection, ids)
    return [known[one] for one in ids]


def _timed(connection: Connection) -> ColumnElement[bool]:
    own = select(posting_times.c.account_id).where(posting_times.c.account_id.is_not(None))
    groups = {one.group for one in list_posting_times(connection) if one.group}
    by_group = [
        and_(*organisations.conditions_of(connection, Selection(group=name)))
        for name in sorted(groups)
    ]
    return or_(_a.id.in_(own), *by_group)


def booked(
    connection: Connection, account_ids: Collection[str], since: datetime, until: datetime
) -> list[tuple[str, Booked]]:
    """(account, what goes out) from `since` to before `until`, by time: first parts of posts."""
    query = (
        select(_d.account_id, _d.id, _d.plan_id, items.c.id, items.c.title, _d.due_at, _d.state)
        .join(plans, plans.c.id == _d.plan_id)
        .join(items, items.c.id == plans.c.item_id)
        .where(
            _d.account_id.in_(account_ids),
            _d.due_at >= since,
            _d.due_at < until,
            _d.purpose == Purpose.PUBLISH,
            _d.part == 0,
            _NEVER,
        )
        .order_by(_d.due_at, _d.id)
    )
    return [
        (
            row[0],
            Booked(
                delivery_id=row[1],
                plan_id=row[2],
                item_id=row[3],
                title=row[4],
                at=row[5],
                state=DeliveryState(row[6]),
                movable=DeliveryState(row[6]) in _MOVABLE,
            ),
        )
        for row in connection.execute(query)
    ]
