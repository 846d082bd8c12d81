"""`gongkai db`: migrate, check and back up the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from app.backing import back_up
from app.cli.common import JsonOption, emit, failures, progress
from app.migrate import add_revision, differences, head, migrate, revision
from app.revisions import steps_that_break
from app.settings_reading import load_settings

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="数据库 / the database")

_FAILED = 1


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
    for step in steps_that_break(path.read_text("utf-8")) if path else ():
        typer.echo(f"旧版本不能与之共存 / programs before it cannot live with: {step}", err=True)


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="备份文件，不得已存在 / the file to write")],
    as_json: JsonOption = False,
) -> None:
    """在运行中备份 SQLite / copy the SQLite database while in use, and prove the copy"""
    with failures(as_json), progress() as bar:
        task = bar.add_task("备份 / backup", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        size = back_up(load_settings(), target, tell)
    emit({"file": str(target), "bytes": size}, as_json, lambda d: Text(f"{target} ({size:,} B)"))
