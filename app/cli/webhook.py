"""gongkai webhook: programs are told what happened, signed, again until it is taken."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.webhooks import webhooks_of
from hub.organisations.webhooks.models import TELLING, NewWebhook, Webhook

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="推送 / webhooks")

WebhookId = Annotated[str, typer.Argument(metavar="ID", help="推送编号 / the webhook's id")]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="https 地址 / where it is told")],
    label: Annotated[str, typer.Option(help="用途 / what it is for")],
    kind: Annotated[
        list[str] | None, typer.Option(help="事件，可多次，默认全部 / event, default: all")
    ] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """新建推送，密钥只显示这一次 / make a webhook; its secret is shown this once"""

    async def work(hub: Hub) -> dict[str, Any]:
        new = NewWebhook(label=label, url=url, kinds=tuple(kind or TELLING))
        made, secret = await webhooks_of(hub).make(new, actor=acting(actor))
        return _told(made) | {"secret": secret}

    emit(run(work, as_json=as_json), as_json, _show_made)


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """列出推送 / list them"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_told(one) for one in await webhooks_of(hub).all()]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("ping")
def ping(webhook: WebhookId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """试推一次 / try it"""

    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await webhooks_of(hub).ping(webhook, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, lambda d: Text(d["id"]))


@app.command("rotate")
def rotate(webhook: WebhookId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """更换密钥，旧密钥一天内仍签名 / a new secret; the old one signs for a day"""

    async def work(hub: Hub) -> dict[str, Any]:
        changed, secret = await webhooks_of(hub).rotate(webhook, actor=acting(actor))
        return _told(changed) | {"secret": secret}

    emit(run(work, as_json=as_json), as_json, _show_made)


@app.command("switch")
def switch(
    webhook: WebhookId,
    on: Annotated[bool, typer.Option("--on/--off", help="启用或停用 / on or off")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """启用或停用 / switch it on or off"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_told(await webhooks_of(hub).switch(webhook, on=on, actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("attempts")
def attempts(webhook: WebhookId, as_json: JsonOption = False) -> None:
    """最近的投递尝试 / its newest attempts"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await webhooks_of(hub).attempts(webhook)]

    emit(run(work, as_json=as_json), as_json, _show_attempts)


@app.command("messages")
def messages(
    webhook: WebhookId,
    before: Annotated[str, typer.Option(help="早于此消息 / older than this message")] = "",
    as_json: JsonOption = False,
) -> None:
    """推送了什么、结果如何 / what it was told, and what came of it"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await webhooks_of(hub).messages(webhook, before=before)
        return [asdict(one) | {"last": last and asdict(last)} for one, last in found]

    emit(run(work, as_json=as_json), as_json, _show_messages)


@app.command("resend")
def resend(
    webhook: WebhookId,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="消息编号 / its id")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """重发一条消息 / send a message again"""

    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await webhooks_of(hub).resend(webhook, message, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, lambda d: Text(f"{d['id']} {d['state']}"))


@app.command("delete")
def delete(webhook: WebhookId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """删除推送和它的消息 / delete it with its messages"""

    async def work(hub: Hub) -> dict[str, str]:
        await webhooks_of(hub).delete(webhook, actor=acting(actor))
        return {"deleted": webhook}

    emit(run(work, as_json=as_json), as_json, lambda d: Text(d["deleted"]))


def _told(webhook: Webhook) -> dict[str, Any]:
    """Without its secrets, sealed as they are."""
    sealed = ("sealed", "old_sealed")
    return {name: value for name, value in asdict(webhook).items() if name not in sealed}


def _show_made(data: dict[str, Any]) -> RenderableType:
    warning = "请立即妥善保存，此后不再显示 / keep it now, it is never shown again"
    return Group(Text(data["secret"], style="bold"), Text(warning), _show([data]))


def _show(rows: list[dict[str, Any]]) -> Table:
    table = Table(Column("编号 / id", no_wrap=True), "用途 / for", "地址 / url", "状态 / state")
    for row in rows:
        state = "启用 / on" if row["active"] else f"停用 / off {row['why_off']}"
        table.add_row(row["id"], Text(row["label"]), Text(row["url"]), state)
    return table


def _show_messages(rows: list[dict[str, Any]]) -> Table:
    table = Table("消息 / message", "事件 / kind", "状态 / state", "次数 / tries", "结果 / result")
    for row in rows:
        last = row["last"] or {"status": 0, "error": ""}
        result = str(last["status"] or last["error"])
        table.add_row(row["id"], row["kind"], str(row["state"]), str(row["attempts"]), result)
    return table


def _show_attempts(rows: list[dict[str, Any]]) -> Table:
    table = Table("消息 / message", "事件 / kind", "#", "时间 / at", "结果 / result")
    for row in rows:
        result = str(row["status"] or row["error"])
        table.add_row(row["message_id"], row["kind"], str(row["no"]), str(row["at"]), result)
    return table
