"""gongkai plan: when an approved item goes out, to which accounts."""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rings import ring_row, show_rings
from app.compose import Hub
from app.settings import Settings
from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Selection
from hub.publishing.models import Plan, Priority
from hub.publishing.rings.models import RingOrder
from hub.publishing.service import Planned, When

app = typer.Typer(no_args_is_help=True, help="发布计划 / plans")

Slot = Annotated[
    str,
    typer.Option("--slot", help="next：各账号下一个空闲时段 / each account's next free one"),
]
At = Annotated[
    str, typer.Option("--at", help="当地时间 2026-12-01T09:00，或 now / local time, or now")
]
Zone = Annotated[str, typer.Option("--zone", help="IANA 时区 / time zone")]
Actor = Annotated[str, typer.Option("--as", help="以谁的名义 / acting person's login")]
Reason = Annotated[
    str, typer.Option(help="逾期发布的原因，由审发人说明 / a leader's reason for being late")
]
Channels = Annotated[list[str] | None, typer.Option("--channel", help="渠道 / channel")]


@app.command("make")
def make(
    item: Annotated[str, typer.Argument(help="信息编号 / item id")],
    at: At = "now",
    slot: Slot = "",
    zone: Zone = "",
    channel: Channels = None,
    body: Annotated[str, typer.Option(help="机构代码，含下级 / body code, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    group: Annotated[str, typer.Option(help="账号组 / account group")] = "",
    account: Annotated[list[str] | None, typer.Option(help="账号编号 / account id")] = None,
    embargo: Annotated[str, typer.Option(help="解禁时间 / embargo until, local time")] = "",
    not_after: Annotated[str, typer.Option(help="最晚发布 / latest time, local")] = "",
    emergency: Annotated[
        bool, typer.Option(help="应急，优先于一切 / overtakes everything")
    ] = False,
    rings: Annotated[
        bool, typer.Option(help="分批：先一个账号，再百分之一，再全部 / a few accounts first")
    ] = False,
    canary: Annotated[
        list[str] | None, typer.Option(help="首批账号，隐含 --rings / account of the first ring")
    ] = None,
    take_slots: Annotated[
        bool,
        typer.Option(help="应急时取消占用额度的日常发布 / an emergency cancels routine holders"),
    ] = False,
    reason: Reason = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """排定一次发布；--slot next 时 --at 为最早时间 / plan an approved item"""

    async def work(hub: Hub) -> Planned:
        home_zone = zone or hub.settings.time_zone
        selection = Selection(
            ids=tuple(account or ()),
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
            region=region,
            tag=tag,
            group=group,
        )
        when = replace(parse_when(at, home_zone, embargo, not_after), next_slot=_wants_slot(slot))
        priority = Priority.EMERGENCY if emergency else Priority.ROUTINE
        order = _ring_order(hub.settings, canary or []) if rings or canary else None
        return await hub.publishing.plan(
            item,
            selection,
            when,
            actor or _me(),
            priority,
            take_slots=take_slots,
            rings=order,
            reason=reason,
        )

    emit(run(work, as_json=as_json), as_json, _show_planned)


@app.command("list")
def list_plans(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50, as_json: JsonOption = False
) -> None:
    """最近的计划 / the newest plans"""
    emit(run(lambda hub: hub.publishing.plans(limit), as_json=as_json), as_json, _show_plans)


@app.command("show")
def show(plan: str, as_json: JsonOption = False) -> None:
    """计划进度 / a plan and how far it is"""

    async def work(hub: Hub) -> dict[str, Any]:
        found, deliveries = await hub.publishing.progress(plan)
        counts: dict[str, int] = {}
        for delivery in deliveries:
            counts[delivery.state] = counts.get(delivery.state, 0) + 1
        views = [ring_row(view) for view in await hub.rings.views(plan)]
        return {"plan": found, "deliveries": len(deliveries), "states": counts, "rings": views}

    emit(run(work, as_json=as_json), as_json, _show_progress)


@app.command("reschedule")
def reschedule(
    plan: str,
    at: At,
    zone: Zone = "",
    reason: Reason = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """改期 / move what has not left yet"""

    async def work(hub: Hub) -> dict[str, int]:
        when = parse_when(at, zone or hub.settings.time_zone, "", "")
        moved, left = await hub.publishing.reschedule(plan, when, actor or _me(), reason=reason)
        return {"moved": moved, "not_movable": left}

    emit(run(work, as_json=as_json), as_json, _show_counts)


@app.command("resume")
def resume(
    plan: str,
    everything: Annotated[
        bool, typer.Option("--all", help="其余各批一起放行 / let all other rings go as well")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """分批发布停止后由人放行 / let rings that were stopped go on"""

    async def work(hub: Hub) -> dict[str, int]:
        running = await hub.rings.resume(plan, actor or _me(), everything=everything)
        return {"running_rings": running}

    emit(run(work, as_json=as_json), as_json, _show_counts)


@app.command("cancel")
def cancel(plan: str, actor: Actor = "", as_json: JsonOption = False) -> None:
    """取消尚未发出的投递 / cancel what has not left yet"""

    async def work(hub: Hub) -> dict[str, int]:
        cancelled = await hub.publishing.cancel(actor or _me(), plan_id=plan)
        return {"cancelled": len(cancelled)}

    emit(run(work, as_json=as_json), as_json, _show_counts)


def _ring_order(settings: Settings, canary: list[str]) -> RingOrder:
    return RingOrder(
        first=tuple(canary),
        share=settings.ring_percent / 100,
        error_share=settings.ring_error_percent / 100,
        errors=settings.ring_errors,
    )


def parse_when(at: str, zone: str, embargo: str, not_after: str) -> When:
    return When(
        zone=zone,
        wall=None if at == "now" else _local(at, "at"),
        embargo_until=_instant(embargo, zone, "embargo"),
        not_after=_instant(not_after, zone, "not_after"),
    )


def _wants_slot(slot: str) -> bool:
    if slot not in ("", "next"):
        raise InvalidInput(
            Words(f"--slot 不接受“{slot}”", f"--slot does not take '{slot}'"),
            field="slot",
            remedy=Words("写 --slot next", "write --slot next"),
        )
    return slot == "next"


def _local(text: str, field: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是时间", f"'{text}' is no time"),
            field=field,
            remedy=Words("写成 2026-12-01T09:00", "write it as 2026-12-01T09:00"),
        ) from error


def _instant(text: str, zone: str, field: str) -> datetime | None:
    return instant_of_wall_time(_local(text, field), zone) if text else None


def _me() -> str:
    return getpass.getuser()


def _show_planned(planned: Planned) -> RenderableType:
    lines: list[RenderableType] = [
        Text(f"计划 {planned.plan.id}：{planned.deliveries} 条投递 / deliveries"),
        Text(f"时间 {planned.plan.wall_time} {planned.plan.zone}"),
    ]
    if planned.late:
        lines.append(Text(f"逾期发布，原因 / late, because: {planned.late}"))
    if planned.left_out:
        table = Table("账号 / account", "未纳入原因 / left out because")
        for account, why in planned.left_out:
            table.add_row(account.name, str(why))
        lines.append(table)
    if planned.deliveries >= _MANY and planned.plan.priority < Priority.EMERGENCY:
        lines.append(_ADVICE)
    return Group(*lines)


_MANY = 500
_ADVICE = Text(
    "账号很多时建议分批：--rings 先发一个账号，核实后再发其余 / with so many accounts, "
    "--rings sends to one first, and on when that is checked",
    style="dim",
)


def _show_plans(plans: list[Plan]) -> RenderableType:
    wide = [Column(heading, min_width=26) for heading in ("计划 / plan", "信息 / item")]
    table = Table(*wide, "时间 / time", "时区", "由 / by")
    for plan in plans:
        table.add_row(plan.id, plan.item_id, plan.wall_time, plan.zone, plan.created_by)
    return table


def _show_progress(data: dict[str, Any]) -> RenderableType:
    plan: Plan = data["plan"]
    table = Table("状态 / state", "数量 / count", title=f"{plan.id}  {plan.wall_time} {plan.zone}")
    for state, count in sorted(data["states"].items()):
        table.add_row(state, str(count))
    return Group(table, show_rings(data["rings"])) if data["rings"] else table


def _show_counts(counts: dict[str, int]) -> RenderableType:
    return Text("  ".join(f"{name}={count}" for name, count in counts.items()))
