"""gongkai watch: words that an analyst follows, and what was said with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import watches
from hub.opinion.watches.models import NewWatch, Watch, WatchEvent
from hub.opinion.watches.service import Watches

app = typer.Typer(no_args_is_help=True, help="监测方案 / watch topics")

_COLUMNS = (
    "方案 / watch",
    "状态 / state",
    "包含 / include",
    "排除 / exclude",
    "条 / signals",
)
Name = Annotated[str, typer.Argument(help="方案名称 / name of the watch")]
Include = Annotated[
    list[str],
    typer.Option("--include", help="包含词，有其一即可；校车+超载 为同时出现 / one of these"),
]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help="排除词 / none of these")]
Places = Annotated[list[str] | None, typer.Option("--place", help="地点 / place")]
Channels = Annotated[list[str] | None, typer.Option("--channel", help="渠道 / channel")]


@app.command("add")
def add(
    name: Name,
    include: Include,
    exclude: Exclude = None,
    place: Places = None,
    channel: Channels = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """建立方案，从最早的信息看起 / make a watch; it looks at everything from the oldest on"""
    new = _new(name, include, exclude, place, channel)
    _do(lambda service: service.make(new, actor=acting(actor)), as_json)


@app.command("change")
def change(
    name: Name,
    include: Include,
    exclude: Exclude = None,
    place: Places = None,
    channel: Channels = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """改词，全部重新匹配 / other words; everything is looked at anew"""
    new = _new(name, include, exclude, place, channel)
    _do(lambda service: service.change(new, actor=acting(actor)), as_json)


@app.command("pause")
def pause(name: Name, actor: Actor = "", as_json: JsonOption = False) -> None:
    """暂停 / look no more for now"""
    _do(lambda s: s.step(name, WatchEvent.PAUSED, actor=acting(actor)), as_json)


@app.command("resume")
def resume(name: Name, actor: Actor = "", as_json: JsonOption = False) -> None:
    """恢复 / go on where it stopped"""
    _do(lambda s: s.step(name, WatchEvent.RESUMED, actor=acting(actor)), as_json)


@app.command("list")
def list_watches(as_json: JsonOption = False) -> None:
    """列出方案 / list watches"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await watches(hub).all()]

    emit(run(work, as_json=as_json), as_json, _shown)


@app.command("show")
def show(name: Name, as_json: JsonOption = False) -> None:
    """一个方案近三十日的条数 / one watch and its counts of thirty days"""

    async def work(hub: Hub) -> dict[str, Any]:
        service = watches(hub)
        await service.look()
        found, days = await service.watch(name)
        return asdict(found) | {"days": [{"day": day, "signals": n} for day, n in days]}

    emit(run(work, as_json=as_json), as_json, _shown_one)


@app.command("signals")
def signals(
    name: Name,
    before: Annotated[str, typer.Option(help="更早于该编号 / older than this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """方案命中的每一条 / every signal of a watch"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        service = watches(hub)
        await service.look()
        return [asdict(one) for one in await service.signals(name, before=before, limit=limit)]

    emit(run(work, as_json=as_json), as_json, _shown_signals)


def _new(
    name: str,
    include: list[str],
    exclude: list[str] | None,
    place: list[str] | None,
    channel: list[str] | None,
) -> NewWatch:
    return NewWatch(
        name=name,
        include=tuple(include),
        exclude=tuple(exclude or ()),
        places=tuple(place or ()),
        channels=tuple(channel or ()),
    )


def _do(step: Callable[[Watches], Awaitable[Watch]], as_json: bool) -> None:
    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await step(watches(hub)))

    emit(run(work, as_json=as_json), as_json, lambda one: _shown([one]))


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table(
        "方案 / watch", "状态 / state", "包含 / include", "排除 / exclude", "条 / signals"
    )
    for one in found:
        words = ("、".join(one["include"]), "、".join(one["exclude"]))
        table.add_row(Text(one["name"]), str(one["state"]), *map(Text, words), str(one["signals"]))
    return table


def _shown_one(one: dict[str, Any]) -> Table:
    table = Table("日期 / day", "条数 / signals", title=one["name"])
    for day in one["days"]:
        table.add_row(str(day["day"]), str(day["signals"]))
    return table


def _shown_signals(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "时间 / said at", "内容 / text")
    for one in found:
        at = one["event_at"].strftime("%Y-%m-%d %H:%M") if one["event_at"] else "不详 / unknown"
        table.add_row(one["id"], at, Text(one["title"] or one["text"][:60]))
    return table
