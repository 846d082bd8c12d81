"""gongkai signal: what citizens say, handed in from files and looked at."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, progress, run
from app.cli.rows import Actor, acting, local_instant
from app.compose import Hub
from app.opinion import signal_service
from hub.catalogue.imports import ImportReport
from hub.opinion.signals.importing import Manner, imported_batches
from hub.opinion.signals.models import Signal, SignalFilter, SignalKind, SignalState, Trust

app = typer.Typer(no_args_is_help=True, help="舆情信息 / what citizens say")

REFUSED_ROWS = 1  # exit code when rows were refused
_SHOWN_FAULTS = 20

SignalId = Annotated[str, typer.Argument(help="信息编号 / signal id")]
BodyCode = Annotated[str, typer.Option("--body", help="单位代码 / body")]


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="热线记录等：CSV、XLSX 或 JSON Lines / hotline records and such")
    ],
    channel: Annotated[
        str, typer.Option(help="行内未写渠道时归入 / channel of rows that name none")
    ] = "hotline",
    kind: Annotated[SignalKind, typer.Option(help="类型 / kind")] = SignalKind.HOTLINE,
    body: BodyCode = "",
    trust: Annotated[
        Trust, typer.Option(help="来源：实名、平台、外部 / how far the source is known")
    ] = Trust.KNOWN,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """导入并逐行报告；同一条只收一次，身份与号码遮盖后另存。有坏行时退出码为 1

    Import with a row-by-row report: each record lands once, masked and under a pseudonym. Exit
    code 1 when any row was refused.
    """

    async def work(hub: Hub) -> ImportReport:
        owner = (await hub.organisations.body(body)).id if body else ""
        zone = hub.settings.time_zone
        manner = Manner(channel=channel, kind=kind, body_id=owner, zone=zone, trust=trust)
        report = ImportReport()
        with progress() as bar:
            task = bar.add_task("导入 / import", total=None)
            batches = imported_batches(signal_service(hub), file, manner, actor=acting(actor))
            async for report in batches:
                bar.update(task, total=report.size, completed=report.position)
        return report

    report = run(work, as_json=as_json)
    bare = replace(report, faults=())  # an error is told, not copied
    told = asdict(bare) | {"faults": [fault.as_dict() for fault in report.faults]}
    emit(told, as_json, lambda _: _show_report(report))
    if report.refused:
        raise typer.Exit(REFUSED_ROWS)


@app.command("list")
def list_signals(
    channel: Annotated[str, typer.Option(help="渠道 / channel")] = "",
    kind: Annotated[SignalKind | None, typer.Option(help="类型 / kind")] = None,
    body: BodyCode = "",
    state: Annotated[SignalState | None, typer.Option(help="状态 / state")] = None,
    author: Annotated[str, typer.Option(help="留言人化名 / pseudonym")] = "",
    place: Annotated[str, typer.Option(help="地点 / place")] = "",
    since: Annotated[str, typer.Option(help="说于何时起，当地时刻 / said from, local")] = "",
    until: Annotated[str, typer.Option(help="至何时前 / until, local")] = "",
    before: Annotated[str, typer.Option(help="更早于该编号 / older than this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """列出舆情信息，新的在前 / list signals, newest first"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        zone = hub.settings.time_zone
        wanted = SignalFilter(
            channel=channel,
            kind=kind,
            body_id=(await hub.organisations.body(body)).id if body else "",
            state=state,
            author=author,
            place=place,
            since=local_instant(since, zone, "since") if since else None,
            until=local_instant(until, zone, "until") if until else None,
            before=before,
            limit=limit,
        )
        return [asdict(one) for one in await signal_service(hub).signals(wanted)]

    emit(run(work, as_json=as_json), as_json, _show_all)


@app.command("show")
def show(signal: SignalId, as_json: JsonOption = False) -> None:
    """查看一条（已遮盖）/ one signal, masked"""

    async def work(hub: Hub) -> Signal:
        return await signal_service(hub).signal(signal)

    emit(asdict(run(work, as_json=as_json)), as_json, _show_one)


@app.command("reveal")
def reveal(
    signal: SignalId,
    reason: Annotated[str, typer.Option(help="事由，记入审计 / what for; it is in the audit log")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """查看留言人身份与遮盖前原文，记入审计 / who wrote it and what it said before masking"""

    async def work(hub: Hub) -> dict[str, Any]:
        service = signal_service(hub)
        return asdict(await service.reveal(signal, actor=acting(actor), reason=reason))

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("forget")
def forget(
    days: Annotated[int, typer.Option(min=1, help="保存满多少天的 / kept for so many days")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """删除到期的身份与原文，信息本身仍在 / delete identities and originals that are old"""

    async def work(hub: Hub) -> dict[str, int]:
        service = signal_service(hub)
        identities, originals = await service.forget(timedelta(days=days), actor=acting(actor))
        return {"identities": identities, "originals": originals}

    emit(
        run(work, as_json=as_json),
        as_json,
        lambda done: Text(
            f"已删除身份 {done['identities']}、原文 {done['originals']} / deleted "
            f"{done['identities']} identities, {done['originals']} originals"
        ),
    )


def _show_report(report: ImportReport) -> RenderableType:
    counts = Text(
        f"收入 {report.added}，已有 {report.unchanged}，退回 {report.refused} / "
        f"{report.added} collected, {report.unchanged} known, {report.refused} refused"
    )
    if not report.faults:
        return counts
    table = Table("行 / row", "字段 / field", "问题 / what is wrong")
    for fault in report.faults[:_SHOWN_FAULTS]:
        table.add_row(str(fault.row), fault.error.field, str(fault.error.words))
    return Group(counts, table)


def _show_all(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "时间 / said at", "渠道 / channel", "地点 / place", "内容 / text")
    for one in found:
        said = one["event_at"]
        at = said.strftime("%Y-%m-%d %H:%M") if said else "不详 / unknown"
        text = one["title"] or one["text"][:40].replace("\n", " ")
        table.add_row(one["id"], at, f"{one['channel']} {one['kind']}", one["place"], Text(text))
    return table


def _show_one(one: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in one.items():
        table.add_row(name, Text(str(value)))
    return table
