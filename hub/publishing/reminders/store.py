"""SQL over reminders and what they ask of the ledger: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from hub.kernel.columns import instant
from hub.kernel.database import Transaction
from hub.organisations.models import Role
from hub.organisations.tables import people, roles
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.reminders.models import Reminder
from hub.publishing.reminders.tables import reminders
from hub.publishing.tables import deliveries, plans

__all__ = ["first_published", "people_with", "was_told", "write_down"]

_PUBLIC = (DeliveryState.ACCEPTED.value, DeliveryState.VERIFIED.value, DeliveryState.RECALLED.value)
_CHUNK = 5_000


def first_published(connection: Connection, item_ids: Sequence[str]) -> dict[str, datetime]:
    """When the first account had each item; items that nobody has are left out."""
    found: dict[str, datetime] = {}
    at = func.coalesce(deliveries.c.handed_over_at, deliveries.c.due_at)
    for start in range(0, len(item_ids), _CHUNK):
        query = (
            select(plans.c.item_id, func.min(at).label("at"))
            .join(deliveries, deliveries.c.plan_id == plans.c.id)
            .where(
                plans.c.item_id.in_(item_ids[start : start + _CHUNK]),
                deliveries.c.purpose == Purpose.PUBLISH.value,
                deliveries.c.state.in_(_PUBLIC),
            )
            .group_by(plans.c.item_id)
        )
        for row in connection.execute(query):
            found[row.item_id] = row.at if isinstance(row.at, datetime) else instant(row.at)
    return found


def was_told(connection: Connection, reminder: Reminder) -> bool:
    query = select(reminders.c.told_at).where(
        reminders.c.subject == reminder.subject,
        reminders.c.topic == reminder.topic.value,
        reminders.c.mark == reminder.mark,
        reminders.c.level == reminder.level.value,
    )
    return connection.execute(query).first() is not None


def write_down(tx: Transaction, reminder: Reminder, at: datetime) -> None:
    values = {
        "subject": reminder.subject,
        "topic": reminder.topic.value,
        "mark": reminder.mark,
        "level": reminder.level.value,
        "told_at": at,
    }
    tx.execute(insert(reminders).values(**values))


def people_with(connection: Connection, body_id: str, role: Role) -> list[str]:
    """Names of those who hold the role in the body and work here."""
    query = (
        select(people.c.name)
        .join(roles, roles.c.person_id == people.c.id)
        .where(roles.c.body_id == body_id, roles.c.role == role.value, people.c.active.is_(True))
        .order_by(people.c.name)
    )
    return list(connection.execute(query).scalars())
