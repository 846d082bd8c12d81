"""`gongkai audit`: prove, export and read the chain of what happened."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TextIO

import msgspec
import typer
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from app.cli.common import JsonOption, emit, progress, run
from app.compose import Hub
from hub.kernel.errors import InvalidInput, Words
from hub.kernel.events import (
    BrokenChain,
    chain_head,
    chain_start,
    hash_at,
    read_events,
    verify_chain,
)

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="审计链 / the audit chain")

_BATCH = 5_000

Row = dict[str, Any]


@app.command()
def verify(
    head: Annotated[
        str, typer.Option(help="先前导出的 SEQ:HASH / a head exported before, SEQ:HASH")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """逐条核对整条链 / walk the whole chain; exit code 1 names the first broken number"""

    async def work(hub: Hub) -> Row:
        with progress() as bar:
            seq, digest = await hub.database.read(lambda c: _walk(c, bar))
        if head:
            await hub.database.read(lambda c: _compare_head(c, head))
        return {"events": seq, "head": digest, "valid": True}

    found = run(work, as_json=as_json)
    emit(found, as_json, lambda d: Text(f"✓ {d['events']} {d['head']}"))


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="默认标准输出 / default: stdout")] = None,
    after: Annotated[int, typer.Option(help="从此号之后 / only events after this number")] = 0,
) -> None:
    """导出为 JSON Lines，末行为链首 / JSON Lines; the last line is the head, keep it elsewhere"""

    async def work(hub: Hub) -> None:
        last, digest = await hub.database.read(chain_head)
        with ExitStack() as stack:
            out = stack.enter_context(file.open("w", encoding="utf-8")) if file else sys.stdout
            bar = stack.enter_context(progress())
            await _export(hub, out, after, last, bar)
            _write(out, {"head": {"seq": last, "hash": digest}})

    run(work)


@app.command("list")
def list_events(
    subject: Annotated[str, typer.Option(help="只看此对象 / only about this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """列出最近的事件 / list the newest events, oldest first"""

    def newest(connection: Connection) -> list[Row]:
        after = 0 if subject else max(0, chain_head(connection)[0] - limit)
        return read_events(connection, after=after, subject=subject)[-limit:]

    async def work(hub: Hub) -> list[Row]:
        return await hub.database.read(newest)

    emit(run(work, as_json=as_json), as_json, _table)


def _walk(connection: Connection, bar: Progress) -> tuple[int, str]:
    seq, digest = chain_head(connection)
    task: TaskID = bar.add_task("核对 / verify", total=seq)
    for verified in verify_chain(connection, _BATCH):
        bar.update(task, completed=verified)
    return seq, digest


def _compare_head(connection: Connection, head: str) -> None:
    """Raise BrokenChain unless the chain still holds `head`; a cut tail shows only here."""
    number, _, digest = head.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise InvalidInput(
            Words("链首格式应为 SEQ:HASH", "a head is SEQ:HASH"),
            field="head",
            remedy=Words("取导出文件末行", "take it from the last line of an export"),
        )
    start, _ = chain_start(connection)
    if 0 < int(number) < start:
        raise InvalidInput(
            Words(f"第 {number} 号已归档并清除", f"event {number} is in an archive"),
            field="head",
            remedy=Words("用 gongkai archive verify 核对归档", "prove the archive that has it"),
        )
    if int(number) and hash_at(connection, int(number)) != digest:
        raise BrokenChain(
            int(number), Words("与先前导出的链首不符", "not the head exported before")
        )


async def _export(hub: Hub, out: TextIO, after: int, last: int, bar: Progress) -> None:
    """Write events in batches, so that a long export holds no snapshot; the chain only grows."""
    task = bar.add_task("导出 / export", total=max(0, last - after))
    while after < last:
        batch = partial(read_events, after=after, limit=min(_BATCH, last - after))
        rows = await hub.database.read(batch)
        if not rows:
            return
        for row in rows:
            _write(out, row)
        after = rows[-1]["seq"]
        bar.advance(task, len(rows))


def _write(out: TextIO, row: Row) -> None:
    out.write(msgspec.json.encode(row, order="sorted").decode() + "\n")


def _table(rows: list[Row]) -> Table:
    table = Table("#", "时间 / at", "事件 / kind", "对象 / subject", "谁 / actor")
    for row in rows:
        table.add_row(str(row["seq"]), row["at"], row["kind"], row["subject"], row["actor"])
    return table
