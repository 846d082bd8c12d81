"""gongkai db copy: an installation moved into another database, and proved to be the same."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from app.cli.common import JsonOption, emit, failures, progress
from app.cli.db import app as databases
from app.cli.rows import Actor, acting
from app.copying.service import copy_database
from app.settings import Settings
from app.settings_reading import load_settings
from hub.kernel.clock import SystemClock
from hub.kernel.errors import InvalidInput, Words

_PHASES = {"copy": "复制 / copy", "verify": "核对 / verify", "audit": "审计链 / audit"}


@databases.command("copy")
def copy(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="目标库 / sqlite:///PATH or postgresql+asyncpg://…",
            envvar="GONGKAI_COPY_TO",
            show_envvar=False,
        ),
    ],
    anew: Annotated[
        bool, typer.Option("--anew", help="放弃上次未完成的复制 / begin an unfinished copy again")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """把整个数据库复制到另一处并核对，可续传 / copy everything to another database and prove it"""
    with failures(as_json):
        settings = load_settings()
        check_url(to)
        with progress() as bar:
            tasks = {phase: bar.add_task(words, total=None) for phase, words in _PHASES.items()}
            copied = copy_database(
                settings.database_url,
                to,
                home=home_of(settings),
                clock=SystemClock(),
                actor=acting(actor),
                tell=lambda phase, _table, rows: bar.advance(tasks[phase], rows),
                anew=anew,
            )
    told = {
        "tables": copied.tables,
        "rows": copied.rows,
        "resumed": copied.resumed,
        "head": copied.head,
    }
    emit(told, as_json, _done)


def check_url(url: str) -> None:
    """Raise InvalidInput for what is no database of ours."""
    if not url.startswith(("sqlite:///", "postgresql+asyncpg://")):
        raise InvalidInput(
            Words("不是可用的数据库地址", "this is no database address of ours"),
            field="to",
            remedy=Words(
                "以 sqlite:/// 或 postgresql+asyncpg:// 开头",
                "begin with sqlite:/// or postgresql+asyncpg://",
            ),
        )


def home_of(settings: Settings) -> Any:
    """The folder whose lock says that the hub runs; None where several processes may."""
    return settings.home if settings.embedded else None


def _done(data: dict[str, Any]) -> RenderableType:
    tables, rows = len(data["tables"]), data["rows"]
    return Text(
        f"✓ {tables} 张表 {rows:,} 行一致，续自 {data['resumed']:,} 行 / {tables} tables, "
        f"{rows:,} rows are the same, {data['resumed']:,} were there before\n"
        f"审计链首 / head {data['head']}"
    )
