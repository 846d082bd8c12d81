"""gongkai conversation: what citizens wrote, what became of it, and erasing it on request."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.conversing import records_of, sender_of
from hub.conversation.models import Message, MessageState

app = typer.Typer(no_args_is_help=True, help="公众来信与答复 / what citizens ask")

Account = Annotated[str, typer.Option("--account", help="账号编号 / account id")]
Sender = Annotated[str, typer.Option("--sender", help="化名，见 list / pseudonym, as in list")]
Address = Annotated[
    str, typer.Option("--address", help="平台上的编号，如 OpenID / the platform's id of the person")
]


@app.command("list")
def list_messages(
    account: Account = "",
    state: Annotated[list[MessageState] | None, typer.Option(help="状态 / state")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """最新来信 / the newest messages"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await records_of(hub).messages(
            account_id=account, states=tuple(state or ()), limit=limit
        )
        return [_plain(message) for message in found]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("tally")
def tally(as_json: JsonOption = False) -> None:
    """各状态的来信数 / how many messages are in each state"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await records_of(hub).tally()
        return [{"state": state, "messages": count} for state, count in sorted(found.items())]

    emit(run(work, as_json=as_json), as_json, _show_tally)


@app.command("erase")
def erase(
    account: Annotated[str, typer.Option("--account", help="账号编号 / account id")],
    sender: Sender = "",
    address: Address = "",
    opt_out: Annotated[
        bool, typer.Option("--opt-out", help="今后也不保存 / do not keep their words either")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """应本人要求删除其全部来信与答复 / delete all of a person's messages and answers on request"""

    async def work(hub: Hub) -> dict[str, Any]:
        who, records = await sender_of(hub, account, sender, address), records_of(hub)
        if opt_out:
            await records.keep(account, who, actor=acting(actor), wanted=False)
        return {
            "sender": who,
            "messages": await records.erase(account, who, actor=acting(actor)),
            "opted_out": opt_out,
        }

    emit(run(work, as_json=as_json), as_json, _show_erased)


def _plain(message: Message) -> dict[str, Any]:
    inbound = message.inbound
    return {
        "id": inbound.id,
        "at": inbound.received_at,
        "channel": inbound.channel,
        "account": inbound.account,
        "sender": inbound.sender,
        "kind": inbound.kind,
        "event": inbound.event,
        "event_key": inbound.event_key,
        "text": inbound.text,
        "state": message.state,
        "reason": message.reason,
        "answer": list(message.answer.paragraphs) if message.answer else None,
        "answered_at": message.answered_at,
    }


def _show(messages: list[dict[str, Any]]) -> Table:
    table = Table(Column("化名 / sender", no_wrap=True), "时间 / at", "渠道 / channel")
    table.add_column("内容 / what")
    table.add_column("状态 / state")
    for one in messages:
        what = one["text"] or " ".join(filter(None, (one["event"], one["event_key"], one["kind"])))
        state = " ".join(filter(None, (one["state"], one["reason"])))
        at = f"{one['at']:%m-%d %H:%M:%S}"
        table.add_row(one["sender"], at, one["channel"], Text(what), state)
    return table


def _show_tally(rows: list[dict[str, Any]]) -> Table:
    table = Table("状态 / state", "数量 / messages")
    for row in rows:
        table.add_row(row["state"], str(row["messages"]))
    return table


def _show_erased(done: dict[str, Any]) -> str:
    return f"已删除 {done['messages']} 条 / {done['messages']} messages erased"
