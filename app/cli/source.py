"""gongkai source: feeds that are read for what is said of public bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion_sources import open_sources
from hub.kernel.errors import InvalidInput, Words
from hub.opinion.signals.models import SignalKind, Trust
from hub.opinion.sources.models import NewSource, Source, SourceKind
from hub.opinion.sources.service import Sources

app = typer.Typer(no_args_is_help=True, help="舆情来源 / feeds that are read")

Name = Annotated[str, typer.Argument(help="来源名称 / name of the source")]


@app.command("add")
def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="RSS、Atom 或 JSON 接口地址 / its address")],
    kind: Annotated[SourceKind, typer.Option(help="feed 或 json")] = SourceKind.FEED,
    minutes: Annotated[int, typer.Option(min=5, help="几分钟读一次 / how often")] = 30,
    path: Annotated[
        list[str] | None,
        typer.Option(
            "--path", help="JSON 字段路径，如 items=data.list，可多次 / field=path of a JSON source"
        ),
    ] = None,
    signal_kind: Annotated[SignalKind, typer.Option(help="类型 / kind")] = SignalKind.MENTION,
    trust: Annotated[Trust, typer.Option(help="来源可信程度 / trust")] = Trust.OUTSIDE,
    body: Annotated[str, typer.Option("--body", help="单位代码 / body")] = "",
    zone: Annotated[str, typer.Option(help="未写时区的时间按此 / zone of its times")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """登记来源，随后按间隔读取 / enter a source; it is read as often as it says"""

    async def work(sources: Sources, hub: Hub) -> dict[str, Any]:
        new = NewSource(
            name=name,
            kind=kind,
            url=url,
            every=timedelta(minutes=minutes),
            paths=dict(_path(one) for one in path or ()),
            signal_kind=signal_kind,
            trust=trust,
            body_id=(await hub.organisations.body(body)).id if body else "",
            zone=zone or hub.settings.time_zone,
        )
        return asdict(await sources.add(new, actor=acting(actor)))

    _do(work, as_json, lambda one: _shown([one]))


@app.command("list")
def list_sources(as_json: JsonOption = False) -> None:
    """各来源的状态：上次读取、错误、条数 / every source and how its last reading went"""

    async def work(sources: Sources, hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await sources.all()]

    _do(work, as_json, _shown)


@app.command("check")
def check(name: Name, as_json: JsonOption = False) -> None:
    """立即读取一次 / read it now"""

    async def work(sources: Sources, hub: Hub) -> dict[str, Any]:
        return asdict(await sources.check(name))

    _do(work, as_json, _shown_reading)


@app.command("pause")
def pause(name: Name, actor: Actor = "", as_json: JsonOption = False) -> None:
    """暂停读取 / read it no more for now"""
    _step(lambda sources: sources.pause(name, actor=acting(actor)), as_json)


@app.command("resume")
def resume(name: Name, actor: Actor = "", as_json: JsonOption = False) -> None:
    """恢复读取 / read it again"""
    _step(lambda sources: sources.resume(name, actor=acting(actor)), as_json)


def _step(step: Callable[[Sources], Awaitable[Source]], as_json: bool) -> None:
    async def work(sources: Sources, hub: Hub) -> dict[str, Any]:
        return asdict(await step(sources))

    _do(work, as_json, lambda one: _shown([one]))


def _do(
    work: Callable[[Sources, Hub], Awaitable[Any]], as_json: bool, show: Callable[[Any], Any]
) -> None:
    async def opened(hub: Hub) -> Any:
        async with open_sources(hub) as sources:
            return await work(sources, hub)

    emit(run(opened, as_json=as_json), as_json, show)


def _path(text: str) -> tuple[str, str]:
    field, equals, path = text.partition("=")
    if not equals:
        raise InvalidInput(
            Words(f"“{text}”缺等号", f"'{text}' has no ="),
            field="path",
            remedy=Words("写成 title=attributes.title", "write it as title=attributes.title"),
        )
    return field.strip(), path.strip()


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table(
        "来源 / source", "状态 / state", "上次 / read", "见 / seen", "新 / new", "错误 / error"
    )
    for one in found:
        read = one["read_at"].strftime("%Y-%m-%d %H:%M UTC") if one["read_at"] else "—"
        table.add_row(
            one["name"],
            str(one["state"]),
            read,
            str(one["items_seen"]),
            str(one["items_new"]),
            Text(one["last_error"]),
        )
    return table


def _shown_reading(one: dict[str, Any]) -> Text:
    if one["error"]:
        return Text(f"读取失败 / failed: {one['error']}", style="red")
    return Text(
        f"{one['seen']} 条，新 {one['added']}，时间不详 {one['undated']}，未收 {one['refused']} / "
        f"{one['seen']} items, {one['added']} new, {one['undated']} undated, "
        f"{one['refused']} refused"
    )
