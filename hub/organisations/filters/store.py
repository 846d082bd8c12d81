"""SQL of saved filters: one function per question."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from hub.kernel.database import Transaction
from hub.organisations.filters.models import SavedFilter
from hub.organisations.filters.tables import saved_filters

__all__ = ["drop", "filters_of", "put"]

_f = saved_filters.c


def filters_of(connection: Connection, person_id: str, page: str = "") -> list[SavedFilter]:
    """A person's filters of one page, or of all, by name."""
    query = select(_f.page, _f.name, _f.query, _f.saved_at).where(_f.person_id == person_id)
    if page:
        query = query.where(_f.page == page)
    found = connection.execute(query.order_by(_f.page, _f.name))
    return [SavedFilter(**row._asdict()) for row in found]


def put(tx: Transaction, person_id: str, saved: SavedFilter) -> None:
    """Keep it; one of the same name is replaced."""
    which = (_f.person_id == person_id, _f.page == saved.page, _f.name == saved.name)
    values = {"query": saved.query, "saved_at": saved.saved_at}
    if not tx.execute(update(saved_filters).where(*which).values(**values)).rowcount:
        key = {"person_id": person_id, "page": saved.page, "name": saved.name}
        tx.execute(insert(saved_filters).values(**key, **values))


def drop(tx: Transaction, person_id: str, page: str, name: str) -> bool:
    """Whether it was there."""
    which = (_f.person_id == person_id, _f.page == page, _f.name == name)
    return tx.execute(delete(saved_filters).where(*which)).rowcount > 0
