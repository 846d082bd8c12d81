"""SQL about subscriptions: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.subscriptions.models import Pace, Reader, Subscription, Topic, Wish
from hub.conversation.subscriptions.tables import silent_readers, subscriptions
from hub.kernel.database import Transaction

__all__ = [
    "add",
    "count_of",
    "end",
    "erase",
    "find",
    "goes_on",
    "is_silent",
    "keywords",
    "of_reader",
    "page_of_wish",
    "reached",
    "set_silent",
    "silent_since",
    "tally",
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
    query = _running().where(_s.topic == topic, _s.value.in_(values), ~_silenced())
    return [_read(row) for row in connection.execute(query)]


def page_of_wish(
    connection: Connection,
    topic: Topic,
    value: str,
    *,
    pace: Pace,
    before: datetime,
    after: str,
    limit: int,
) -> Sequence[Any]:
    """(id, channel, account, sender, made_at) of running subscriptions to one thing that were made
    `before` then, by id from `after` on; without those who opted out since."""
    query = (
        select(_s.id, _s.channel, _s.account, _s.sender, _s.made_at)
        .where(
            _s.topic == topic,
            _s.value == value,
            _s.pace == pace,
            _s.made_at < before,
            _s.id > after,
            literal_column("subscriptions.ended_at IS NULL"),  # as the index
            ~_silenced(),
        )
        .order_by(_s.id)
        .limit(limit)
    )
    return connection.execute(query).all()


def goes_on(connection: Connection, subscription_id: str) -> bool:
    """Whether its reader still subscribes to the same thing, at whatever pace."""
    was, now = subscriptions.alias(), subscriptions.alias()
    same = and_(
        now.c.channel == was.c.channel,
        now.c.account == was.c.account,
        now.c.sender == was.c.sender,
        now.c.topic == was.c.topic,
        now.c.value == was.c.value,
        now.c.ended_at.is_(None),
    )
    query = select(now.c.id).select_from(was.join(now, same)).where(was.c.id == subscription_id)
    return connection.execute(query.limit(1)).first() is not None


def reached(
    connection: Connection, wishes: Collection[tuple[Topic, Collection[str]]]
) -> list[tuple[str, Pace, int]]:
    """(channel, pace, people) of everybody who subscribed to any of that, each person once and at
    the faster of their paces; without those who opted out."""
    meets = or_(
        false(), *(and_(_s.topic == topic, _s.value.in_(values)) for topic, values in wishes)
    )
    people = (
        select(_s.channel, func.max(_s.pace).label("pace"))  # immediate > daily
        .where(literal_column("subscriptions.ended_at IS NULL"), meets, ~_silenced())
        .group_by(_s.channel, _s.account, _s.sender)
        .subquery()
    )
    query = select(people.c.channel, people.c.pace, func.count()).group_by(
        people.c.channel, people.c.pace
    )
    return [(row[0], Pace(row[1]), row[2]) for row in connection.execute(query)]


def tally(connection: Connection) -> list[tuple[str, Topic, Pace, int]]:
    """How many run, by channel, topic and pace."""
    keys = (_s.channel, _s.topic, _s.pace)
    query = select(*keys, func.count()).where(_s.ended_at.is_(None)).group_by(*keys).order_by(*keys)
    return [(row[0], Topic(row[1]), Pace(row[2]), row[3]) for row in connection.execute(query)]


def silent_since(connection: Connection, reader: Reader) -> datetime | None:
    """Since when the reader wants nothing unasked; None while they do."""
    query = select(_q.since).where(
        _q.channel == reader.channel, _q.account == reader.account, _q.sender == reader.sender
    )
    return connection.execute(query).scalar()


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    """Forget what a person subscribed to; that they opted out stays, for it protects them."""
    mine = (_s.account == account_id, _s.sender == sender)
    return tx.execute(delete(subscriptions).where(*mine)).rowcount


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


def _silenced() -> ColumnElement[bool]:
    silent = select(_q.since).where(
        _q.channel == _s.channel, _q.account == _s.account, _q.sender == _s.sender
    )
    return silent.exists()


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
