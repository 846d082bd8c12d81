"""gongkai plan simulate: when each wave would be finished, before anybody approves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.plan import At, Channels, Zone, parse_when
from app.cli.plan import app as plan_noun
from app.compose import Hub
from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput, NotFound, Words
from hub.organisations.models import Selection
from hub.publishing.forecast.models import Machine, Wave
from hub.publishing.forecast.service import PROPOSED, Forecast, Proposal
from hub.publishing.models import Priority

_REASONS = {"rate": "限流 / rate", "quota": "额度 / quota"}
_SHORT = 12  # of a plan's id, which ends in what tells plans of one day apart


@plan_noun.command("simulate")
def simulate(
    plan: Annotated[
        list[str] | None, typer.Argument(help="只看这些计划 / show only these plans")
    ] = None,
    day: Annotated[
        str, typer.Option(help="当地日期，默认今天或 --at 当天 / local day, 2026-12-01")
    ] = "",
    zone: Zone = "",
    item: Annotated[str, typer.Option(help="假设发布的信息 / item of a plan not made yet")] = "",
    at: At = "now",
    channel: Channels = None,
    body: Annotated[str, typer.Option(help="机构代码，含下级 / body code, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    group: Annotated[str, typer.Option(help="账号组 / account group")] = "",
    account: Annotated[list[str] | None, typer.Option(help="账号编号 / account id")] = None,
    not_after: Annotated[str, typer.Option(help="最晚发布 / latest time, local")] = "",
    emergency: Annotated[bool, typer.Option(help="应急 / as an emergency")] = False,
    connections: Annotated[
        int, typer.Option(min=0, help="同时调用数，0 取本机设置 / calls at a time, 0: as set")
    ] = 0,
    throughput: Annotated[
        float, typer.Option(min=0, help="每秒上限，0 取默认 / posts a second at most, 0: default")
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """推演各批完成时间，不写入任何数据 / when each wave would be finished; nothing is written

    Plays everything that is due until the end of the day, and with --item a plan that nobody has
    made yet, whether its item is approved or not.
    """

    async def work(hub: Hub) -> dict[str, Any]:
        home_zone = zone or hub.settings.time_zone
        proposal = None
        if item:
            selection = Selection(
                ids=tuple(account or ()),
                channels=tuple(channel or ()),
                body_id=(await hub.organisations.body(body)).id if body else "",
                region=region,
                tag=tag,
                group=group,
            )
            when = parse_when(at, home_zone, "", not_after)
            priority = Priority.EMERGENCY if emergency else Priority.ROUTINE
            proposal = Proposal(item_id=item, selection=selection, when=when, priority=priority)
        until = _end_of(day, at if item else "now", home_zone, hub.clock.now())
        machine = _machine(hub.simulation.machine, connections, throughput)
        forecast = await hub.simulation.play(until, proposal, machine)
        return _told(forecast, plan or (), home_zone)

    emit(run(work, as_json=as_json), as_json, _show)


def _machine(installed: Machine, connections: int, throughput: float) -> Machine:
    return replace(
        installed,
        connections=connections or installed.connections,
        per_second=throughput or installed.per_second,
    )


def _end_of(day: str, at: str, zone: str, now: datetime) -> datetime:
    """The end of the day asked for, else of the day of the plan, else of today."""
    instant_of_wall_time(datetime(2026, 1, 1), zone)  # refuses an unknown zone
    if day or at == "now":
        asked = _date(day) if day else now.astimezone(ZoneInfo(zone)).date()
    else:
        asked = parse_when(at, zone, "", "").wall.date()  # type: ignore[union-attr]
    return instant_of_wall_time(datetime.combine(asked + timedelta(days=1), time()), zone)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field="day",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _told(forecast: Forecast, plans: Iterable[str], zone: str) -> dict[str, Any]:
    wanted = set(plans)
    rows = [_row(wave, forecast) for wave in forecast.waves]
    if missing := wanted - {row["plan"] for row in rows}:
        raise NotFound(
            Words(
                f"计划 {min(missing)} 在此期间没有待发投递",
                f"plan {min(missing)} has nothing left to send until then",
            ),
            field="plan",
            remedy=Words("核对编号，或用 --day 指定日期", "check the id, or give its --day"),
        )
    shown = [row for row in rows if not wanted or row["plan"] in wanted]
    finishes = [row["last"] for row in shown if row["last"] is not None]
    return {
        "at": forecast.at,
        "until": forecast.until,
        "zone": zone,
        "finish": max(finishes, default=None),
        "connections": forecast.machine.connections,
        "per_second": forecast.machine.per_second,
        "call_seconds": forecast.call_seconds,
        "measured": sorted(forecast.measured),
        "waves": shown,
    }


def _row(wave: Wave, forecast: Forecast) -> dict[str, Any]:
    plan, _, channel = wave.name.partition("/")
    return {
        "plan": plan,
        "title": forecast.titles.get(plan, ""),
        "channel": channel,
        "deliveries": wave.deliveries,
        "sent": wave.sent,
        "due": _moment(wave.due),
        "start": _moment(wave.started),
        "first": _moment(wave.first),
        "median": _moment(wave.median),
        "last": _moment(wave.last),
        "waiting": dict(wave.waiting),
        "waiting_until": {name: _moment(at) for name, at in wave.waiting_until.items()},
        "expired": wave.expired,
        "held": wave.held,
    }


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _show(told: dict[str, Any]) -> RenderableType:
    if not told["waves"]:
        return Text("此期间没有待发投递 / nothing is left to send until then")
    table = Table(
        Column("计划 / plan", no_wrap=True),
        "渠道 / channel",
        Column("投递", justify="right"),
        "应发 / due",
        "开始 / start",
        "首个 / first",
        "半数 / median",
        Column("完成 / last", style="bold"),
        "须等 / waits",
        "过期 / expired",
        "待人工 / held",
    )
    for row in told["waves"]:
        moments = (_clock(row[n], told) for n in ("due", "start", "first", "median", "last"))
        name = "拟议 / proposed" if row["plan"] == PROPOSED else row["plan"][-_SHORT:]
        counts = (str(row["expired"]), str(row["held"]))
        waits = "\n".join(_waits(row, told)) or "—"
        table.add_row(name, row["channel"], str(row["deliveries"]), *moments, waits, *counts)
    return Group(table, *_notes(told))


def _waits(row: dict[str, Any], told: dict[str, Any]) -> Iterable[str]:
    for reason, count in sorted(row["waiting"].items()):
        until = _clock(row["waiting_until"][reason], told)
        yield f"{_REASONS[reason]} {count} → {until}"


def _clock(moment: datetime | None, told: dict[str, Any]) -> str:
    """The time of that day in the zone, with the date where it is another day."""
    if moment is None:
        return "—"
    zone = ZoneInfo(told["zone"])
    local = moment.astimezone(zone)
    same = local.date() == told["at"].astimezone(zone).date()
    return f"{local:%H:%M:%S}" if same else f"{local:%m-%d %H:%M:%S}"


def _notes(told: dict[str, Any]) -> Iterable[Text]:
    """What was reckoned with, so that nobody takes a guess for a measurement."""
    yield Text(
        f"按同时 {told['connections']} 个调用、每秒至多 {told['per_second']:g} 条推演 / "
        f"{told['connections']} calls at a time, {told['per_second']:g} posts a second at most"
    )
    for channel, seconds in told["call_seconds"].items():
        known = "实测 / measured" if channel in told["measured"] else "估计 / guessed"
        yield Text(f"{channel}：{seconds:.2f} s，{known}")
