"""gongkai item recall, correct, reach: what happens to an item after it is public."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.cli.item import app as items
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.kernel.errors import Words
from hub.publishing.explanation import local_time
from hub.publishing.recall.models import AccountReach, Ordered, OrderKind, Reach, Standing, Way

Reason = Annotated[str, typer.Option("--reason", help="理由，记入审计 / why, for the audit")]

_WAYS = {
    Way.WITHDRAW: Words("删除", "deleted"),
    Way.AMEND: Words("原地更正", "corrected in place"),
    Way.REPOST: Words("重新发布", "posted again"),
    Way.NOTICE: Words("另发说明（待三审）", "a notice, once signed"),
    Way.PERSON: Words("人工处理", "by a person"),
}
_STANDINGS = {
    Standing.HAS: Words("在线", "public"),
    Standing.RECALLED: Words("已撤回", "withdrawn"),
    Standing.CORRECTED: Words("已更正", "corrected"),
    Standing.NOTICED: Words("已发说明", "notice posted"),
    Standing.STOPPED: Words("未发已止", "stopped"),
    Standing.WAITING: Words("进行中", "waiting"),
    Standing.BY_HAND: Words("待人工", "by hand"),
    Standing.CANNOT: Words("未能", "cannot"),
    Standing.GONE: Words("已不在", "gone"),
    Standing.NEVER: Words("未发布", "never"),
}
_ORDERS = {
    OrderKind.RECALL: Words("撤稿", "recall"),
    OrderKind.CORRECT: Words("更正", "correction"),
}


@items.command("recall")
def recall(
    item: ItemName,
    body: KeyBody = "",
    reason: Reason = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """撤稿：从所有已发布账号撤回，未发的取消 / withdraw it everywhere, stop what has not left"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        return _plain(await hub.recalling.recall(found.id, acting(actor), reason))

    emit(run(work, as_json=as_json), as_json, _show_ordered)


@items.command("correct")
def correct(
    item: ItemName,
    body: KeyBody = "",
    reason: Reason = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """更正：以已审定的新版更正旧版 / bring the signed new version to who shows an old"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        return _plain(await hub.recalling.correct(found.id, acting(actor), reason))

    emit(run(work, as_json=as_json), as_json, _show_ordered)


@items.command("reach")
def reach(item: ItemName, body: KeyBody = "", as_json: JsonOption = False) -> None:
    """到达情况：各账号是否在线、已撤、已更正，完成率与证据 / who shows it, how far an order got"""

    async def work(hub: Hub) -> Reach:
        found = await find_item(hub, item, body)
        return await hub.recalling.reach(found.id)

    told = run(work, as_json=as_json)
    emit(_reached(told), as_json, lambda data: _show_reach(told))


def _plain(ordered: Ordered) -> dict[str, Any]:
    return {
        "order": ordered.order_id,
        "kind": ordered.kind,
        "ways": {way.value: count for way, count in ordered.ways.items()},
        "cancelled": ordered.cancelled,
        "again": ordered.again,
        "approval": ordered.approval_id,
    }


def _reached(found: Reach) -> dict[str, Any]:
    return {
        "item": found.item_id,
        "order": asdict(found.order) if found.order else None,
        "accounts": [asdict(one) for one in found.accounts],
        "done": found.done,
        "of": len(found.accounts),
        "percent": found.percent,
    }


def _show_ordered(told: dict[str, Any]) -> RenderableType:
    lines = [Text(f"{_ORDERS[told['kind']]} {told['order']}")]
    lines += [Text(f"  {_WAYS[Way(way)]}：{count}") for way, count in told["ways"].items()]
    lines.append(Text(f"  取消未发 / cancelled: {told['cancelled']}"))
    if told["again"]:
        lines.append(Text(f"  重试 / begun anew: {told['again']}"))
    if told["approval"]:
        lines.append(Text(f"  说明稿待签 / to be signed: gongkai review show {told['approval']}"))
    return Group(*lines)


def _show_reach(found: Reach) -> RenderableType:
    table = Table(
        Column("账号 / account"),
        "渠道",
        Column("状态 / standing", no_wrap=True),
        "版",
        "说明 / why",
        "证据 / proof",
    )
    for one in found.accounts:
        table.add_row(*_cells(one))
    order = found.order
    what = "在线 / public" if order is None else f"{_ORDERS[order.kind]} v{order.item_version}"
    done = f"{what}  {found.done}/{len(found.accounts)}  {found.percent:g} %"
    return Group(table, Text(done, style="bold"))


def _cells(one: AccountReach) -> tuple[Text, ...]:
    proof = local_time(one.proof_at) if one.proof_at else "—"
    cells = (one.account, one.channel, str(_STANDINGS[one.standing]), f"v{one.version}")
    return tuple(map(Text, (*cells, f"{one.why} {one.url}".strip(), proof)))
