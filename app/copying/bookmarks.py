"""How far a copy is, kept in its target until it is proved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
    update,
)

from app.copying.models import BEGINNING, Bookmark
from app.migrate import COPYING

__all__ = ["begin", "bookmark", "end", "origin_of", "put", "resumed_rows", "wipe"]

_metadata = MetaData()
_bookmarks = Table(
    "copy_bookmarks",
    _metadata,
    Column("place", String(64), primary_key=True),
    Column("depth", Integer, nullable=False),
    Column("after", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("done", Boolean, nullable=False),
)
_ORIGIN = "*"  # no table's name: the row that says what is copied
_b = _bookmarks.c


def begin(target: Connection, origin: str) -> None:
    """Mark the target as being filled from `origin`."""
    _bookmarks.create(target)
    target.execute(insert(_bookmarks).values(_row(_ORIGIN, BEGINNING) | {"after": origin}))
    _set_revision(target, COPYING)


def origin_of(target: Connection) -> str:
    return str(target.execute(select(_b.after).where(_b.place == _ORIGIN)).scalar_one())


def bookmark(target: Connection, table: str) -> Bookmark:
    row = target.execute(select(_bookmarks).where(_b.place == table)).first()
    if row is None:
        return BEGINNING
    return Bookmark(depth=row.depth, after=row.after, rows=row.rows, done=row.done)


def put(target: Connection, table: str, mark: Bookmark) -> None:
    values = _row(table, mark)
    if target.execute(update(_bookmarks).where(_b.place == table).values(values)).rowcount == 0:
        target.execute(insert(_bookmarks).values(values))


def resumed_rows(target: Connection) -> int:
    return sum(target.execute(select(_b.rows).where(_b.place != _ORIGIN)).scalars())


def wipe(target: Connection, tables: Sequence[Table]) -> None:
    """Take back everything that an unfinished copy has written."""
    for table in reversed(tables):
        target.execute(delete(table))
    _bookmarks.drop(target)


def end(target: Connection, revision: str) -> None:
    """The target is a database like any other from now on."""
    _bookmarks.drop(target)
    _set_revision(target, revision)


def _row(table: str, mark: Bookmark) -> dict[str, object]:
    return {
        "place": table,
        "depth": mark.depth,
        "after": mark.after,
        "rows": mark.rows,
        "done": mark.done,
    }


def _set_revision(target: Connection, revision: str) -> None:
    target.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
