"""gongkai subscription: what people subscribed to, and how many a release would reach."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from app.cli.common import JsonOption, emit, run
from app.compose import Hub
from hub.conversation.subscriptions.service import Subscriptions

app = typer.Typer(no_args_is_help=True, help="公众订阅 / what citizens subscribed to")


@app.command("reach")
def reach(
    item: Annotated[str, typer.Argument(help="信息编号 / item id")],
    as_json: JsonOption = False,
) -> None:
    """公开这条信息会通知多少人 / how many people the release of an item would reach"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await hub.catalogue.get(item)
        reached = await _of(hub).reached(found)
        return [
            {"channel": channel, "pace": pace, "people": people}
            for channel, pace, people in sorted(reached)
        ]

    emit(run(work, as_json=as_json), as_json, _reach_table)


@app.command("tally")
def tally(as_json: JsonOption = False) -> None:
    """各渠道、各类订阅的数目 / subscriptions by channel, topic and pace"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [
            {"channel": channel, "topic": topic, "pace": pace, "subscriptions": count}
            for channel, topic, pace, count in await _of(hub).tally()
        ]

    emit(run(work, as_json=as_json), as_json, _tally_table)


def _of(hub: Hub) -> Subscriptions:
    return Subscriptions(hub.database, hub.clock, hub.ids)


def _reach_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("渠道 / channel", "频次 / pace", "人数 / people")
    for row in rows:
        table.add_row(row["channel"], row["pace"], str(row["people"]))
    table.add_row("合计 / all", "", str(sum(row["people"] for row in rows)))
    return table


def _tally_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("渠道 / channel", "种类 / topic", "频次 / pace", "数目 / count")
    for row in rows:
        table.add_row(row["channel"], row["topic"], row["pace"], str(row["subscriptions"]))
    return table
