"""SQL of contacts: one function per question.

A message's address is dropped with its masking, after some weeks. Whoever subscribes, or asks to
hear of an outcome, wants to be reached later than that: then the sealed address is copied here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.contacts.tables import reader_contacts
from hub.conversation.subscriptions.models import Reader
from hub.conversation.tables import inbound_messages
from hub.kernel.database import Transaction

__all__ = ["erase", "keep", "sealed_address"]

_c, _m = reader_contacts.c, inbound_messages.c


def keep(tx: Transaction, reader: Reader, until: datetime | None = None) -> bool:
    """Keep the address of the reader's newest message, at least `until`; whether there is one."""
    sealed = _newest(tx.connection, reader)
    known = _kept(tx.connection, reader)
    if known is not None:
        if until is not None:
            mine = (_c.account == reader.account, _c.sender == reader.sender)
            longer = _c.kept_until.is_(None) | (_c.kept_until < until)
            tx.execute(update(reader_contacts).where(*mine, longer).values(kept_until=until))
        return True
    if not sealed:
        return False
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    row = {"account": reader.account, "sender": reader.sender, "address": sealed}
    new = dialect.insert(reader_contacts).values(**row, kept_until=until)
    tx.execute(new.on_conflict_do_nothing())
    return True


def sealed_address(connection: Connection, reader: Reader) -> str:
    """The kept address, else that of the newest message; empty where neither is known."""
    return _kept(connection, reader) or _newest(connection, reader)


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    mine = (_c.account == account_id, _c.sender == sender)
    return tx.execute(delete(reader_contacts).where(*mine)).rowcount


def _kept(connection: Connection, reader: Reader) -> str | None:
    query = select(_c.address).where(_c.account == reader.account, _c.sender == reader.sender)
    return connection.execute(query).scalar()


def _newest(connection: Connection, reader: Reader) -> str:
    query = (
        select(_m.address)
        .where(_m.sender == reader.sender, _m.account_id == reader.account, _m.address != "")
        .order_by(_m.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or ""
