"""SQL over webhooks: one function per question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hub.kernel.database import Transaction
from hub.organisations.webhooks.errors import UnknownWebhook
from hub.organisations.webhooks.models import Attempt, Message, MessageState, Webhook
from hub.organisations.webhooks.tables import webhook_attempts, webhook_messages, webhooks

__all__ = [
    "add_messages",
    "add_webhook",
    "attempts_of",
    "change",
    "due",
    "get_message",
    "get_webhook",
    "lease",
    "list_webhooks",
    "messages_of",
    "note_attempt",
    "purge",
    "remove",
    "send_again",
    "settle",
]

_w, _m, _a = webhooks.c, webhook_messages.c, webhook_attempts.c


def add_webhook(tx: Transaction, webhook: Webhook) -> None:
    values = {f.name: getattr(webhook, f.name) for f in fields(webhook)}
    tx.execute(insert(webhooks).values(**values | {"kinds": " ".join(webhook.kinds)}))


def get_webhook(connection: Connection, webhook_id: str) -> Webhook:
    """Raises UnknownWebhook."""
    row = connection.execute(select(webhooks).where(_w.id == webhook_id)).first()
    if row is None:
        raise UnknownWebhook(webhook_id)
    return _webhook(row)


def list_webhooks(connection: Connection, *, active_only: bool = False) -> list[Webhook]:
    query = select(webhooks).order_by(_w.id)
    if active_only:
        query = query.where(_w.active.is_(True))
    return [_webhook(row) for row in connection.execute(query)]


def change(tx: Transaction, webhook_id: str, **values: Any) -> None:
    tx.execute(update(webhooks).where(_w.id == webhook_id).values(**values))


def add_messages(tx: Transaction, messages: Sequence[Message]) -> None:
    for one in messages:
        tx.execute(insert(webhook_messages).values(**_values(one)))


def get_message(connection: Connection, message_id: str) -> Message | None:
    row = connection.execute(select(webhook_messages).where(_m.id == message_id)).first()
    return None if row is None else _message(row)


def due(connection: Connection, now: datetime, limit: int) -> list[Message]:
    """Messages that are to be sent now, of webhooks that are on, the longest due first."""
    query = (
        select(webhook_messages)
        .join(webhooks, _w.id == _m.webhook_id)
        .where(_m.state == "pending", _m.next_at <= now, _w.active.is_(True))
        .order_by(_m.next_at)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query)]


def lease(tx: Transaction, message: Message, until: datetime) -> bool:
    """Whether it is ours to send: nobody else tries before then."""
    ours = (_m.id == message.id, _m.next_at == message.next_at, _m.state == "pending")
    return tx.execute(update(webhook_messages).where(*ours).values(next_at=until)).rowcount == 1


def settle(tx: Transaction, message_id: str, **values: Any) -> None:
    pending = (_m.id == message_id, _m.state == "pending")
    tx.execute(update(webhook_messages).where(*pending).values(**values))


def note_attempt(
    tx: Transaction, message_id: str, no: int, at: datetime, status: int, error: str
) -> None:
    values = {"message_id": message_id, "no": no, "at": at, "status": status, "error": error}
    tx.execute(insert(webhook_attempts).values(**values))


def attempts_of(connection: Connection, webhook_id: str, limit: int) -> list[Attempt]:
    """The newest first."""
    query = (
        select(webhook_attempts, _m.kind)
        .join(webhook_messages, _m.id == _a.message_id)
        .where(_m.webhook_id == webhook_id)
        .order_by(_a.at.desc(), _a.no.desc())
        .limit(limit)
    )
    return [Attempt(**row._asdict()) for row in connection.execute(query)]


def messages_of(
    connection: Connection, webhook_id: str, limit: int, before: str = ""
) -> list[tuple[Message, Attempt | None]]:
    """Its messages, the newest first, each with its last attempt; `before`: older than that id."""
    query = (
        select(webhook_messages, _a.no, _a.at.label("tried_at"), _a.status, _a.error)
        .outerjoin(webhook_attempts, (_a.message_id == _m.id) & (_a.no == _m.attempts))
        .where(_m.webhook_id == webhook_id)
        .order_by(_m.id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(_m.id < before)
    return [_with_attempt(row) for row in connection.execute(query)]


def _with_attempt(row: Row[Any]) -> tuple[Message, Attempt | None]:
    values = row._asdict()
    told = {name: values.pop(name) for name in ("no", "tried_at", "status", "error")}
    message = Message(**values | {"state": MessageState(values["state"])})
    if told["no"] is None:
        return message, None
    return message, Attempt(
        message_id=message.id,
        kind=message.kind,
        no=told["no"],
        at=told["tried_at"],
        status=told["status"],
        error=told["error"],
    )


def send_again(tx: Transaction, message_id: str, now: datetime) -> None:
    values = {"state": MessageState.PENDING, "next_at": now}
    tx.execute(update(webhook_messages).where(_m.id == message_id).values(**values))


def remove(tx: Transaction, webhook_id: str) -> int:
    """Take a webhook away with its messages and attempts; how many messages those were."""
    own = select(_m.id).where(_m.webhook_id == webhook_id)
    tx.execute(delete(webhook_attempts).where(_a.message_id.in_(own)))
    gone = tx.execute(delete(webhook_messages).where(_m.webhook_id == webhook_id)).rowcount
    tx.execute(delete(webhooks).where(_w.id == webhook_id))
    return int(gone)


def purge(tx: Transaction, before: datetime, most: int) -> int:
    """Take away at most so many messages that ended and are from before then."""
    old = select(_m.id).where(_m.state != "pending", _m.at < before).limit(most)
    ids = list(tx.connection.execute(old).scalars())
    tx.execute(delete(webhook_attempts).where(_a.message_id.in_(ids)))
    tx.execute(delete(webhook_messages).where(_m.id.in_(ids)))
    return len(ids)


def _webhook(row: Row[Any]) -> Webhook:
    values = row._asdict()
    return Webhook(**values | {"kinds": tuple(values["kinds"].split())})


def _message(row: Row[Any]) -> Message:
    values = row._asdict()
    return Message(**values | {"state": MessageState(values["state"])})


def _values(message: Message) -> dict[str, Any]:
    return {f.name: getattr(message, f.name) for f in fields(message)}
