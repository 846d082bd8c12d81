"""gongkai brief: the daily and the weekly brief of public opinion, made, sent, subscribed to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.briefs import brief_sending, brief_service
from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.kernel.errors import InvalidInput, Words
from hub.opinion.briefs.models import BriefKind, StoredBrief
from hub.opinion.briefs.service import Briefs

app = typer.Typer(no_args_is_help=True, help="舆情日报、周报 / briefs of public opinion")

BriefId = Annotated[str, typer.Argument(help="简报编号 / brief id")]
Kind = Annotated[BriefKind, typer.Argument(help="daily 或 weekly")]
Kinds = Annotated[list[BriefKind], typer.Option("--kind", help="daily、weekly，可多次 / which")]


@app.command("make")
def make(
    kind: Kind,
    day: Annotated[str, typer.Option(help="哪一天或其所在周，不填为上一期 / of which day")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """编制一期：网页、Word、Excel、PDF；已编制的原样返回 / make a brief, once"""

    async def work(hub: Hub) -> dict[str, Any]:
        briefs = brief_service(hub)
        chosen = _day(day) if day else None
        return _told(briefs, await briefs.make(kind, actor=acting(actor), day=chosen))

    emit(run(work, as_json=as_json), as_json, _shown_one)


@app.command("list")
def list_briefs(
    kind: Annotated[BriefKind | None, typer.Option(help="daily 或 weekly")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 30,
    as_json: JsonOption = False,
) -> None:
    """列出简报，新的在前 / list briefs, newest first"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        briefs = brief_service(hub)
        return [_told(briefs, one) for one in await briefs.briefs(kind, limit)]

    emit(run(work, as_json=as_json), as_json, _shown)


@app.command("send")
def send(
    brief: BriefId,
    to: Annotated[list[str] | None, typer.Option("--to", help="收件地址，不填为订阅者")] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """发给订阅者或指定地址，各发一次 / send it, to each once"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        sending = brief_sending(hub)
        await sending.address(brief, actor=acting(actor), to=to or ())
        await sending.deliver()
        return [asdict(one) for one in await sending.sends(brief)]

    emit(run(work, as_json=as_json), as_json, _shown_sends)


@app.command("subscribe")
def subscribe(
    address: Annotated[str, typer.Argument(help="邮件地址 / e-mail address")],
    kinds: Kinds,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """订阅 / get briefs by e-mail"""

    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await brief_sending(hub).subscribe(address, kinds, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, lambda _: Text("已订阅 / subscribed"))


@app.command("unsubscribe")
def unsubscribe(
    address: Annotated[str, typer.Argument(help="邮件地址 / e-mail address")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """退订 / get them no more"""

    async def work(hub: Hub) -> dict[str, bool]:
        gone = await brief_sending(hub).unsubscribe(address, actor=acting(actor))
        return {"unsubscribed": gone}

    emit(run(work, as_json=as_json), as_json, lambda done: Text(str(done["unsubscribed"])))


@app.command("subscribers")
def subscribers(as_json: JsonOption = False) -> None:
    """订阅者 / who gets briefs"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await brief_sending(hub).subscribers()]

    emit(run(work, as_json=as_json), as_json, _shown_subscribers)


def _told(briefs: Briefs, one: StoredBrief) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if name != "model"}
    return told | {"paths": [str(briefs.path_of(one, name)) for name in sorted(one.files)]}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field="day",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _shown_one(one: dict[str, Any]) -> Table:
    table = Table(show_header=False)
    for name in ("id", "kind", "number", "first", "last"):
        table.add_row(name, str(one[name]))
    for path in one["paths"]:
        table.add_row("", Text(path))
    return table


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "简报 / brief", "期号 / number", "起 / first", "止 / last")
    for one in found:
        row = (one["id"], one["kind"], one["number"], one["first"], one["last"])
        table.add_row(*map(str, row))
    return table


def _shown_sends(found: list[dict[str, Any]]) -> Table:
    table = Table("收件人 / to", "状态 / state", "次数 / tries", "错误 / error")
    for one in found:
        table.add_row(one["address"], str(one["state"]), str(one["tries"]), Text(one["error"]))
    return table


def _shown_subscribers(found: list[dict[str, Any]]) -> Table:
    table = Table("地址 / address", "简报 / kinds")
    for one in found:
        table.add_row(one["address"], "、".join(one["kinds"]))
    return table
