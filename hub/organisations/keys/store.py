"""SQL of the installation's keys: one function per question."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.organisations.keys.tables import installation_keys

__all__ = ["get_sealed", "keep_sealed", "replace_sealed"]

_k = installation_keys.c


def get_sealed(connection: Connection, name: str) -> str:
    """The sealed key of that name; empty before it is made."""
    return connection.execute(select(_k.sealed).where(_k.name == name)).scalar() or ""


def keep_sealed(tx: Transaction, name: str, sealed: str, at: datetime) -> bool:
    """Keep a new key; False where another process has made one."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(installation_keys).on_conflict_do_nothing()
    row = {"name": name, "sealed": sealed, "made_at": at}
    return tx.execute(statement, row).rowcount == 1


def replace_sealed(tx: Transaction, name: str, sealed: str, *, instead_of: str) -> bool:
    """Keep the key under another seal; False where it has been sealed anew meanwhile."""
    which = (_k.name == name, _k.sealed == instead_of)
    return tx.execute(update(installation_keys).where(*which).values(sealed=sealed)).rowcount == 1
