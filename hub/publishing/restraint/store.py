"""SQL of restraint: one function per question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.organisations.models import Account
from hub.organisations.tables import accounts
from hub.publishing.models import DeliveryState
from hub.publishing.restraint.models import BREAKER_OPEN, Key, OpenBreaker, Scope, keys_over
from hub.publishing.restraint.tables import breakers, pauses
from hub.publishing.tables import deliveries, in_states

__all__ = [
    "breakers_over",
    "close_breakers",
    "drop_old_pauses",
    "known_pauses",
    "open_breakers",
    "release_waiting",
    "save_breakers",
    "save_pauses",
]

_b = breakers.c
_CHANGING = ("address", "cause", "words_zh", "words_en", "opened_at", "rest_s", "probe_at")


def save_breakers(tx: Transaction, opened: Sequence[OpenBreaker]) -> None:
    """Write down what opened or rests anew."""
    rows = [
        {
            "scope": one.scope.value,
            "channel": one.channel,
            "subject": one.subject,
            "address": one.address,
            "cause": one.cause,
            "words_zh": one.words.zh,
            "words_en": one.words.en,
            "opened_at": one.opened_at,
            "rest_s": round(one.rest.total_seconds()),
            "probe_at": one.probe_at,
        }
        for one in opened
    ]
    if rows:
        statement = _upsert(tx, breakers)
        fresh = {name: statement.excluded[name] for name in _CHANGING}
        key = ["scope", "channel", "subject"]
        tx.execute(statement.on_conflict_do_update(index_elements=key, set_=fresh), rows)


def close_breakers(tx: Transaction, keys: Iterable[Key]) -> list[Key]:
    """Forget these; those that were there."""
    found = []
    for scope, channel, subject in keys:
        which = (_b.scope == scope.value, _b.channel == channel, _b.subject == subject)
        if tx.execute(delete(breakers).where(*which)).rowcount:
            found.append((scope, channel, subject))
    return found


def open_breakers(connection: Connection) -> list[OpenBreaker]:
    """Every open breaker, the platforms' first, then by age."""
    query = select(breakers).order_by(_b.scope.desc(), _b.opened_at)
    return [_breaker(row) for row in connection.execute(query)]


def breakers_over(connection: Connection, over: Sequence[Account]) -> dict[str, list[OpenBreaker]]:
    """By account, the open breakers that hold it back: its own and its platform's."""
    subjects = {subject for one in over for subject in (one.id, one.base_url)}
    query = select(breakers).where(_b.subject.in_(sorted(subjects)))
    known = {one.key: one for one in map(_breaker, connection.execute(query))}
    return {
        account.id: [known[key] for key in keys_over(account) if key in known] for account in over
    }


def _breaker(row: Row[Any]) -> OpenBreaker:
    return OpenBreaker(
        scope=Scope(row.scope),
        channel=row.channel,
        subject=row.subject,
        address=row.address,
        cause=row.cause,
        words=Words(row.words_zh, row.words_en),
        opened_at=row.opened_at,
        rest=timedelta(seconds=row.rest_s),
        probe_at=row.probe_at,
    )


def release_waiting(tx: Transaction, key: Key, now: datetime) -> int:
    """A breaker closed: what waited for it becomes ready; how many deliveries."""
    scope, channel, subject = key
    d = deliveries.c
    which = d.account_id == subject
    if scope is Scope.PLATFORM:
        there = select(accounts.c.id).where(
            accounts.c.id == d.account_id, accounts.c.base_url == subject
        )
        which = there.exists()
    change = update(deliveries).where(
        in_states(DeliveryState.BLOCKED), d.reason == BREAKER_OPEN, d.channel == channel, which
    )
    values = {"state": DeliveryState.READY, "next_at": now, "reason": ""}
    return tx.execute(change.values(**values)).rowcount


def save_pauses(tx: Transaction, ends: Mapping[str, datetime]) -> None:
    """Keep these ends; a later one that is already there stands."""
    if not ends:
        return
    rows = [{"key": key, "until": until} for key, until in ends.items()]
    statement = _upsert(tx, pauses)
    fresh = statement.excluded.until
    latest = case((pauses.c.until > fresh, pauses.c.until), else_=fresh)
    tx.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"until": latest}), rows
    )


def known_pauses(connection: Connection, now: datetime) -> dict[str, datetime]:
    """The pauses that still run, by key."""
    query = select(pauses).where(pauses.c.until > now)
    return {row.key: row.until for row in connection.execute(query)}


def drop_old_pauses(tx: Transaction, now: datetime) -> int:
    return tx.execute(delete(pauses).where(pauses.c.until <= now)).rowcount


def _upsert(tx: Transaction, table: Table) -> Any:
    """The dialect's own insert, which can say what happens to a row that is there."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
