"""gongkai item variants, write, unwrite: a channel's or an account's own words for an item."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item, read_text
from app.cli.item import app as items
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.models import Item
from hub.catalogue.variants.models import Variant
from hub.kernel.errors import InvalidInput, Words
from publishers.registry import find_channel

ChannelName = Annotated[str, typer.Option("--channel", help="渠道 / channel")]
AccountId = Annotated[str, typer.Option("--account", help="只为此账号 / for this account alone")]
BaseVersion = Annotated[
    int | None, typer.Option(help="以此版为基础，他人已改则拒绝 / refuse if newer")
]


@items.command("variants")
def variants(item: ItemName, body: KeyBody = "", as_json: JsonOption = False) -> None:
    """各渠道、各账号自己的文稿 / the words that single channels and accounts are given"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return _told(await find_item(hub, item, body))

    emit(run(work, as_json=as_json), as_json, _shown)


@items.command("write")
def write(
    item: ItemName,
    channel: ChannelName,
    body: KeyBody = "",
    account: AccountId = "",
    title: Annotated[str, typer.Option(help="标题 / title")] = "",
    summary: Annotated[str, typer.Option(help="摘要 / summary")] = "",
    text: Annotated[Path | None, typer.Option("--text", help="正文文件 / file")] = None,
    cover: Annotated[str, typer.Option(help="封面：信息图片的 SHA-256 / cover")] = "",
    base_version: BaseVersion = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """给渠道或账号单独写文稿，没写的用信息自己的；成为新版，重新签审 / words of its own"""
    one = Variant(
        channel=channel,
        account_id=account,
        title=title,
        summary=summary,
        body=read_text(text) if text else "",
        cover=cover,
    )
    if one.empty:
        raise InvalidInput(
            Words("没有写任何文稿", "nothing was written"),
            field="text",
            remedy=Words("给出标题、摘要、正文或封面", "give a title, summary, text or cover"),
        )
    _change(item, body, one, base_version, actor, as_json=as_json)


@items.command("unwrite")
def unwrite(
    item: ItemName,
    channel: ChannelName,
    body: KeyBody = "",
    account: AccountId = "",
    base_version: BaseVersion = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """去掉渠道或账号单独的文稿 / take its own words away"""
    one = Variant(channel=channel, account_id=account)
    _change(item, body, one, base_version, actor, as_json=as_json)


def _change(
    name: str, body: str, one: Variant, base: int | None, actor: str, *, as_json: bool
) -> None:
    async def work(hub: Hub) -> list[dict[str, Any]]:
        find_channel(one.channel)
        found = await find_item(hub, name, body)
        changed = await hub.catalogue.write_variant(
            found.id, one, actor=acting(actor), base_version=base or found.version
        )
        return _told(changed)

    emit(run(work, as_json=as_json), as_json, _shown)


def _told(item: Item) -> list[dict[str, Any]]:
    return [asdict(one) | {"version": item.version} for one in item.variants]


def _shown(rows: list[dict[str, Any]]) -> Table:
    table = Table("渠道 / channel", "账号 / account", "标题 / title", "正文 / text")
    for row in rows:
        text = row["summary"] or row["body"]
        table.add_row(row["channel"], row["account_id"], Text(row["title"]), Text(text[:60]))
    return table
