"""What every part of the desk does in a transaction: a step with its event, and who waits since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hub.conversation.desk import events, rules, store
from hub.conversation.desk.errors import NotYours, Outrun, UnknownConversation
from hub.conversation.desk.models import (
    ANSWERING,
    ASSIGNING,
    DESK,
    DeskEvent,
    DeskPaces,
    DeskTalk,
    Handed,
    HandedKind,
    Notice,
    OfficeHours,
)
from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.organisations import store as organisations
from hub.organisations.authority.rules import require_role
from hub.organisations.models import Person

__all__ = [
    "NOTHING_OWED",
    "Terms",
    "held",
    "officer_of",
    "require_hold",
    "step",
]

NOTHING_OWED: Mapping[str, Any] = {
    "waits_since": None,
    "due_at": None,
    "look_at": None,
    "told": Notice.NONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What this installation's desks go by; `usual` holds where a body has set nothing."""

    usual: OfficeHours
    paces: DeskPaces = field(default_factory=DeskPaces)

    def hours(self, connection: Connection, body_id: str) -> OfficeHours:
        return store.hours_of(connection, body_id) or replace(self.usual, body_id=body_id)

    def owed(self, connection: Connection, body_id: str, since: datetime) -> dict[str, Any]:
        """The values of a conversation in which the citizen waits since then."""
        own = self.hours(connection, body_id)
        hours = rules.hours_of(own.hours)
        due = rules.due_after(hours, since, own.limit_minutes)
        half = rules.due_after(hours, since, max(1, own.limit_minutes // 2))
        return {"waits_since": since, "due_at": due, "look_at": half or due, "told": Notice.NONE}

    def there(self, connection: Connection, body_id: str, now: datetime) -> Handed:
        """Whether somebody is at the desk now, and when somebody will be."""
        own = self.hours(connection, body_id)
        hours = rules.hours_of(own.hours)
        if not rules.shut(hours, now):
            return Handed(kind=HandedKind.OPEN, hours=own.hours)
        opens_at = rules.opens_at(hours, now)
        kind = HandedKind.SHUT if opens_at else HandedKind.UNKNOWN
        return Handed(kind=kind, hours=own.hours, opens_at=opens_at)


def held(tx: Transaction, conversation_id: str) -> DeskTalk:
    """The conversation, which nobody else changes now; raises UnknownConversation."""
    found = store.get(tx.connection, conversation_id, hold=True)
    if found is None:
        raise UnknownConversation(conversation_id)
    return found


def officer_of(connection: Connection, login: str, body_id: str) -> Person:
    """The person, who may answer for the body; raises UnknownPerson, RoleNeeded."""
    person = organisations.person_by_login(connection, login)
    require_role(connection, person, organisations.get_body(connection, body_id), ANSWERING)
    return person


def require_hold(connection: Connection, talk: DeskTalk, login: str) -> None:
    """Raises NotYours unless the person has the conversation, or gives conversations to others in
    that body; UnknownPerson, RoleNeeded for who may not answer there at all."""
    person = officer_of(connection, login, talk.body_id)
    roles = organisations.roles_of(connection, person.id, talk.body_id)
    if talk.officer != login and ASSIGNING.isdisjoint(roles):
        raise NotYours(talk.officer)


def step(
    tx: Transaction,
    talk: DeskTalk,
    event: DeskEvent,
    *,
    actor: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> DeskTalk:
    """Take the conversation to where `event` leads, and record it. Raises IllegalTransition, and
    Outrun where somebody else has changed it."""
    values = {"state": DESK.next(talk.state, event), "changed_at": at, **values}
    if not store.change(tx, talk, **values):
        raise Outrun
    told = {"body": talk.body_id, **(data or {})}
    tx.record(Event(kind=events.STEPS[event], subject=talk.id, actor=actor, at=at, data=told))
    return replace(talk, **values, revision=talk.revision + 1)
