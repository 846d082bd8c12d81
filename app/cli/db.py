"""`gongkai db`: migrate, check and back up the database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from app.cli.common import JsonOption, emit, failures, progress
from app.migrate import add_revision, differences, head, migrate, revision
from app.settings import Settings, load_settings
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Unavailable, Words

__all__ = ["app", "back_up"]

app = typer.Typer(no_args_is_help=True, help="数据库 / the database")

_FAILED = 1
_PAGES_A_STEP = 2_000


@app.command("migrate")
def bring_up_to_date(as_json: JsonOption = False) -> None:
    """把表结构升级到最新 / bring the tables to the newest revision"""
    with failures(as_json):
        settings = load_settings()
        before = revision(settings.database_url)
        after = migrate(settings.database_url)
    emit({"before": before, "after": after}, as_json, lambda d: Text(f"{before or '–'} → {after}"))


@app.command()
def check(as_json: JsonOption = False) -> None:
    """核对模型、迁移与数据库 / prove that models, revisions and this database agree"""
    with failures(as_json):
        settings = load_settings()
        at, newest = revision(settings.database_url), head()
        found = differences(settings.database_url) if at == newest else []
    state = {"revision": at, "head": newest, "differences": found}
    emit(state, as_json, lambda d: Text("\n".join([f"{at or '–'} / {newest}", *found])))
    if at != newest or found:
        raise typer.Exit(_FAILED)


@app.command("revision")
def write_revision(name: str) -> None:
    """由模型生成下一个迁移（开发用） / write the next revision from the models (development)"""
    with failures():
        path = add_revision(name)
    typer.echo(str(path) if path else "无差异 / nothing differs")


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="备份文件，不得已存在 / the file to write")],
    as_json: JsonOption = False,
) -> None:
    """在运行中备份 SQLite / copy the SQLite database while in use, and prove the copy"""
    with failures(as_json):
        size = back_up(load_settings(), target)
    emit({"file": str(target), "bytes": size}, as_json, lambda d: Text(f"{target} ({size:,} B)"))


def back_up(settings: Settings, target: Path) -> int:
    """Copy the database to `target` as of one moment, whole or not at all; returns its bytes.

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
        _copy(settings.database_path, draft)
        os.link(draft, target)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(
            Words(f"备份失败：{error}", f"the backup failed: {error}"), field="target"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, draft: Path) -> None:
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(draft)) as copy,
        progress() as bar,
    ):
        task = bar.add_task("备份 / backup", total=None)
        # one moment: without a snapshot of its own every write of another would restart the copy
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def show(status: int, remaining: int, total: int) -> None:
            bar.update(task, total=total, completed=total - remaining)

        live.backup(copy, pages=_PAGES_A_STEP, progress=show)
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("integrity_check")
    descriptor = os.open(draft, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
