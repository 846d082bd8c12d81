"""SQL about subscriptions: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.subscriptions.models import Pace, Reader, Subscription, Topic, Wish
from hub.conversation.subscriptions.tables import silent_readers, subscriptions
from hub.kernel.database import Transaction

__all__ = [
    "add",
    "count_of",
    "end",
    "find",
    "is_silent",
    "keywords",
    "of_reader",
    "set_silent",
    "unset_silent",
    "wishing",
]

_s, _q = subscriptions.c, silent_readers.c


def add(tx: Transaction, new: Subscription) -> None:
    values = {**asdict(new.reader), **asdict(new.wish), "id": new.id, "made_at": new.made_at}
    tx.execute(insert(subscriptions).values(**values))


def find(connection: Connection, reader: Reader, wish: Wish) -> Subscription | None:
    """The reader's running subscription to the same thing, at whatever pace."""
    same = and_(_s.topic == wish.topic, _s.value == wish.value)
    row = connection.execute(_running().where(_of(reader), same)).first()
    return _read(row) if row else None


def of_reader(connection: Connection, reader: Reader) -> list[Subscription]:
    """The running ones, oldest first."""
    return [_read(row) for row in connection.execute(_running().where(_of(reader)))]


def count_of(connection: Connection, reader: Reader) -> int:
    query = select(func.count()).select_from(subscriptions)
    return int(connection.execute(query.where(_of(reader), _s.ended_at.is_(None))).scalar_one())


def end(tx: Transaction, ids: Collection[str], at: datetime) -> int:
    """How many of them ended by this."""
    change = update(subscriptions).where(_s.id.in_(ids), _s.ended_at.is_(None))
    return tx.execute(change.values(ended_at=at)).rowcount


def wishing(connection: Connection, topic: Topic, values: Collection[str]) -> list[Subscription]:
    """Every running subscription to one of `values`, without those who opted out since."""
    silent = select(_q.since).where(
        _q.channel == _s.channel, _q.account == _s.account, _q.sender == _s.sender
    )
    query = _running().where(_s.topic == topic, _s.value.in_(values), ~silent.exists())
    return [_read(row) for row in connection.execute(query)]


def keywords(connection: Connection) -> list[str]:
    """Every word that somebody subscribed to."""
    query = select(_s.value).where(_s.topic == Topic.KEYWORD, _s.ended_at.is_(None)).distinct()
    return list(connection.execute(query).scalars())


def is_silent(connection: Connection, reader: Reader) -> bool:
    query = select(_q.since).where(
        _q.channel == reader.channel, _q.account == reader.account, _q.sender == reader.sender
    )
    return connection.execute(query).first() is not None


def set_silent(tx: Transaction, reader: Reader, at: datetime) -> bool:
    """Whether the reader was not silent before."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(silent_readers).values(**asdict(reader), since=at)
    return tx.execute(statement.on_conflict_do_nothing()).rowcount > 0


def unset_silent(tx: Transaction, reader: Reader) -> None:
    tx.execute(
        delete(silent_readers).where(
            _q.channel == reader.channel, _q.account == reader.account, _q.sender == reader.sender
        )
    )


def _of(reader: Reader) -> ColumnElement[bool]:
    return and_(
        _s.channel == reader.channel, _s.account == reader.account, _s.sender == reader.sender
    )


def _running() -> Any:
    return select(subscriptions).where(_s.ended_at.is_(None)).order_by(_s.id)


def _read(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        reader=Reader(channel=row.channel, account=row.account, sender=row.sender),
        wish=Wish(topic=Topic(row.topic), value=row.value, label=row.label, pace=Pace(row.pace)),
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
