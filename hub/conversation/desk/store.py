"""SQL of the desk: one function per question."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.desk.models import (
    REPLIES,
    DeskFilter,
    DeskState,
    DeskTalk,
    Notice,
    OfficeHours,
    Reason,
    Reply,
    ReplyEvent,
    ReplyKind,
    ReplyState,
)
from hub.conversation.desk.tables import desk_conversations, desk_hours, desk_replies
from hub.conversation.models import Citation
from hub.conversation.tables import inbound_messages
from hub.kernel.database import Transaction

__all__ = [
    "add",
    "add_reply",
    "change",
    "due_looks",
    "end_reply",
    "erase",
    "find_reply",
    "get",
    "hours_of",
    "hours_of_all",
    "idle",
    "last_words",
    "left_sending",
    "newest_of",
    "outcomes",
    "rated",
    "replies_of",
    "said_to",
    "search",
    "sending",
    "set_hours",
    "settled_in",
    "waiting_in",
]

_c, _r, _h = desk_conversations.c, desk_replies.c, desk_hours.c
_m = inbound_messages.c


def add(tx: Transaction, talk: DeskTalk) -> bool:
    """Keep a new conversation; False where one of this person is open at the account."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(desk_conversations).values(**asdict(talk))
    return tx.execute(statement.on_conflict_do_nothing()).rowcount == 1


def change(tx: Transaction, talk: DeskTalk, **values: Any) -> bool:
    """Change a conversation as it was read; False where somebody else has changed it since."""
    same = (_c.id == talk.id, _c.revision == talk.revision)
    statement = update(desk_conversations).where(*same)
    return tx.execute(statement.values(**values, revision=talk.revision + 1)).rowcount == 1


def get(connection: Connection, conversation_id: str, *, hold: bool = False) -> DeskTalk | None:
    """`hold`: nobody else changes it before this transaction ends."""
    query = _talks().where(_c.id == conversation_id)
    row = connection.execute(query.with_for_update() if hold else query).first()
    return None if row is None else _talk(row)


def newest_of(
    connection: Connection, account_id: str, sender: str, *, hold: bool = False
) -> DeskTalk | None:
    """The last conversation of one person at one account, open or closed."""
    mine = (_c.sender == sender, _c.account_id == account_id)
    query = _talks().where(*mine).order_by(_c.id.desc()).limit(1)
    row = connection.execute(query.with_for_update() if hold else query).first()
    return None if row is None else _talk(row)


def search(connection: Connection, wanted: DeskFilter) -> list[DeskTalk]:
    """Those who wait longest first, then the newest."""
    query = _talks().order_by(_c.waits_since.is_(None), _c.waits_since, _c.id.desc())
    if wanted.bodies is not None:
        query = query.where(_c.body_id.in_(wanted.bodies))
    if wanted.states:
        query = query.where(_c.state.in_(wanted.states))
    if wanted.officer:
        query = query.where(_c.officer == wanted.officer)
    if wanted.since:
        query = query.where(_c.opened_at >= wanted.since)
    if wanted.until:
        query = query.where(_c.opened_at < wanted.until)
    return [_talk(row) for row in connection.execute(query.limit(wanted.limit))]


def waiting_in(
    connection: Connection,
    body_id: str,
    wanted: DeskFilter,
    after: tuple[datetime, str] | None,
) -> list[DeskTalk]:
    """Open conversations of a body in which the citizen waits, the longest first, behind `after`:
    since when and which; by its index, as `settled_in`."""
    query = _of_body(body_id, wanted).where(_open(), _c.waits_since.is_not(None))
    if after is not None:
        since, last = after
        beyond = or_(_c.waits_since > since, and_(_c.waits_since == since, _c.id > last))
        query = query.where(_c.waits_since >= since, beyond)
    query = query.order_by(_c.waits_since, _c.id).limit(wanted.limit + 1)
    return [_talk(row) for row in connection.execute(query)]


def settled_in(
    connection: Connection,
    body_id: str,
    wanted: DeskFilter,
    before: tuple[datetime, str] | None,
) -> list[DeskTalk]:
    """Conversations of a body in which nobody waits, the newest first, older than `before`: when
    one was opened and which."""
    query = _of_body(body_id, wanted).where(_c.waits_since.is_(None))
    if DeskState.CLOSED not in wanted.states:
        query = query.where(_open())
    if before is not None:
        at, last = before
        beyond = or_(_c.opened_at < at, and_(_c.opened_at == at, _c.id < last))
        query = query.where(_c.opened_at <= at, beyond)
    query = query.order_by(_c.opened_at.desc(), _c.id.desc()).limit(wanted.limit + 1)
    return [_talk(row) for row in connection.execute(query)]


def _of_body(body_id: str, wanted: DeskFilter) -> Select[Any]:
    query = _talks().where(_c.body_id == body_id)
    if wanted.states:
        query = query.where(_c.state.in_(wanted.states))
    if wanted.officer:
        query = query.where(_c.officer == wanted.officer)
    if wanted.since:
        query = query.where(_c.opened_at >= wanted.since)
    return query


def _open() -> ColumnElement[bool]:
    return literal_column("desk_conversations.state <> 'closed'")  # as the index


def last_words(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """What each citizen wrote last, by the conversation's id; empty for what is not text."""
    newest = (
        select(_m.text)
        .where(_m.sender == _c.sender, _m.account_id == _c.account_id)
        .order_by(_m.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(select(_c.id, newest).where(_c.id.in_(ids)))
    return {row[0]: row[1] or "" for row in rows}


def due_looks(connection: Connection, now: datetime, limit: int) -> list[DeskTalk]:
    """Conversations of which somebody is to be told by now, the longest due first."""
    looked_at: ColumnElement[bool] = literal_column(
        "desk_conversations.look_at IS NOT NULL"
    )  # as the index
    query = _talks().where(looked_at, _c.look_at <= now).order_by(_c.look_at).limit(limit)
    return [_talk(row) for row in connection.execute(query)]


def idle(connection: Connection, before: datetime, limit: int) -> list[DeskTalk]:
    """Answered conversations in which nothing has happened since `before`."""
    query = _talks().where(_c.state == DeskState.ANSWERED, _c.changed_at < before)
    return [_talk(row) for row in connection.execute(query.order_by(_c.changed_at).limit(limit))]


def rated(connection: Connection, limit: int) -> list[DeskTalk]:
    """Conversations whose rating has not become a signal yet, the first rated first."""
    new: ColumnElement[bool] = literal_column(
        "desk_conversations.rated_at IS NOT NULL AND desk_conversations.collected_at IS NULL"
    )  # as the index
    query = _talks().where(new).order_by(_c.rated_at).limit(limit)
    return [_talk(row) for row in connection.execute(query)]


def add_reply(tx: Transaction, reply: Reply) -> bool:
    """Keep a reply before it is sent; False where one of the same key is there."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    cites = [msgspec.to_builtins(cite) for cite in reply.cites]
    values = asdict(reply) | {"cites": cites}
    statement = dialect.insert(desk_replies).values(**values)
    return tx.execute(statement.on_conflict_do_nothing()).rowcount == 1


def end_reply(tx: Transaction, reply_id: str, event: ReplyEvent, reason: str, at: datetime) -> bool:
    """How sending it ended; False where that was known already."""
    mine = (_r.id == reply_id, _r.state.in_(REPLIES.sources(event)))
    values = {"state": REPLIES.target(event), "reason": reason[:64], "ended_at": at}
    return tx.execute(update(desk_replies).where(*mine).values(**values)).rowcount == 1


def find_reply(connection: Connection, conversation_id: str, key: str) -> Reply | None:
    same = (_r.conversation_id == conversation_id, _r.key == key)
    row = connection.execute(select(desk_replies).where(*same)).first()
    return None if row is None else _reply(row)


def replies_of(connection: Connection, conversation_id: str) -> list[Reply]:
    """Oldest first."""
    query = select(desk_replies).where(_r.conversation_id == conversation_id).order_by(_r.id)
    return [_reply(row) for row in connection.execute(query)]


def said_to(connection: Connection, inbound_id: str) -> int:
    """How many replies to a message have left, or may have."""
    left = (ReplyState.SENDING, ReplyState.SENT, ReplyState.UNKNOWN)
    query = select(func.count()).where(_r.inbound_id == inbound_id, _r.state.in_(left))
    return connection.execute(query).scalar_one()


def sending(connection: Connection, conversation_id: str) -> bool:
    """Whether a reply is on its way."""
    mine = (_r.conversation_id == conversation_id, _r.state == ReplyState.SENDING)
    return connection.execute(select(_r.id).where(*mine).limit(1)).first() is not None


def left_sending(connection: Connection, before: datetime, limit: int) -> list[Reply]:
    """Replies that were written before `before` and whose call nobody ended."""
    cut_off: ColumnElement[bool] = literal_column("desk_replies.state = 'sending'")  # as the index
    query = select(desk_replies).where(cut_off, _r.written_at < before)
    return [_reply(row) for row in connection.execute(query.order_by(_r.written_at).limit(limit))]


def hours_of(connection: Connection, body_id: str) -> OfficeHours | None:
    row = connection.execute(select(desk_hours).where(_h.body_id == body_id)).first()
    return None if row is None else OfficeHours(**row._asdict())


def hours_of_all(connection: Connection, body_ids: Collection[str]) -> dict[str, OfficeHours]:
    """What those of the bodies have that were given hours of their own, by body."""
    query = select(desk_hours).where(_h.body_id.in_(body_ids))
    return {row.body_id: OfficeHours(**row._asdict()) for row in connection.execute(query)}


def set_hours(tx: Transaction, hours: OfficeHours) -> None:
    values = asdict(hours)
    body_id = values.pop("body_id")
    if not tx.execute(update(desk_hours).where(_h.body_id == body_id).values(**values)).rowcount:
        tx.execute(insert(desk_hours).values(body_id=body_id, **values))


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    """Delete a person's conversations at an account and what the desk told them; how many."""
    mine = (_c.sender == sender, _c.account_id == account_id)
    ids = list(tx.connection.execute(select(_c.id).where(*mine)).scalars())
    if ids:
        tx.execute(delete(desk_replies).where(_r.conversation_id.in_(ids)))
        tx.execute(delete(desk_conversations).where(_c.id.in_(ids)))
    return len(ids)


def outcomes(
    connection: Connection, account_id: str, sender: str, limit: int
) -> list[tuple[datetime, bool]]:
    """When a sender was last answered and whether nothing published answered it, newest first."""
    query = (
        select(_m.received_at, _m.answer)
        .where(_m.sender == sender, _m.account_id == account_id, _m.answer.is_not(None))
        .order_by(_m.id.desc())
        .limit(limit)
    )
    return [(row[0], bool(row[1].get("unanswered"))) for row in connection.execute(query)]


def _talks() -> Select[Any]:
    return select(desk_conversations)


def _talk(row: Row[Any]) -> DeskTalk:
    values = row._asdict()
    return DeskTalk(
        **values
        | {
            "state": DeskState(values["state"]),
            "reason": Reason(values["reason"]),
            "told": Notice(values["told"]),
        }
    )


def _reply(row: Row[Any]) -> Reply:
    values = row._asdict()
    return Reply(
        **values
        | {
            "kind": ReplyKind(values["kind"]),
            "state": ReplyState(values["state"]),
            "cites": tuple(msgspec.convert(cite, Citation) for cite in values["cites"]),
        }
    )
