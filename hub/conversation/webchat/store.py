"""SQL of conversations on a page of our own: one function per question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select

from hub.conversation.models import Answer
from hub.conversation.tables import inbound_messages
from hub.conversation.webchat.models import Told
from hub.conversation.webchat.tables import page_answers
from hub.kernel.columns import storable
from hub.kernel.database import Transaction

__all__ = ["add", "answer_to", "erase", "forget", "get", "kept_as", "newest", "since", "told_since"]

_p, _m = page_answers.c, inbound_messages.c


def add(tx: Transaction, told: Told) -> bool:
    """Whether it is new: the same thing sent again is on the page already."""
    if answer_to(tx.connection, told.account_id, told.sender, told.source) is not None:
        return False
    row = {
        "id": told.id,
        "account_id": told.account_id,
        "sender": told.sender,
        "source": told.source,
        "answer": storable(msgspec.to_builtins(told.answer)),
        "told_at": told.told_at,
    }
    tx.execute(insert(page_answers), row)
    return True


def answer_to(connection: Connection, account_id: str, sender: str, source: str) -> Told | None:
    """What came of `source`, where it has arrived."""
    return _one(connection, account_id, sender, _p.source == source)


def get(connection: Connection, account_id: str, sender: str, told_id: str) -> Told | None:
    """One answer of a person's own; nobody is shown another's, whatever id they guess."""
    return _one(connection, account_id, sender, _p.id == told_id)


def newest(connection: Connection, account_id: str, sender: str, limit: int) -> list[Told]:
    """The last `limit` answers, oldest first."""
    query = _of(account_id, sender).order_by(_p.id.desc()).limit(limit)
    return [_told(row) for row in connection.execute(query)][::-1]


def since(
    connection: Connection, account_id: str, sender: str, at: datetime, limit: int
) -> list[Told]:
    """What a person was told at `at` or later, oldest first."""
    query = _of(account_id, sender).where(_p.told_at >= at).order_by(_p.id).limit(limit)
    return [_told(row) for row in connection.execute(query)]


def told_since(connection: Connection, at: datetime) -> set[tuple[str, str]]:
    """Account and sender of everybody who was told something at `at` or later."""
    query = select(_p.account_id, _p.sender).where(_p.told_at >= at).distinct()
    return {(row[0], row[1]) for row in connection.execute(query)}


def kept_as(connection: Connection, account_id: str, sender: str, key: str) -> str:
    """The id of the message that a person sent under `key`; empty where none was kept."""
    query = select(_m.id).where(
        _m.sender == sender, _m.external_key == key, _m.account_id == account_id
    )
    return str(connection.execute(query).scalar() or "")


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    """Delete what a person was told; how much."""
    mine = (_p.sender == sender, _p.account_id == account_id)
    return tx.execute(delete(page_answers).where(*mine)).rowcount


def forget(tx: Transaction, before: datetime) -> int:
    """Delete what was told before `before`; how much."""
    return tx.execute(delete(page_answers).where(_p.told_at < before)).rowcount


def _of(account_id: str, sender: str) -> Any:
    return select(page_answers).where(_p.sender == sender, _p.account_id == account_id)


def _one(
    connection: Connection, account_id: str, sender: str, which: ColumnElement[bool]
) -> Told | None:
    row = connection.execute(_of(account_id, sender).where(which)).first()
    return None if row is None else _told(row)


def _told(row: Row[Any]) -> Told:
    return Told(
        id=row.id,
        account_id=row.account_id,
        sender=row.sender,
        source=row.source,
        answer=msgspec.convert(row.answer, Answer),
        told_at=row.told_at,
    )
