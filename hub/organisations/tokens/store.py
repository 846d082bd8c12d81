"""SQL over tokens: one function per question."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from hub.kernel.database import Transaction
from hub.organisations.store import get_person
from hub.organisations.tokens.errors import UnknownToken
from hub.organisations.tokens.models import Token, TokenHolder
from hub.organisations.tokens.scopes import scopes_of
from hub.organisations.tokens.tables import person_tokens

__all__ = ["add_token", "get_token", "holder_of", "note_use", "revoke_token", "tokens_of"]

_t = person_tokens.c


def add_token(tx: Transaction, token: Token) -> None:
    values = {f.name: getattr(token, f.name) for f in fields(token)}
    values["scopes"] = " ".join(sorted(token.scopes))
    tx.execute(insert(person_tokens).values(**values))


def get_token(connection: Connection, token_id: str) -> Token:
    """Raises UnknownToken."""
    row = connection.execute(select(person_tokens).where(_t.id == token_id)).first()
    if row is None:
        raise UnknownToken(token_id)
    return _read(row)


def holder_of(connection: Connection, digest: str) -> TokenHolder | None:
    """The token with that digest, working or not, and its owner."""
    row = connection.execute(select(person_tokens).where(_t.digest == digest)).first()
    if row is None:
        return None
    return TokenHolder(token=_read(row), person=get_person(connection, row.person_id))


def tokens_of(connection: Connection, person_id: str) -> list[Token]:
    """Every token the person ever had, oldest first."""
    query = select(person_tokens).where(_t.person_id == person_id).order_by(_t.id)
    return [_read(row) for row in connection.execute(query)]


def revoke_token(tx: Transaction, token_id: str, by: str, at: datetime) -> bool:
    """Whether it was not revoked before."""
    change = update(person_tokens).where(_t.id == token_id, _t.revoked_at.is_(None))
    return tx.execute(change.values(revoked_at=at, revoked_by=by)).rowcount > 0


def note_use(tx: Transaction, token_id: str, day: date) -> None:
    older = or_(_t.last_used_on.is_(None), _t.last_used_on < day)
    change = update(person_tokens).where(_t.id == token_id, older)
    tx.execute(change.values(last_used_on=day))


def _read(row: Row[Any]) -> Token:
    values = row._asdict()
    return Token(**values | {"scopes": scopes_of(values["scopes"].split())})
