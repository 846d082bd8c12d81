"""gongkai db drill: restoring a backup, rehearsed while the hub runs."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from app.cli.common import JsonOption, emit, failures, progress
from app.cli.db import app as databases
from app.drilling import Drill, rehearse
from app.settings_reading import load_settings
from hub.kernel.clock import SystemClock

_STEPS = 5


@databases.command("drill")
def drill(
    keep: Annotated[
        Path | None, typer.Option(help="保留备份与恢复的空目录 / an empty folder to keep it in")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """演练备份与恢复：备份、恢复到新处、核对、重建检索 / back up, restore beside, prove, time it"""
    with failures(as_json), ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drill-")))
        bar = stack.enter_context(progress())
        task = bar.add_task("演练 / drill", total=_STEPS)

        def tell(step: str) -> None:
            bar.update(task, advance=1, description=step)

        done = asyncio.run(rehearse(load_settings(), folder, SystemClock(), tell))
    emit(done, as_json, _shown)


def _shown(done: Drill) -> Table:
    table = Table("步骤 / step", "秒 / seconds")
    for step, seconds in done.seconds.items():
        table.add_row(step, f"{seconds:.1f}")
    table.add_row("合计 / all", f"{sum(done.seconds.values()):.1f}")
    rows, tables = sum(done.rows.values()), len(done.rows)
    table.caption = (
        f"{done.backup_bytes:,} B, {tables} tables, {rows:,} rows, {done.items:,} items in the "
        f"index\n✓ {done.head}"
    )
    return table
