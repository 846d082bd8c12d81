"""A proved copy of an embedded database, taken while it is in use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.settings import Settings
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, Words

__all__ = ["back_up"]

_PAGES_A_STEP = 2_000

Tell = Callable[[int, int], None]


def back_up(settings: Settings, target: Path, tell: Tell = lambda done, total: None) -> int:
    """Copy the database to `target` as of one moment, whole or not at all; returns its bytes.
    `tell` is told how many of how many pages are copied.

    Raises InvalidInput on PostgreSQL (it has its own tools), NotFound without a database,
    Conflict for a target that exists, Unavailable when disk or copy are bad.
    """
    if not settings.embedded:
        raise InvalidInput(
            Words("PostgreSQL 请用自带工具备份", "PostgreSQL has its own tools for this"),
            field="database_url",
            remedy=Words("使用 pg_dump 或持续归档", "use pg_dump or continuous archiving"),
        )
    if not settings.database_path.is_file():
        raise NotFound(
            Words(f"没有数据库 {settings.database_path}", f"no database {settings.database_path}"),
            field="database_url",
        )
    if target.exists():
        raise Conflict(
            Words(f"{target} 已存在", f"{target} exists"),
            field="target",
            remedy=Words("换一个文件名", "choose another name"),
        )
    draft = target.with_name(f".{target.name}.part")
    try:
        _copy(settings.database_path, draft, tell)
        os.link(draft, target)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(
            Words(f"备份失败：{error}", f"the backup failed: {error}"), field="target"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, draft: Path, tell: Tell) -> None:
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(draft)) as copy,
    ):
        # one moment: without a snapshot of its own every write of another would restart the copy
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def show(status: int, remaining: int, total: int) -> None:
            tell(total - remaining, total)

        live.backup(copy, pages=_PAGES_A_STEP, progress=show)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("integrity_check")
    descriptor = os.open(draft, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
