"""gongkai desk: conversations that people go on with, from picking one up to closing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.desk_canned import canned
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.courier import open_courier
from app.desk import desk_of, desk_service
from hub.conversation.desk.answering import NewReply
from hub.conversation.desk.models import (
    DeskFilter,
    DeskState,
    DeskTalk,
    DeskView,
    OfficeHours,
    Reply,
    ReplyKind,
    Scores,
)
from hub.conversation.desk.service import DeskService
from hub.kernel.clock import CHINA

app = typer.Typer(no_args_is_help=True, help="人工坐席 / conversations with people")
app.add_typer(canned, name="canned")

TalkId = Annotated[str, typer.Argument(help="对话编号 / conversation id")]
BodyCode = Annotated[str, typer.Argument(help="单位代码 / body")]
_OPEN = [DeskState.WAITING, DeskState.ASSIGNED, DeskState.ANSWERED]


@app.command("list")
def list_talks(
    body: Annotated[str, typer.Option("--body", help="单位代码 / body")] = "",
    state: Annotated[
        list[DeskState] | None, typer.Option(help="状态，默认未结束的 / state, the open ones")
    ] = None,
    officer: Annotated[str, typer.Option(help="在谁手上 / whose")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """对话，等候最久的在前 / conversations, who waits longest first"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        bodies = frozenset({(await hub.organisations.body(body)).id}) if body else None
        wanted = DeskFilter(
            bodies=bodies, states=frozenset(state or _OPEN), officer=officer, limit=limit
        )
        return [asdict(talk) for talk in await desk_service(hub).talks(wanted)]

    emit(run(work, as_json=as_json), as_json, _show_all)


@app.command("show")
def show(talk: TalkId, as_json: JsonOption = False) -> None:
    """一次对话的来往 / what was said on both sides"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _told(await desk_service(hub).view(talk))

    emit(run(work, as_json=as_json), as_json, _show_one)


@app.command("take")
def take(talk: TalkId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """接手 / pick it up"""
    _do(lambda desk: desk.take(talk, actor=acting(actor)), as_json)


@app.command("assign")
def assign(
    talk: TalkId,
    officer: Annotated[str, typer.Argument(help="交给谁 / whom: a login")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """交给本单位一名工作人员 / give it to an officer of the body"""
    _do(lambda desk: desk.assign(talk, officer, actor=acting(actor)), as_json)


@app.command("release")
def release(talk: TalkId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """放回待接 / give it back to whoever picks it up"""
    _do(lambda desk: desk.release(talk, actor=acting(actor)), as_json)


@app.command("answer")
def answer(
    talk: TalkId,
    text: Annotated[str, typer.Argument(help="答复内容 / the answer")] = "",
    canned: Annotated[str, typer.Option("--canned", help="常用答复的键 / canned answer")] = "",
    key: Annotated[str, typer.Option("--key", help="同一键只发一次 / sent once per key")] = "",
    reason: Annotated[
        str, typer.Option(help="确属公开信息的理由 / why what looks personal is public")
    ] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """答复公众，只发一次 / answer the citizen, sent once"""
    new = NewReply(text=text, canned=canned, key=key, reason=reason)

    async def work(hub: Hub) -> dict[str, Any]:
        async with open_courier(hub) as courier:
            desk = desk_of(hub, courier)
            return _reply(await desk.answering.answer(talk, new, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _show_reply)


@app.command("close")
def close(
    talk: TalkId,
    ask: Annotated[bool, typer.Option(help="询问满意度，一次 / ask once how satisfied")] = True,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """结束对话 / close it"""

    async def work(hub: Hub) -> dict[str, Any]:
        async with open_courier(hub) as courier:
            desk = desk_of(hub, courier)
            return asdict(await desk.answering.close(talk, actor=acting(actor), ask=ask))

    emit(run(work, as_json=as_json), as_json, _show_talk)


@app.command("hours")
def hours(
    body: BodyCode,
    text: Annotated[
        str, typer.Argument(help="如 工作日 09:00-12:00,13:00-17:00；不填则查看 / empty: show")
    ] = "",
    limit: Annotated[
        int, typer.Option(help="几分钟工作时间内答复 / minutes of working time")
    ] = 120,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """单位坐席的工作时间与时限 / when the desk of a body answers, and its limit"""

    async def work(hub: Hub) -> dict[str, Any]:
        service, owner = desk_service(hub), await hub.organisations.body(body)
        if text:
            given = OfficeHours(body_id=owner.id, hours=text, limit_minutes=limit)
            await service.set_hours(given, actor=acting(actor))
        return asdict(await service.hours(owner.id))

    emit(run(work, as_json=as_json), as_json, _show_talk)


@app.command("figures")
def figures(
    body: BodyCode,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="最近几天 / last days")] = 30,
    as_json: JsonOption = False,
) -> None:
    """等候、答复用时、按时率、满意度 / waiting, answering, in time, satisfaction"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        owner, now = await hub.organisations.body(body), hub.clock.now()
        whole, each = await desk_service(hub).figures(owner.id, now - timedelta(days=days), now)
        return [_scores("", whole), *(_scores(login, own) for login, own in each.items())]

    emit(run(work, as_json=as_json), as_json, _show_figures)


@app.command("watch")
def watch(as_json: JsonOption = False) -> None:
    """催办、上报、结束无回音的对话，运行中每分钟自动进行 / remind, escalate, close what is over"""

    async def work(hub: Hub) -> dict[str, Any]:
        async with open_courier(hub) as courier:
            return {"done": await desk_of(hub, courier).watch.look()}

    emit(run(work, as_json=as_json), as_json, _show_talk)


def _do(step: Callable[[DeskService], Awaitable[DeskTalk]], as_json: bool) -> None:
    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await step(desk_service(hub)))

    emit(run(work, as_json=as_json), as_json, _show_talk)


def _told(view: DeskView) -> dict[str, Any]:
    """Both sides in one list, oldest first."""
    said: list[dict[str, Any]] = [
        {
            "at": one.inbound.received_at,
            "by": "citizen",
            "text": one.inbound.text or f"[{one.inbound.kind}]",
            "state": one.state,
        }
        for one in view.messages
    ]
    said += [
        {
            "at": one.inbound.received_at,
            "by": "bot",
            "text": "\n".join(one.answer.paragraphs),
            "state": one.state,
        }
        for one in view.messages
        if one.answer is not None and one.answer.paragraphs
    ]
    said += [_reply(one) | {"at": one.written_at, "by": one.officer} for one in view.replies]
    return asdict(view.talk) | {"said": sorted(said, key=lambda one: one["at"])}


def _reply(reply: Reply) -> dict[str, Any]:
    asked = reply.kind is ReplyKind.QUESTION
    return {
        "id": reply.id,
        "kind": reply.kind,
        "text": "（询问满意度 / asked how satisfied）" if asked else reply.text,
        "cites": [cite.title for cite in reply.cites],
        "canned": reply.canned,
        "state": reply.state,
        "reason": reply.reason,
    }


def _scores(officer: str, scores: Scores) -> dict[str, Any]:
    return {"officer": officer, "satisfaction": scores.satisfaction} | asdict(scores)


def _show_talk(talk: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name, value in talk.items():
        if name != "said" and value not in (None, "", 0):
            table.add_row(name, Text(str(value)))
    return table


def _show_one(talk: dict[str, Any]) -> Group:
    said = Table("时间 / at", "谁 / who", "内容 / what", "状态 / state")
    for one in talk["said"]:
        at = f"{one['at'].astimezone(CHINA):%m-%d %H:%M}"
        said.add_row(at, Text(one["by"]), Text(one["text"]), str(one["state"]))
    return Group(_show_talk(talk), said)


def _show_all(talks: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "渠道 / channel", "状态 / state", "谁 / officer", "等候起 / since")
    for one in talks:
        since = one["waits_since"]
        waits = f"{since.astimezone(CHINA):%m-%d %H:%M}" if since else ""
        table.add_row(one["id"], one["channel"], str(one["state"]), Text(one["officer"]), waits)
    return table


def _show_reply(reply: dict[str, Any]) -> Text:
    return Text(f"{reply['state']} {reply['id']} {reply['reason']}".strip())


def _show_figures(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        "谁 / who", "对话 / all", "已答 / answered", "等候分钟 / wait", "答复分钟 / answer"
    )
    table.add_column("按时 / in time")
    table.add_column("满意度 / satisfaction")
    for one in rows:
        table.add_row(
            Text(one["officer"] or "全单位 / all"),
            str(one["conversations"]),
            str(one["answered"]),
            _number(one["waiting_minutes"]),
            _number(one["answer_minutes"]),
            "" if one["within"] is None else f"{one['within']:.0%}",
            _number(one["satisfaction"]),
        )
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
