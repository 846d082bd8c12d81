"""gongkai supervision: how every body stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.compose import Hub
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.sight import Sight
from hub.supervision.models import Board, Indicator, Measured, Period, Unit
from hub.supervision.rules import INDICATORS
from hub.supervision.service import Supervision

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="监管指标 / supervision")
_MONTH = 30


@app.callback()
def supervision() -> None:
    """监管指标 / supervision"""


@app.command("board")
def board(
    since: Annotated[str, typer.Option(help="起始日期，默认三十天前 / from, YYYY-MM-DD")] = "",
    until: Annotated[str, typer.Option(help="截止日期，含当日 / to, with that day")] = "",
    body: Annotated[str, typer.Option(help="单位代码，看其下级 / look into a body")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="列出全部指标 / every indicator of every body")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """各单位的超标项：数值与限值 / every body, and what is outside its limit"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        days = hub.settings.liveness_days
        top = (await hub.organisations.body(body)).id if body else ""
        everything = Sight(frozenset(), whole=True)
        found = await Supervision(hub.database, hub.clock, days).board(
            _period(hub, since, until), everything, top
        )
        return _told(found)

    emit(run(work, as_json=as_json), as_json, lambda rows: _shown(rows, everything))


def _period(hub: Hub, since: str, until: str) -> Period:
    today = hub.clock.now().astimezone(ZoneInfo(hub.settings.time_zone)).date()
    last = _day(until, "until") if until else today
    first = _day(since, "since") if since else last - timedelta(days=_MONTH - 1)
    return Period.of_days(first, last, hub.settings.time_zone)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"不是日期：{text}", f"no date: {text}"),
            field=field,
            remedy=Words("写作 2026-11-30", "write it as 2026-11-30"),
        ) from error


def _told(board: Board) -> list[dict[str, Any]]:
    rows = [_row(one) for one in board.rows]
    everything = {name.value: value for name, value in board.all.items()}
    return [*rows, {"code": "", "name": "合计 / all", "broken": [], **everything}]


def _row(one: Measured) -> dict[str, Any]:
    name = f"{one.body.name}（本级）" if one.alone else one.body.name
    values = {name.value: value for name, value in one.values.items()}
    return {"code": one.body.code, "name": name, "broken": sorted(one.broken), **values}


def _shown(rows: list[dict[str, Any]], everything: bool) -> Group:
    """A body a line, below it what is outside its limit; for `everything` all that is counted."""
    told = "— 无数据 / nothing known" if everything else "--all 列出全部指标 / every indicator"
    foot = Text(told, style="dim")
    return Group(*(_of_body(row, everything) for row in rows), foot)


def _of_body(row: dict[str, Any], everything: bool) -> Group:
    broken = row["broken"]
    told = (
        f"超标 {len(broken)} 项 / {len(broken)} outside their limits"
        if broken
        else "达标 / in order"
    )
    name = f"{row['name']} {row['code']}".strip()
    head = Text.assemble((name, "bold"), "  ", (told, "red" if broken else "green"))
    table = Table(
        Column(min_width=2),
        Column(),
        Column(justify="right"),
        Column(),
        box=None,
        show_header=False,
    )
    for one in INDICATORS:
        if everything or one.name in broken:
            table.add_row("", str(one.words), _value(one, row), _limit(one))
    return Group(head, table) if table.row_count else Group(head)


def _value(one: Indicator, row: dict[str, Any]) -> Text:
    value = row[one.name]
    told = "—" if value is None else _figure(one.unit, value)
    return Text(told, style="red" if one.name in row["broken"] else "")


def _limit(one: Indicator) -> str:
    if one.limit is None:
        return ""
    return f"{'≥' if one.limit.at_least else '≤'} {_figure(one.unit, one.limit.value)}"


def _figure(unit: Unit, value: float) -> str:
    return {Unit.COUNT: f"{value:.0f}", Unit.SHARE: f"{value:.1%}"}.get(unit, f"{value:.1f}")
