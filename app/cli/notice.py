"""gongkai notice: what single people are told unasked, what became of it, and sending it again."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Column, Table

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.noticing import notices_of
from hub.conversation.notices.models import Notice, NoticeMessage, NoticeState

app = typer.Typer(no_args_is_help=True, help="给个人的通知 / notices to single people")

NoticeId = Annotated[str, typer.Argument(help="通知编号 / notice id")]


@app.command("list")
def list_notices(
    state: Annotated[list[NoticeState] | None, typer.Option(help="状态 / state")] = None,
    item: Annotated[str, typer.Option("--item", help="信息编号 / item id")] = "",
    account: Annotated[str, typer.Option("--account", help="账号编号 / account id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """最新通知及其结果 / the newest notices and what became of them"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        notices = await notices_of(hub)
        found = await notices.find(
            states=tuple(state or ()), item_id=item, account_id=account, limit=limit
        )
        return [_plain(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _table)


@app.command("tally")
def tally(as_json: JsonOption = False) -> None:
    """各状态的通知数 / how many notices are in each state"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await (await notices_of(hub)).tally()
        return [{"state": state, "notices": count} for state, count in sorted(found.items())]

    emit(run(work, as_json=as_json), as_json, _tally_table)


@app.command("show")
def show(notice: NoticeId, as_json: JsonOption = False) -> None:
    """一条通知和载它的消息 / a notice and the message that it went in"""

    async def work(hub: Hub) -> dict[str, Any]:
        found, message = await (await notices_of(hub)).show(notice)
        return _plain(found) | {"message": None if message is None else _plain_message(message)}

    emit(run(work, as_json=as_json), as_json, _details)


@app.command("retry")
def retry(notice: NoticeId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """核实未收到后重发 / send it again, after making sure that it did not arrive"""

    async def work(hub: Hub) -> dict[str, Any]:
        return _plain(await (await notices_of(hub)).retry(notice, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _details)


def _plain(one: Notice) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "channel": one.reader.channel,
        "account": one.reader.account,
        "sender": one.reader.sender,
        "item": one.item_id,
        "version": one.version,
        "pace": one.pace,
        "correction": one.correction,
        "state": one.state,
        "reason": one.reason,
        "tries": one.tries,
        "made_at": one.made_at,
        "due_at": one.due_at,
        "expires_at": one.expires_at,
        "settled_at": one.settled_at,
        "message_id": one.message_id,
    }


def _plain_message(message: NoticeMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "carrier": message.carrier,
        "state": message.state,
        "reason": message.reason,
        "begun_at": message.begun_at,
        "ended_at": message.ended_at,
        "said": list(message.answer.paragraphs),
        "cites": [cite.url for cite in message.answer.cites],
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(Column("编号 / id", no_wrap=True), "渠道 / channel", "化名 / sender")
    for heading in ("信息 / item", "应发 / due", "状态 / state"):
        table.add_column(heading)
    for one in rows:
        state = " ".join(filter(None, (one["state"], one["reason"])))
        what = f"{one['item']} v{one['version']}"
        due = f"{one['due_at']:%m-%d %H:%M}"
        table.add_row(one["id"], one["channel"], one["sender"], what, due, state)
    return table


def _tally_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("状态 / state", "数量 / notices")
    for row in rows:
        table.add_row(row["state"], str(row["notices"]))
    return table


def _details(one: dict[str, Any]) -> str:
    message = one.pop("message", None) or {}
    lines = [f"{name}: {value}" for name, value in one.items()]
    return "\n".join([*lines, *(f"message.{name}: {value}" for name, value in message.items())])
