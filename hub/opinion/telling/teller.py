"""Writes what people are to be told into the outbox of alerts, in whatever transaction it is
found out in: a crash loses nothing, and what waits for the morning waits in the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.opinion.telling.quiet import QuietHours
from hub.organisations.models import Body, Role
from hub.organisations.store import get_body
from hub.publishing.alerts import store as outbox
from hub.publishing.incidents.models import Alert, AlertKind, AlertState
from hub.publishing.reminders.store import people_with

__all__ = ["Teller", "people_for"]


class Teller:
    """`alerting` says that somebody sends what is in the outbox; without, nothing is put there."""

    def __init__(self, *, clock: Clock, ids: IdSource, quiet: QuietHours, alerting: bool) -> None:
        self._clock = clock
        self._ids = ids
        self._quiet = quiet
        self._alerting = alerting

    def tell(self, tx: Transaction, title: Words, text: Words, *, grave: bool) -> None:
        """The grave at once, anything else not before the quiet hours are over."""
        if not self._alerting:
            return
        now = self._clock.now()
        alert = Alert(
            id=self._ids.new(now),
            incident_id=None,
            kind=AlertKind.REMINDER,
            title=str(title),
            text=f"{text.zh}\n{text.en}",
            state=AlertState.WAITING,
            tries=0,
            repeats=0,
            told=(),
            created_at=now,
            next_at=now if grave else self._quiet.next_loud(now),
        )
        outbox.add_alert(tx, alert)


def people_for(connection: Connection, body_id: str, roles: Iterable[Role]) -> tuple[str, ...]:
    """Names of those who hold one of `roles` in the body; where nobody does, in the nearest body
    above it that has one. Empty for no body, and where there is nobody at all."""
    wanted = tuple(roles)
    for body in _upwards(connection, body_id):
        names = (people_with(connection, body.id, role) for role in wanted)
        if found := tuple(dict.fromkeys(name for held in names for name in held)):
            return found
    return ()


def _upwards(connection: Connection, body_id: str) -> Iterator[Body]:
    seen: set[str] = set()
    following: str | None = body_id
    while following and following not in seen:
        seen.add(following)
        body = get_body(connection, following)
        yield body
        following = body.parent_id
