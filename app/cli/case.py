"""gongkai case: what is handled and answered, by whom, until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli import case_facts
from app.cli.case_proposals import add_to
from app.cli.common import JsonOption, emit, run
from app.cli.item import read_text
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import case_service, case_watch
from hub.opinion.cases.models import (
    Case,
    CaseKind,
    CaseLevel,
    CaseState,
    Deadline,
    DeadlineKind,
    NewCase,
)
from hub.opinion.cases.service import CaseService

app = typer.Typer(no_args_is_help=True, help="舆情件 / cases of public opinion")
add_to(app)
case_facts.add_to(app)

CaseId = Annotated[str, typer.Argument(help="舆情件编号 / case id")]
Reason = Annotated[str, typer.Option(help="理由 / reason")]


@app.command("open")
def open_case(
    title: Annotated[str, typer.Argument(help="标题 / title")],
    kind: Annotated[CaseKind, typer.Option(help="类别，决定时限 / kind")] = CaseKind.OPINION,
    level: Annotated[CaseLevel, typer.Option(help="级别 / level")] = CaseLevel.ORDINARY,
    issue: Annotated[str, typer.Option(help="来自事项 / issue")] = "",
    signal: Annotated[str, typer.Option(help="来自一条信息 / signal")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """立件，时限随即起算 / open a case; its clocks start"""
    new = NewCase(title=title, kind=kind, level=level, issue_id=issue, signal_id=signal)
    _do(lambda s: s.open(new, actor=acting(actor)), as_json)


@app.command("level")
def set_level(
    case: CaseId,
    level: Annotated[CaseLevel, typer.Argument(help="级别 / level")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """定级 / set the level"""
    _do(lambda s: s.set_level(case, level, actor=acting(actor)), as_json)


@app.command("route")
def route(
    case: CaseId,
    body: Annotated[str, typer.Option("--body", help="单位代码，不填按研判 / body")] = "",
    reason: Reason = "",
    joint: Annotated[
        list[str] | None, typer.Option("--joint", help="会办单位代码，可多次 / takes part")
    ] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """转办责任单位，写明理由 / hand it to the responsible body, with the reason"""

    async def work(hub: Hub) -> dict[str, Any]:
        owner = (await hub.organisations.body(body)).id if body else ""
        others = [(await hub.organisations.body(one)).id for one in joint or ()]
        service = case_service(hub)
        await service.route(case, actor=acting(actor), body_id=owner, reason=reason, joint=others)
        return await _told(service, case)

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("return")
def send_back(case: CaseId, reason: Reason, actor: Actor = "", as_json: JsonOption = False) -> None:
    """退回：非本单位职责 / not this body's matter"""
    _do(lambda s: s.send_back(case, reason, actor=acting(actor)), as_json)


@app.command("accept")
def accept(case: CaseId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """受理 / accept"""
    _do(lambda s: s.accept(case, actor=acting(actor)), as_json)


@app.command("note")
def note(
    case: CaseId,
    assessment: Annotated[str, typer.Option(help="研判意见 / assessment")] = "",
    disposal: Annotated[str, typer.Option(help="处置情况 / what was done")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """记录研判与处置 / note assessment and disposal"""
    _do(
        lambda s: s.note(case, actor=acting(actor), assessment=assessment, disposal=disposal),
        as_json,
    )


@app.command("assign")
def assign(
    case: CaseId,
    person: Annotated[str, typer.Argument(help="承办人账号，不填为不指定 / login")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """指定承办人 / name who handles it"""
    _do(lambda s: s.assign(case, person, actor=acting(actor)), as_json)


@app.command("announce")
def announce(
    case: CaseId,
    kind: Annotated[DeadlineKind, typer.Argument(help="authoritative 或 conference")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """已发布权威信息，或已举行发布会 / information is out, or the conference was held"""
    _do(lambda s: s.announce(case, kind, actor=acting(actor)), as_json)


@app.command("draft")
def draft(
    case: CaseId,
    title: Annotated[str, typer.Option(help="回应标题 / title of the answer")],
    text: Annotated[Path, typer.Option(help="回应正文文件 / file with the answer")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """拟写回应为一条信息，照常三审、发布 / the answer as an item, reviewed as any other"""
    _do(lambda s: s.draft(case, title, read_text(text), actor=acting(actor)), as_json)


@app.command("respond")
def respond(case: CaseId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """回应已公开，时限以公开时刻为准 / the answer is public"""
    _do(lambda s: s.respond(case, actor=acting(actor)), as_json)


@app.command("rate")
def rate(
    case: CaseId,
    stars: Annotated[int, typer.Argument(help="满意度 1 至 5 / satisfaction")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """记来信人满意度，每次回应一次 / what the citizen says of the answer"""
    _do(lambda s: s.satisfied(case, stars, actor=acting(actor)), as_json)


@app.command("close")
def close(
    case: CaseId,
    review: Annotated[str, typer.Option(help="复盘 / review of how it was handled")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """办结 / close"""
    _do(lambda s: s.close(case, review, actor=acting(actor)), as_json)


@app.command("reopen")
def reopen(case: CaseId, reason: Reason, actor: Actor = "", as_json: JsonOption = False) -> None:
    """重办：退回原单位，重新计时 / not solved: back to the body, with new clocks"""
    _do(lambda s: s.reopen(case, reason, actor=acting(actor)), as_json)


@app.command("show")
def show(case: CaseId, as_json: JsonOption = False) -> None:
    """一件及其时限 / one case with its clocks"""

    async def work(hub: Hub) -> dict[str, Any]:
        return await _told(case_service(hub), case)

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("list")
def list_cases(
    state: Annotated[CaseState | None, typer.Option(help="状态 / state")] = None,
    body: Annotated[str, typer.Option("--body", help="单位代码 / body")] = "",
    handler: Annotated[str, typer.Option(help="承办人账号 / login of who handles it")] = "",
    before: Annotated[str, typer.Option(help="更早于该编号 / older than this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """列出舆情件，新的在前 / list cases, newest first"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        owner = (await hub.organisations.body(body)).id if body else ""
        found = await case_service(hub).cases(
            state=state, body_id=owner, before=before, limit=limit, assignee=handler
        )
        return [asdict(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _show_all)


@app.command("watch")
def watch(as_json: JsonOption = False) -> None:
    """查看时限：将届提醒，逾期上报，各报一次 / warn of deadlines, escalate what passed"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_clock(one) for one in await case_watch(hub).watch()]

    emit(run(work, as_json=as_json), as_json, _show_clocks)


def _do(step: Callable[[CaseService], Awaitable[Case]], as_json: bool) -> None:
    async def work(hub: Hub) -> dict[str, Any]:
        service = case_service(hub)
        return await _told(service, (await step(service)).id)

    emit(run(work, as_json=as_json), as_json, _show_one)


async def _told(service: CaseService, case_id: str) -> dict[str, Any]:
    case, clocks = await service.case(case_id)
    return asdict(case) | {"deadlines": [_clock(one) for one in clocks]}


def _clock(one: Deadline) -> dict[str, Any]:
    return asdict(one) | {"late": one.late}


def _show_one(case: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in case.items():
        if name != "deadlines":
            table.add_row(name, Text(str(value)))
    for one in case["deadlines"]:
        due = one["due_at"].strftime("%Y-%m-%d %H:%M UTC") if one["due_at"] else "待定 / unknown"
        done = "逾期 / late" if one["late"] else "已完成 / met" if one["met_at"] else due
        table.add_row(one["explained"]["zh"], done)
    return table


def _show_all(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "标题 / title", "级别 / level", "状态 / state", "承办人 / handler")
    for one in found:
        state, who = str(one["state"]), one["assignee"]
        table.add_row(one["id"], Text(one["title"]), str(one["level"]), state, who)
    return table


def _show_clocks(found: list[dict[str, Any]]) -> Table:
    table = Table("舆情件 / case", "时限 / clock", "届满 / due", "已告知 / told")
    for one in found:
        due = one["due_at"].strftime("%Y-%m-%d %H:%M UTC")
        table.add_row(one["case_id"], one["explained"]["zh"], due, str(one["told"]))
    return table
