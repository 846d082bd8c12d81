"""SQL about lists of themes: one function per question."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select

from hub.catalogue.classification.models import Theme, ThemeList
from hub.catalogue.classification.rules import national_themes
from hub.catalogue.classification.tables import theme_lists
from hub.kernel.database import Transaction

__all__ = ["add_themes", "current_themes", "list_versions"]


def current_themes(connection: Connection) -> ThemeList:
    """The newest list; the national one that comes with the hub where none was imported."""
    newest = select(theme_lists).order_by(theme_lists.c.version.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return national_themes()
    return ThemeList(**row._asdict() | {"themes": msgspec.convert(row.themes, tuple[Theme, ...])})


def list_versions(connection: Connection) -> list[tuple[int, str, str]]:
    """(version, source, by whom) of every imported list, the newest first."""
    t = theme_lists.c
    rows = connection.execute(select(t.version, t.source, t.imported_by).order_by(t.version.desc()))
    return [(row.version, row.source, row.imported_by) for row in rows]


def add_themes(tx: Transaction, listed: ThemeList) -> None:
    values = {column.name: getattr(listed, column.name) for column in theme_lists.c}
    values["themes"] = msgspec.to_builtins(listed.themes)
    tx.execute(insert(theme_lists).values(**values))
