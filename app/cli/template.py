"""gongkai template: the templates of posts, and what they make of an item for every channel."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.compose import Hub
from app.composer import previews_of
from hub.publishing.previewing.models import Preview
from publishers.registry import channels, find_channel

app = typer.Typer(no_args_is_help=True, help="发布模板 / templates of posts")

Channel = Annotated[str, typer.Option(help="渠道，默认全部 / channel, default: all")]


@app.command("preview")
def preview(
    item: ItemName, body: KeyBody = "", channel: Channel = "", as_json: JsonOption = False
) -> None:
    """各渠道将发出的样子与限额 / what each channel would be given, beside its limits"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        names = [find_channel(channel).name] if channel else sorted(channels())
        found, previews = await find_item(hub, item, body), previews_of(hub)
        return [_told(one) for one in await previews.gallery(found, names)]

    emit(run(work, as_json=as_json), as_json, _shown)


def _told(one: Preview) -> dict[str, Any]:
    gauges = [
        {"field": g.field, "part": g.part, "length": g.length, "limit": g.limit, "unit": g.unit.zh}
        for g in one.gauges
    ]
    return {
        "channel": one.seat.channel,
        "accounts": one.seat.count,
        "hash": one.payload_hash,
        "parts": [{"title": part.title, "text": part.text} for part in one.parts],
        "gauges": gauges,
        "problem": one.problem,
    }


def _shown(rows: list[dict[str, Any]]) -> Table:
    table = Table("渠道 / channel", "账号 / accounts", "限额 / limits", "结果 / result")
    for row in rows:
        used = "\n".join(f"{g['field']} {g['length']}/{g['limit']}" for g in row["gauges"])
        result = row["problem"].words.zh if row["problem"] else row["hash"][:16]
        table.add_row(row["channel"], str(row["accounts"]), used, Text(result))
    return table
