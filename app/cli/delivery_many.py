"""gongkai delivery retry-many: look at what would be sent again, then send exactly that."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.delivery import app as delivery_noun
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.handling import retrying_of
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.sight import EVERYTHING
from hub.publishing.board.models import Looked
from hub.publishing.models import DeliveryState


@delivery_noun.command("retry-many")
def retry_many(
    state: Annotated[str, typer.Option(help="状态 / state")] = "",
    channel: Annotated[str, typer.Option(help="渠道 / channel")] = "",
    plan: Annotated[str, typer.Option(help="计划 / plan")] = "",
    account: Annotated[str, typer.Option(help="账号 / account id")] = "",
    late: Annotated[bool, typer.Option(help="过期的也发 / late ones as well")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="确认重发，否则只预览 / do it")] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """批量重发：先预览，--yes 才发；结果未知的从不重发 / look, and with --yes send again"""
    looked = Looked(
        states=(_state(state),) if state else (),
        channel=channel,
        plan_id=plan,
        account_id=account,
    )

    async def work(hub: Hub) -> dict[str, Any]:
        retrying = retrying_of(hub)
        found = await retrying.look(looked, EVERYTHING, late=late)
        if not yes or not found.ids:
            return asdict(found) | {"ready": 0}
        done = await retrying.retry(found.ids, EVERYTHING, acting(actor), late=late)
        kept = {"cannot": [asdict(one) for one in found.cannot], "ready": done.ready}
        return asdict(found) | kept

    emit(run(work, as_json=as_json), as_json, _show)


def _state(text: str) -> DeliveryState:
    if text not in set(DeliveryState):
        known = ", ".join(DeliveryState)
        raise InvalidInput(
            Words(f"没有状态“{text}”", f"no state '{text}'"),
            field="state",
            remedy=Words(f"可用：{known}", f"one of: {known}"),
        )
    return DeliveryState(text)


def _show(told: dict[str, Any]) -> RenderableType:
    table = Table("", Column("数量", justify="right"), "原因 / why", "怎么办 / remedy")
    for name, label in (("will", "重发 / will"), ("cannot", "不动 / stays")):
        for one in told[name]:
            remedy = one["remedy"]["zh"] if one["remedy"] else ""
            table.add_row(label, str(one["count"]), one["words"]["zh"], remedy)
    if told["ready"]:
        table.caption = f"已重新排队 {told['ready']} 条 / {told['ready']} queued again"
    elif told["ids"]:
        table.caption = "加 --yes 执行 / add --yes to do it"
    return table if table.row_count else Text("没有 / none")
