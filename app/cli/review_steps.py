"""gongkai review send-back, history, emergency, after-look, after-looks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import KeyBody, find_item
from app.cli.review import ApprovalId, show_approval, told_approval
from app.cli.review import app as reviews
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.kernel.errors import Words
from hub.review.models import ReviewStep, StepAction
from hub.review.rules import STEP_WORDS
from hub.review.urgency.models import AfterLook

_ACTIONS = {
    StepAction.SIGNED: Words("签署", "signed"),
    StepAction.SENT_BACK: Words("退回", "sent back"),
    StepAction.RETURNED: Words("退文", "returned"),
    StepAction.VOIDED: Words("签署作废", "signature void"),
}


@reviews.command("send-back")
def send_back(
    approval: ApprovalId,
    to: Annotated[ReviewStep, typer.Option(help="退回到哪一审 / to which lower step")],
    reason: Annotated[str, typer.Option(help="理由 / why")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """退回前面任一审：该审起的签署作废，之前的有效 / back to a lower step"""

    async def work(hub: Hub) -> dict[str, Any]:
        done = await hub.review.send_back_to(approval, to, acting(actor), reason)
        return await told_approval(hub, done)

    emit(run(work, as_json=as_json), as_json, show_approval)


@reviews.command("history")
def history(
    item: Annotated[str, typer.Argument(help="信息编号 / item id")],
    body: KeyBody = "",
    as_json: JsonOption = False,
) -> None:
    """各审的人、时间、意见与哈希，含作废的签署 / every step, voided signatures included"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await find_item(hub, item, body)
        steps = await hub.review.history(found.id)
        ids = {i for s in steps for i in (s.person_id, s.on_behalf_of) if i}
        people = await hub.review.people(ids)
        return [
            {
                **asdict(step),
                "login": people[step.person_id].login,
                "name": people[step.person_id].name,
                "for_name": people[step.on_behalf_of].name if step.on_behalf_of else "",
            }
            for step in steps
        ]

    emit(run(work, as_json=as_json), as_json, _show_history)


@reviews.command("emergency")
def emergency(
    approval: ApprovalId,
    reason: Annotated[str, typer.Option(help="事由 / why")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """列为紧急：缩短时限，不减审级，事后须第四人复核

    An emergency has short limits and the same three steps; a fourth person looks afterwards.
    """

    async def work(hub: Hub) -> dict[str, Any]:
        done = await hub.review.mark_emergency(approval, acting(actor), reason)
        return await told_approval(hub, done)

    emit(run(work, as_json=as_json), as_json, show_approval)


@reviews.command("after-look")
def after_look(
    approval: ApprovalId,
    confirm: Annotated[
        bool, typer.Option("--confirm/--object", help="确认或提出异议 / confirm or object")
    ],
    remark: Annotated[str, typer.Option(help="意见，异议必填 / remark")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """紧急签批的事后复核，须第四人 / the fourth person's look at an emergency"""

    async def work(hub: Hub) -> dict[str, Any]:
        done = await hub.review.look_after(
            approval, acting(actor), confirmed=confirm, remark=remark
        )
        return _looked(done)

    emit(run(work, as_json=as_json), as_json, _show_look)


@reviews.command("after-looks")
def after_looks(
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    every: Annotated[bool, typer.Option("--all", help="含已复核 / those taken too")] = False,
    as_json: JsonOption = False,
) -> None:
    """待事后复核的紧急签批 / emergencies to be looked at afterwards"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        return [_looked(x) for x in await hub.review.after_looks(body_id=body_id, every=every)]

    emit(run(work, as_json=as_json), as_json, _show_looks)


def _looked(look: AfterLook) -> dict[str, Any]:
    return asdict(look) | {"recall_suggested": look.confirmed is False}


def _show_look(data: dict[str, Any]) -> RenderableType:
    if not data["recall_suggested"]:
        return Text("已复核，无异议 / confirmed")
    advice = f"gongkai item recall {data['item_id']}"
    return Text(f"已记录异议，建议撤稿：{advice} / objection recorded, recall is suggested")


def _show_looks(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("签审单 / approval", no_wrap=True, min_width=26),
        "标题 / title",
        "应于 / due",
        "结果 / result",
    )
    results = {None: "待复核 / waits", True: "确认 / confirmed", False: "异议 / objection"}
    for row in rows:
        due = str(row["due_on"] or "未知 / unknown")
        table.add_row(row["approval_id"], Text(row["title"]), due, results[row["confirmed"]])
    return table


def _show_history(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table("审级 / step", "做了什么 / what", "谁 / who", "时间 / at", "意见 / remark")
    for row in rows:
        what = _ACTIONS[StepAction(row["action"])]
        to = f" → {STEP_WORDS[ReviewStep(row['to_step'])]}" if row["to_step"] else ""
        who = f"{row['name']}（代 {row['for_name']}）" if row["for_name"] else row["name"]
        at = f"{row['at']:%Y-%m-%d %H:%M}Z"
        step = str(STEP_WORDS[ReviewStep(row["step"])])
        table.add_row(step, f"{what}{to}", Text(who), at, Text(row["remark"]))
    return Group(table)
