"""gongkai slot: at which times of day accounts post, for `gongkai plan make --slot next`."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting, local_instant, local_wall
from app.compose import Hub
from app.slots import slot_lanes
from hub.organisations.authority.sight import Sight
from hub.publishing.slots.models import Asked, Lane, Slot
from hub.publishing.timing.models import Days, NewPostingTime, PostingTime
from hub.publishing.timing.rules import minute_of

app = typer.Typer(no_args_is_help=True, help="发布时段 / posting times")

OwnAccount = Annotated[str, typer.Option("--account", help="账号编号 / account id")]
OfGroup = Annotated[str, typer.Option("--group", help="账号组 / account group")]


@app.command("list")
def list_slots(account: OwnAccount = "", group: OfGroup = "", as_json: JsonOption = False) -> None:
    """列出发布时段 / list posting times"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        times = await hub.timing.posting_times(account_id=account, group=group)
        return [_plain(one) for one in times]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("add")
def add(
    time: Annotated[str, typer.Argument(help="当地时刻，如 09:30 / time of day")],
    account: OwnAccount = "",
    group: OfGroup = "",
    weekday: Annotated[
        list[int] | None, typer.Option(help="星期 1（周一）至 7，默认每天 / 1 (Monday) to 7")
    ] = None,
    days: Annotated[
        Days, typer.Option(help="workdays：只在工作日（含调休上班）/ only when people work")
    ] = Days.ANY,
    zone: Annotated[str, typer.Option(help="IANA 时区 / time zone")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """为账号或账号组设一个时段；账号自己的优先 / an account's own go before its groups'"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        new = NewPostingTime(
            account_id=account,
            group=group,
            minute=minute_of(time),
            zone=zone or hub.settings.time_zone,
            weekdays=tuple(weekday or range(1, 8)),
            days=days,
        )
        return [_plain(await hub.timing.add_posting_time(new, actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("remove")
def remove(
    slot: Annotated[str, typer.Argument(help="时段编号 / its id")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """删除时段，已排的不变 / remove one; what is planned stays planned"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_plain(await hub.timing.remove_posting_time(slot, actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("free")
def free(
    account: Annotated[str, typer.Argument(help="账号编号 / account id")],
    count: Annotated[int, typer.Option(min=1, max=100, help="几个 / how many")] = 5,
    as_json: JsonOption = False,
) -> None:
    """该账号接下来的空闲时段 / its next free posting times"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        slots = await hub.timing.free_slots(account, count)
        return [{"at": s.at, "wall": s.wall, "zone": s.zone} for s in slots]

    emit(run(work, as_json=as_json), as_json, _show_free)


@app.command("lane")
def lane(
    day: Annotated[str, typer.Option(help="从哪一天起，默认今天 / first day")] = "",
    days: Annotated[int, typer.Option(min=1, max=31, help="几天 / how many days")] = 7,
    account: OwnAccount = "",
    channel: Annotated[str, typer.Option(help="渠道 / channel")] = "",
    as_json: JsonOption = False,
) -> None:
    """各账号每天的时段：空闲、已排、静默 / the slots of accounts: free, taken, silent"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        zone = hub.settings.time_zone
        today = hub.clock.now().astimezone(ZoneInfo(zone)).date()
        asked = Asked(
            sight=Sight(frozenset(), whole=True),
            first=local_wall(f"{day}T00:00", "day").date() if day else today,
            days=days,
            channel=channel,
            account_id=account,
            limit=1_000,
        )
        found = await slot_lanes(hub).lanes(asked)
        return [_slot_told(one, slot, zone) for one in found.lanes for slot in one.slots]

    emit(run(work, as_json=as_json), as_json, _show_lane)


@app.command("move")
def move(
    delivery: Annotated[str, typer.Argument(help="投递编号 / delivery id")],
    at: Annotated[str, typer.Argument(help="当地时间，如 2026-12-01T09:00 / local time")],
    reason: Annotated[str, typer.Option(help="逾期公开的原因 / why it is late")] = "",
    zone: Annotated[str, typer.Option(help="IANA 时区 / time zone")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """把一条投递移到其账号的空闲时段 / move a delivery into a free posting time of its account"""

    async def work(hub: Hub) -> dict[str, Any]:
        when = local_instant(at, zone or hub.settings.time_zone, "at")
        moved = await hub.publishing.move_to_slot(delivery, when, acting(actor), reason=reason)
        return {"id": moved.id, "plan": moved.plan_id, "due_at": moved.due_at, "state": moved.state}

    emit(run(work, as_json=as_json), as_json, lambda told: Text(f"{told['id']} {told['due_at']}"))


def _slot_told(lane: Lane, slot: Slot, zone: str) -> dict[str, Any]:
    return {
        "account": lane.account.id,
        "name": lane.account.name,
        "at": slot.at,
        "wall": slot.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"),
        "standing": slot.standing,
        "deliveries": [{"id": one.delivery_id, "title": one.title} for one in slot.booked],
    }


def _show_lane(rows: list[dict[str, Any]]) -> Table:
    table = Table("账号 / account", "当地时间 / local time", "时段 / slot", "投递 / delivery")
    for row in rows:
        held = "\n".join(f"{one['title']} {one['id']}" for one in row["deliveries"])
        table.add_row(Text(row["name"]), row["wall"], str(row["standing"]), Text(held))
    return table


def _plain(one: PostingTime) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.account_id,
        "group": one.group,
        "time": one.clock,
        "zone": one.zone,
        "weekdays": one.weekdays,
        "days": one.days,
    }


def _show(times: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26), "账号或组 / owner", "时刻 / time"
    )
    table.add_column("星期 / weekdays")
    table.add_column("日子 / days")
    for one in times:
        weekdays = "".join(str(day) for day in one["weekdays"])
        owner = one["group"] or one["account"]
        table.add_row(one["id"], owner, f"{one['time']} {one['zone']}", weekdays, one["days"])
    return table


def _show_free(slots: list[dict[str, Any]]) -> Table:
    table = Table("当地时间 / local time", "时区 / zone", "UTC")
    for slot in slots:
        wall = slot["wall"].strftime("%Y-%m-%d %H:%M")
        table.add_row(wall, slot["zone"], slot["at"].strftime("%Y-%m-%d %H:%M"))
    return table
