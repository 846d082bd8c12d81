"""SQL of notices and their messages: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.contacts.tables import reader_contacts
from hub.conversation.models import Answer
from hub.conversation.notices.models import (
    NOTICES,
    Carrier,
    MessageState,
    Notice,
    NoticeEvent,
    NoticeKind,
    NoticeMessage,
    NoticeState,
    Reason,
)
from hub.conversation.notices.tables import notice_cursors, notice_messages, notices
from hub.conversation.subscriptions.models import Pace, Reader
from hub.conversation.subscriptions.tables import subscriptions
from hub.kernel.bulk import Bulk
from hub.kernel.columns import Instant, microseconds
from hub.kernel.database import Transaction
from hub.organisations.tables import accounts

__all__ = [
    "add",
    "begin",
    "begun_since",
    "cursor",
    "due_accounts",
    "due_ids",
    "due_of",
    "due_readers",
    "end_message",
    "erase",
    "find",
    "get",
    "hold",
    "in_message",
    "left_sending",
    "message",
    "move_cursor",
    "of_item",
    "prune",
    "prune_contacts",
    "retry",
    "settle",
    "tally",
    "try_again",
    "wait_for_window",
    "wake",
]

_n, _g, _u = notices.c, notice_messages.c, notice_cursors.c
_NAMES = (
    "id", "kind", "channel", "account", "sender", "item_id", "version", "about",
    "subscription_id", "pace", "correction", "state", "reason", "message_id", "tries", "asked_at",
    "made_at", "due_at", "expires_at",
)  # fmt: skip
_TYPES = {
    "version": "int", "tries": "int", "correction": "flag", "asked_at": "int", "made_at": "int",
    "due_at": "int", "expires_at": "int",
}  # fmt: skip
# the source's own columns are named, for a conflict is told by the table's
_ADD = Bulk(
    f"INSERT INTO notices ({', '.join(_NAMES)}) SELECT {', '.join(f'r.{n}' for n in _NAMES)}"  # noqa: S608
    " FROM {rows} WHERE true ON CONFLICT (sender, account, item_id, version, kind) DO NOTHING",
    {name: _TYPES.get(name, "text") for name in _NAMES},
)


def add(tx: Transaction, new: Sequence[Notice]) -> int:
    """Keep the notices that are new; how many."""
    return tx.bulk(_ADD, [_values(one) for one in new]).rowcount if new else 0


def _values(one: Notice) -> tuple[Any, ...]:
    reader = one.reader
    return (
        one.id, one.kind, reader.channel, reader.account, reader.sender, one.item_id, one.version,
        one.about, one.subscription_id, one.pace, one.correction, one.state, one.reason,
        one.message_id, one.tries, microseconds(one.asked_at), microseconds(one.made_at),
        microseconds(one.due_at), microseconds(one.expires_at),
    )  # fmt: skip


# --- how far the feed was followed ------------------------------------------------------------


def cursor(connection: Connection, name: str) -> int | None:
    """The last event that was followed; None before the first look."""
    return connection.execute(select(_u.seq).where(_u.name == name)).scalar()


def move_cursor(tx: Transaction, name: str, seq: int) -> None:
    """Everything up to `seq` has been followed; it never goes back."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(notice_cursors).values(name=name, seq=seq)
    ahead = notice_cursors.c.seq < seq
    tx.execute(new.on_conflict_do_update(index_elements=["name"], set_={"seq": seq}, where=ahead))


# --- what is due ------------------------------------------------------------------------------


def due_accounts(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Accounts, with their channels, whose readers have notices that are due."""
    query = select(accounts.c.id, accounts.c.channel).where(
        select(_n.id).where(_n.account == accounts.c.id, _waiting(), _n.due_at <= now).exists()
    )
    return [(row.id, row.channel) for row in connection.execute(query)]


def due_readers(connection: Connection, account_id: str, now: datetime, limit: int) -> list[Reader]:
    """Readers of an account with notices that are due, the longest waiting first."""
    query = (
        select(_n.channel, _n.account, _n.sender)
        .where(_n.account == account_id, _waiting(), _n.due_at <= now)
        .order_by(_n.due_at, _n.id)
        .limit(4 * limit)
    )
    found = dict.fromkeys(_reader(row) for row in connection.execute(query))
    return list(found)[:limit]


def due_ids(connection: Connection, account_id: str, now: datetime, limit: int) -> list[str]:
    """Ids of an account's notices that are due."""
    query = select(_n.id).where(_n.account == account_id, _waiting(), _n.due_at <= now)
    return list(connection.execute(query.limit(limit)).scalars())


def due_of(connection: Connection, reader: Reader, now: datetime) -> list[Notice]:
    """What is due for one reader, the oldest first."""
    # the time is not asked of SQLite: it would go through everything that is due at the account
    mine = and_(_of(reader), _n.state == NoticeState.WAITING)
    query = select(notices).where(mine).order_by(_n.id)
    return [_notice(row) for row in connection.execute(query) if row.due_at <= now]


def wait_for_window(connection: Connection, reader: Reader) -> list[Notice]:
    """What waits until the reader writes."""
    mine = and_(_of(reader), _n.state == NoticeState.WAITING, _n.reason == Reason.WINDOW)
    query = select(notices).where(mine).order_by(_n.id)
    return [_notice(row) for row in connection.execute(query)]


def of_item(
    connection: Connection, item_id: str, upto: int, limit: int, *, kinds: Collection[NoticeKind]
) -> list[str]:
    """Ids of notices that wait to tell of an item's versions up to `upto`."""
    which = and_(_n.item_id == item_id, _waiting(), _n.version <= upto, _n.kind.in_(kinds))
    return list(connection.execute(select(_n.id).where(which).limit(limit)).scalars())


def settle(
    tx: Transaction, ids: Collection[str], event: NoticeEvent, at: datetime, reason: str = ""
) -> int:
    """Take notices to where `event` leads, where their state allows it; how many."""
    values: dict[str, Any] = {"state": NOTICES.target(event), "reason": reason[:64]}
    if event not in (NoticeEvent.BEGUN, NoticeEvent.RETURNED):
        values["settled_at"] = at
    which = and_(_n.id.in_(list(ids)), _n.state.in_(NOTICES.sources(event)))
    return tx.execute(update(notices).where(which).values(**values)).rowcount


def hold(tx: Transaction, ids: Collection[str], until: datetime, reason: Reason) -> int:
    """Let notices wait until then, at most until they expire."""
    when = case((_n.expires_at < until, _n.expires_at), else_=literal(until, Instant))
    change = update(notices).where(_n.id.in_(list(ids)), _waiting())
    return tx.execute(change.values(due_at=when, reason=reason)).rowcount


def wake(tx: Transaction, ids: Collection[str], at: datetime) -> int:
    """What waited for the reader to write is due."""
    change = update(notices).where(_n.id.in_(list(ids)), _waiting())
    return tx.execute(change.values(due_at=at)).rowcount


# --- messages ---------------------------------------------------------------------------------


def begin(tx: Transaction, new: NoticeMessage, ids: Collection[str]) -> bool:
    """Write ahead that `new` may leave with these notices in it; not while another message to
    the same person is under way."""
    reader = new.reader
    row = {
        "id": new.id,
        "channel": reader.channel,
        "account": reader.account,
        "sender": reader.sender,
        "carrier": new.carrier,
        "answer": msgspec.to_builtins(new.answer),
        "state": new.state,
        "reason": new.reason,
        "question_id": new.question_id,
        "begun_at": new.begun_at,
        "tried_at": new.tried_at,
        "ended_at": new.ended_at,
    }
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    added = tx.execute(dialect.insert(notice_messages).values(**row).on_conflict_do_nothing())
    if not added.rowcount:
        return False
    which = and_(_n.id.in_(list(ids)), _waiting())
    values = {"state": NoticeState.SENDING, "message_id": new.id, "tries": _n.tries + 1}
    tx.execute(update(notices).where(which).values(**values, reason=""))
    return True


def message(connection: Connection, message_id: str) -> NoticeMessage | None:
    row = connection.execute(select(notice_messages).where(_g.id == message_id)).first()
    return None if row is None else _message(row)


def in_message(connection: Connection, message_id: str) -> list[Notice]:
    query = select(notices).where(_n.message_id == message_id).order_by(_n.id)
    return [_notice(row) for row in connection.execute(query)]


def left_sending(
    connection: Connection, carrier: Carrier, before: datetime, limit: int
) -> list[NoticeMessage]:
    """Messages under way that were last tried before then, the oldest first."""
    under_way: ColumnElement[bool] = literal_column("notice_messages.state = 'sending'")
    query = (
        select(notice_messages)
        .where(under_way, _g.carrier == carrier, _g.tried_at < before)
        .order_by(_g.tried_at)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)]


def try_again(tx: Transaction, left: NoticeMessage, at: datetime) -> bool:
    """Take over a message that nobody ended, unless another process has."""
    same = and_(_g.id == left.id, _g.state == MessageState.SENDING, _g.tried_at == left.tried_at)
    return tx.execute(update(notice_messages).where(same).values(tried_at=at)).rowcount == 1


def end_message(
    tx: Transaction, message_id: str, state: MessageState, at: datetime, reason: str
) -> bool:
    """Whether it was under way."""
    open_ = and_(_g.id == message_id, _g.state == MessageState.SENDING)
    values = {"state": state, "reason": reason[:64], "ended_at": at}
    return tx.execute(update(notice_messages).where(open_).values(**values)).rowcount == 1


def begun_since(connection: Connection, reader: Reader, since: datetime) -> list[datetime]:
    """When messages that left, or may have, were begun to a reader."""
    query = select(_g.begun_at).where(
        _g.sender == reader.sender,
        _g.account == reader.account,
        _g.begun_at >= since,
        _g.state.in_((MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN)),
    )
    return list(connection.execute(query).scalars())


# --- what people look at ----------------------------------------------------------------------


def get(connection: Connection, notice_id: str) -> Notice | None:
    row = connection.execute(select(notices).where(_n.id == notice_id)).first()
    return None if row is None else _notice(row)


def find(
    connection: Connection,
    *,
    states: Collection[NoticeState],
    item_id: str,
    account_id: str,
    limit: int,
) -> list[Notice]:
    """The newest notices."""
    query = select(notices).order_by(_n.id.desc()).limit(limit)
    if states:
        query = query.where(_n.state.in_(states))
    if item_id:
        query = query.where(_n.item_id == item_id)
    if account_id:
        query = query.where(_n.account == account_id)
    return [_notice(row) for row in connection.execute(query)]


def tally(connection: Connection) -> dict[str, int]:
    """How many notices are in each state."""
    query = select(_n.state, func.count()).group_by(_n.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def retry(tx: Transaction, notice_id: str, at: datetime, expires_at: datetime) -> bool:
    """Let a notice wait once more, in a message of its own."""
    which = and_(_n.id == notice_id, _n.state.in_(NOTICES.sources(NoticeEvent.RETRIED)))
    values = {"state": NoticeState.WAITING, "reason": "", "message_id": "", "settled_at": None}
    change = update(notices).where(which)
    return tx.execute(change.values(**values, due_at=at, expires_at=expires_at)).rowcount == 1


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    """Forget whom a person was told what; how many notices."""
    mine = (_g.sender == sender, _g.account == account_id)
    tx.execute(delete(notice_messages).where(*mine))
    gone = delete(notices).where(_n.sender == sender, _n.account == account_id)
    return tx.execute(gone).rowcount


def prune(tx: Transaction, settled_before: datetime, limit: int) -> int:
    """Delete notices settled before then, with their messages; how many."""
    old = select(_n.id).where(_n.settled_at < settled_before).limit(limit)
    ids: Iterable[str] = list(tx.connection.execute(old).scalars())
    gone = tx.execute(delete(notices).where(_n.id.in_(ids))).rowcount
    ended = and_(_g.ended_at < settled_before, _g.state != MessageState.SENDING)
    empty = ~select(_n.id).where(_n.message_id == _g.id).exists()
    tx.execute(delete(notice_messages).where(ended, empty))
    return gone


def prune_contacts(tx: Transaction, now: datetime) -> int:
    """Delete addresses of readers whom nothing is to be told any more; how many."""
    c, s = reader_contacts.c, subscriptions.c
    subscribes = select(s.id).where(
        s.account == c.account, s.sender == c.sender, s.ended_at.is_(None)
    )
    open_states = (NoticeState.WAITING, NoticeState.SENDING)
    has_open = select(_n.id).where(
        _n.sender == c.sender, _n.account == c.account, _n.state.in_(open_states)
    )
    over = or_(c.kept_until.is_(None), c.kept_until < now)
    useless = and_(over, ~subscribes.exists(), ~has_open.exists())
    return tx.execute(delete(reader_contacts).where(useless)).rowcount


def _of(reader: Reader) -> ColumnElement[bool]:
    return and_(_n.sender == reader.sender, _n.account == reader.account)


def _waiting() -> ColumnElement[bool]:
    return literal_column("notices.state = 'waiting'")  # written as the indexes have it


def _reader(row: Any) -> Reader:
    return Reader(channel=row.channel, account=row.account, sender=row.sender)


def _notice(row: Row[Any]) -> Notice:
    values = dict(row._mapping)
    for name in ("channel", "account", "sender"):
        values.pop(name)
    typed = {
        "reader": _reader(row),
        "kind": NoticeKind(row.kind),
        "pace": Pace(row.pace),
        "state": NoticeState(row.state),
    }
    return Notice(**values | typed)


def _message(row: Row[Any]) -> NoticeMessage:
    values = dict(row._mapping)
    for name in ("channel", "account", "sender"):
        values.pop(name)
    typed = {
        "reader": _reader(row),
        "carrier": Carrier(row.carrier),
        "state": MessageState(row.state),
        "answer": msgspec.convert(row.answer, Answer),
    }
    return NoticeMessage(**values | typed)
