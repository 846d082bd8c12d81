"""SQL of groups and of what goes by them: one function per question."""

from __future__ import annotations

from dataclasses import fields

import msgspec
from sqlalchemy import Connection, delete, false, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from hub.kernel.database import Transaction
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import UnknownGroup
from hub.organisations.models import Group, Selection
from hub.organisations.store import conditions_of
from hub.organisations.tables import account_groups, accounts, group_members
from hub.publishing.grouping.models import Uses
from hub.publishing.recurring.models import RecurrenceState
from hub.publishing.recurring.tables import recurrences
from hub.publishing.timing.tables import posting_times

__all__ = ["count_meant", "get_group", "put_group", "remove_group", "rename_in_series", "uses_of"]

_g, _m, _r = account_groups.c, group_members.c, recurrences.c


def get_group(connection: Connection, group_id: str) -> Group:
    """By id; raises UnknownGroup."""
    row = connection.execute(select(account_groups).where(_g.id == group_id)).first()
    if row is None:
        raise UnknownGroup(group_id)
    members = select(_m.account_id).where(_m.group_id == row.id).order_by(_m.account_id)
    return Group(
        id=row.id,
        name=row.name,
        rule=msgspec.convert(row.rule, Selection),
        members=tuple(connection.execute(members).scalars()),
    )


def put_group(tx: Transaction, group: Group) -> None:
    """A group as it is now."""
    told = {f.name: getattr(group.rule, f.name) for f in fields(group.rule)}
    rule = {name: value for name, value in told.items() if value}
    tx.execute(update(account_groups).where(_g.id == group.id).values(name=group.name, rule=rule))
    tx.execute(delete(group_members).where(_m.group_id == group.id))
    rows = [{"group_id": group.id, "account_id": member} for member in group.members]
    if rows:
        tx.execute(insert(group_members), rows)


def remove_group(tx: Transaction, group_id: str) -> None:
    tx.execute(delete(group_members).where(_m.group_id == group_id))
    tx.execute(delete(account_groups).where(_g.id == group_id))


def uses_of(connection: Connection, group: Group) -> Uses:
    times = select(func.count()).where(posting_times.c.group_id == group.id)
    ids = _series_by(connection, group.name)
    return Uses(times=connection.execute(times).scalar_one(), series=len(ids))


def rename_in_series(tx: Transaction, old: str, new: str) -> int:
    """Series that choose their accounts by the group go by its new name; how many."""
    ids = _series_by(tx.connection, old)
    for one in ids:
        held = tx.connection.execute(select(_r.selection).where(_r.id == one)).scalar_one()
        changed = update(recurrences).where(_r.id == one)
        tx.execute(changed.values(selection={**held, "group": new}))
    return len(ids)


def _series_by(connection: Connection, name: str) -> list[str]:
    """Series are few, and what they choose by is looked at in each that has not ended."""
    query = select(_r.id, _r.selection).where(_r.state == RecurrenceState.ACTIVE)
    return [row.id for row in connection.execute(query) if row.selection.get("group") == name]


def count_meant(connection: Connection, group: Group, sight: Sight) -> int:
    """How many accounts in sight a group of this rule and these members would mean."""
    rule = conditions_of(connection, group.rule)
    matched: ColumnElement[bool] = accounts.c.id.in_(group.members)
    if rule:
        of_rule = select(accounts.c.id).where(*rule)
        matched = or_(matched, accounts.c.id.in_(of_rule))
    elif not group.members:
        matched = false()
    query = select(func.count()).select_from(accounts).where(matched)
    if not sight.whole:
        query = query.where(accounts.c.body_id.in_(sight.bodies))
    return int(connection.execute(query).scalar_one())
