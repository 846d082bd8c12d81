"""SQL of conversations: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from hub.conversation.models import (
    MESSAGES,
    OPEN_STATES,
    Answer,
    EventType,
    Inbound,
    InboundKind,
    Location,
    Manner,
    Message,
    MessageEvent,
    MessageState,
)
from hub.conversation.tables import (
    conversation_optouts,
    inbound_messages,
    poll_cursors,
)
from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds, storable
from hub.kernel.database import Transaction

__all__ = [
    "Settled",
    "add",
    "addressable",
    "claim_poll",
    "erase",
    "find_same",
    "forget_optout",
    "get",
    "history",
    "is_opted_out",
    "keep_cursor",
    "last_offered",
    "left_open",
    "mask",
    "remember_optout",
    "search",
    "settle",
    "tally",
    "unmasked",
]

_m, _o, _p = (
    inbound_messages.c,
    conversation_optouts.c,
    poll_cursors.c,
)

# whose words are not kept has none in the row from the first moment on
_ADD = Bulk(
    "INSERT INTO inbound_messages (id, channel, account_id, external_key, sender, address, kind,"
    " event, event_key, text, details, state, reason, received_at)"
    " SELECT r.id, r.channel, r.account_id, r.external_key, r.sender, r.address, r.kind, r.event,"
    " r.event_key, CASE WHEN o.sender IS NULL THEN r.text ELSE '' END,"
    " CASE WHEN o.sender IS NULL THEN r.details ELSE '{}' END, r.state, '', r.received_at"
    " FROM {rows} LEFT JOIN conversation_optouts AS o"
    " ON o.account_id = r.account_id AND o.sender = r.sender WHERE true"
    " ON CONFLICT (sender, external_key, account_id) DO NOTHING",
    dict.fromkeys(
        (
            "id",
            "channel",
            "account_id",
            "external_key",
            "sender",
            "address",
            "kind",
            "event",
            "event_key",
            "text",
            "details",
            "state",
        ),
        "text",
    )
    | {"received_at": "int"},
)

_SETTLE = Bulk(
    "UPDATE inbound_messages SET state = r.target, reason = r.reason, answer = r.answer,"
    " answered_at = r.at FROM {rows} WHERE inbound_messages.id = r.id"
    " AND inbound_messages.state IN (r.one, r.two, r.three)",
    dict.fromkeys(("id", "target", "reason", "answer", "one", "two", "three"), "text")
    | {"at": "int"},
)


# three for each event, the last repeated: a statement has as many places for every row
_SOURCES = {
    event: (*sorted(MESSAGES.sources(event)), *[max(MESSAGES.sources(event))] * 3)[:3]
    for event in MessageEvent
}


class Settled(msgspec.Struct, frozen=True):
    """What became of one message; `answer` is what was said, where something was."""

    id: str
    event: MessageEvent
    at: datetime
    reason: str = ""
    answer: Answer | None = None


# Neither statement returns its rows: SQLite's driver gives the interpreter away and takes it back
# for each of them, which under load takes longer than everything else together.


def add(tx: Transaction, messages: Sequence[Message]) -> int:
    """Keep the messages that are new; how many."""
    return tx.bulk(_ADD, [_values(message) for message in messages]).rowcount


def _values(message: Message) -> tuple[Any, ...]:
    inbound = message.inbound
    return (
        inbound.id,
        inbound.channel,
        inbound.account,
        inbound.external_key,
        inbound.sender,
        message.address,
        inbound.kind,
        inbound.event or "",
        inbound.event_key,
        inbound.text,
        _details(inbound, message),
        message.state,
        microseconds(inbound.received_at),
    )


def _details(inbound: Inbound, message: Message) -> str:
    details: dict[str, Any] = {}
    if inbound.location:
        place = inbound.location
        details["location"] = [place.latitude, place.longitude, place.label]
    if inbound.language:
        details["language"] = inbound.language
    if message.context:
        details["context"] = dict(message.context)
    if message.manner is not Manner.DIRECT:
        details["manner"] = message.manner
    if not details:
        return "{}"
    try:
        encoded = msgspec.json.encode(details).decode()
    except UnicodeEncodeError:  # a lone surrogate
        encoded = "\\u0000"
    if "\\u0000" in encoded:
        encoded = msgspec.json.encode(storable(details)).decode()
    return encoded


def settle(tx: Transaction, settled: Sequence[Settled]) -> int:
    """Take messages to where their events lead, where their states allow it; how many."""
    return tx.bulk(_SETTLE, [_settling(one) for one in settled]).rowcount


def _settling(one: Settled) -> tuple[Any, ...]:
    answer = None if one.answer is None else msgspec.json.encode(one.answer).decode()
    return (
        one.id,
        MESSAGES.target(one.event),
        one.reason[:64],
        answer,
        *_SOURCES[one.event],
        microseconds(one.at),
    )


def find_same(connection: Connection, inbound: Inbound) -> Message | None:
    """The message that came first under the same key, from the same sender."""
    query = select(inbound_messages).where(
        _m.sender == inbound.sender,
        _m.external_key == inbound.external_key,
        _m.account_id == inbound.account,
    )
    row = connection.execute(query).first()
    return None if row is None else _message(row)


def get(connection: Connection, message_id: str) -> Message | None:
    row = connection.execute(select(inbound_messages).where(_m.id == message_id)).first()
    return None if row is None else _message(row)


def history(connection: Connection, account_id: str, sender: str, limit: int) -> list[Message]:
    """What one person and one account said, oldest first, of at most the last `limit` messages."""
    query = (
        select(inbound_messages)
        .where(_m.sender == sender, _m.account_id == account_id)
        .order_by(_m.id.desc())
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)][::-1]


def addressable(connection: Connection, account_id: str, sender: str) -> Message | None:
    """The newest message of a sender that an answer can still be sent to: one with an address, and
    something that was written rather than done, where there is one: platforms give it longer."""
    query = (
        select(inbound_messages)
        .where(_m.sender == sender, _m.account_id == account_id, _m.address != "")
        .order_by(_m.kind == InboundKind.EVENT, _m.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _message(row)


def search(
    connection: Connection, *, account_id: str, states: Collection[MessageState], limit: int
) -> list[Message]:
    """The newest messages, of one account or all, in these states or all."""
    query = select(inbound_messages).order_by(_m.id.desc()).limit(limit)
    if account_id:
        query = query.where(_m.account_id == account_id)
    if states:
        query = query.where(_m.state.in_(states))
    return [_message(row) for row in connection.execute(query)]


def tally(connection: Connection) -> dict[str, int]:
    """How many messages are in each state."""
    query = select(_m.state, func.count()).group_by(_m.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def last_offered(connection: Connection, account_id: str, sender: str) -> Message | None:
    """The newest message of a sender that was answered."""
    query = (
        select(inbound_messages)
        .where(_m.sender == sender, _m.account_id == account_id, _m.answer.is_not(None))
        .order_by(_m.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _message(row)


def left_open(
    connection: Connection, before: datetime, limit: int, state: MessageState
) -> list[Message]:
    """Messages that came before `before` and are still in `state`, oldest first."""
    opened: ColumnElement[bool] = literal_column(
        "inbound_messages.state IN ('received', 'promised', 'sending')"
    )  # as the index
    query = (
        select(inbound_messages)
        .where(opened, _m.state == state, _m.received_at < before)
        .order_by(_m.received_at)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)]


def unmasked(connection: Connection, before: datetime, limit: int) -> list[Message]:
    """Messages older than `before` whose words stand as they came, oldest first."""
    standing: ColumnElement[bool] = literal_column(
        "inbound_messages.masked_at IS NULL"
    )  # written as the index has it
    query = (
        select(inbound_messages)
        .where(standing, _m.received_at < before, _m.state.not_in(OPEN_STATES))
        .order_by(_m.received_at)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)]


def mask(
    tx: Transaction, words: Mapping[str, tuple[str, Location | None, str]], at: datetime
) -> None:
    """Replace words, place and language of messages, and drop addresses, contexts and answers."""
    for message_id, (text, place, language) in words.items():
        details: dict[str, Any] = {"language": language} if language else {}
        if place:
            details["location"] = [place.latitude, place.longitude, ""]
        values = {"text": text, "details": details, "address": "", "answer": None, "masked_at": at}
        tx.execute(update(inbound_messages).where(_m.id == message_id).values(**values))


def erase(tx: Transaction, account_id: str, sender: str, *, spare: str = "") -> int:
    """Delete what a person said to an account and was told; how many messages. `spare` is the id
    of one that is still being answered: of that the words go, and the row stays."""
    mine = (_m.sender == sender, _m.account_id == account_id)
    gone = tx.execute(delete(inbound_messages).where(*mine, _m.id != spare)).rowcount
    if spare:
        blank: dict[str, Any] = {"text": "", "details": {}}
        tx.execute(update(inbound_messages).where(*mine, _m.id == spare).values(**blank))
    return gone


def remember_optout(tx: Transaction, account_id: str, sender: str, since: datetime) -> bool:
    """Whether this is new."""
    if is_opted_out(tx.connection, account_id, sender):
        return False
    row = {"account_id": account_id, "sender": sender, "since": since}
    tx.execute(insert(conversation_optouts), row)
    return True


def forget_optout(tx: Transaction, account_id: str, sender: str) -> bool:
    """Whether there was one."""
    mine = (_o.account_id == account_id, _o.sender == sender)
    return tx.execute(delete(conversation_optouts).where(*mine)).rowcount > 0


def is_opted_out(connection: Connection, account_id: str, sender: str) -> bool:
    """Whether this person's words are not kept."""
    mine = (_o.account_id == account_id, _o.sender == sender)
    return connection.execute(select(_o.since).where(*mine)).first() is not None


def claim_poll(
    tx: Transaction, account_id: str, now: datetime, *, rested: datetime, until: datetime
) -> str | None:
    """The cursor of an account that nobody has asked since `rested`, which is ours until `until`;
    None where it is not its turn."""
    due = (_p.account_id == account_id, _p.polled_at <= rested)
    if tx.execute(update(poll_cursors).where(*due).values(polled_at=until)).rowcount:
        query = select(_p.cursor).where(_p.account_id == account_id)
        return tx.connection.execute(query).scalar()
    known = select(_p.account_id).where(_p.account_id == account_id)
    if tx.connection.execute(known).first() is not None:
        return None
    tx.execute(insert(poll_cursors), {"account_id": account_id, "cursor": "", "polled_at": until})
    return ""


def keep_cursor(tx: Transaction, account_id: str, cursor: str | None, at: datetime) -> None:
    """Where the next look begins, and from when on the account rests; None leaves the cursor."""
    values: dict[str, Any] = {"polled_at": at} | ({} if cursor is None else {"cursor": cursor})
    tx.execute(update(poll_cursors).where(_p.account_id == account_id).values(**values))


def _message(row: Row[Any]) -> Message:
    details: Mapping[str, Any] = row.details or {}
    inbound = Inbound(
        id=row.id,
        channel=row.channel,
        account=row.account_id,
        external_key=row.external_key,
        sender=row.sender,
        kind=InboundKind(row.kind),
        received_at=row.received_at,
        text=row.text,
        location=_place(details.get("location")),
        event=EventType(row.event) if row.event else None,
        event_key=row.event_key,
        language=details.get("language", ""),
    )
    return Message(
        inbound=inbound,
        state=MessageState(row.state),
        reason=row.reason,
        address=row.address,
        context=details.get("context", {}),
        manner=Manner(details.get("manner", Manner.DIRECT)),
        answer=None if row.answer is None else msgspec.convert(row.answer, Answer),
        answered_at=row.answered_at,
        masked_at=row.masked_at,
    )


def _place(value: Iterable[Any] | None) -> Location | None:
    if value is None:
        return None
    latitude, longitude, label = value
    return Location(latitude=latitude, longitude=longitude, label=label)
