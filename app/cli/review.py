"""gongkai review: submit, look at the exact bytes, sign three times, return."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from app.cli.check import plain_report, show_report
from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.kernel.errors import Words
from hub.organisations.models import Selection
from hub.publishing.texts import edition_passages
from hub.review.errors import ApprovalClosed
from hub.review.models import Approval, ReviewStep
from hub.review.rules import STEP_WORDS

app = typer.Typer(no_args_is_help=True, help="三审 / review")

_SHORTEST_HASH = 12

ApprovalId = Annotated[str, typer.Argument(help="签审单 / approval id")]


@app.command("submit")
def submit(
    item: Annotated[str, typer.Argument(help="信息编号 / item id")],
    channel: Annotated[list[str] | None, typer.Option(help="渠道 / channel")] = None,
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    tag: Annotated[str, typer.Option(help="标签 / tag")] = "",
    group: Annotated[str, typer.Option(help="账号组 / account group")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """按所选账号生成各渠道稿件并送审 / render for the chosen accounts and submit"""

    async def work(hub: Hub) -> dict[str, Any]:
        selection = Selection(
            channels=tuple(channel or ()),
            body_id=(await hub.organisations.body(body)).id if body else "",
            region=region,
            tag=tag,
            group=group,
        )
        approval = await hub.publishing.submit(item, selection, acting(actor))
        return await told_approval(hub, approval)

    emit(run(work, as_json=as_json), as_json, show_approval)


@app.command("list")
def list_approvals(
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    every: Annotated[bool, typer.Option("--all", help="含已完结 / closed ones too")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """等谁签 / what waits for a signature"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        found = await hub.review.list(open_only=not every, body_id=body_id, limit=limit)
        return [{**_plain(approval), "title": title} for approval, title in found]

    emit(run(work, as_json=as_json), as_json, _show_list)


@app.command("show")
def show(approval: ApprovalId, as_json: JsonOption = False) -> None:
    """签审单与将发出的原样内容 / the approval, and the exact bytes that would be sent"""

    async def work(hub: Hub) -> dict[str, Any]:
        return await told_approval(hub, await hub.review.get(approval))

    emit(run(work, as_json=as_json), as_json, show_approval)


@app.command("sign")
def sign(
    approval: ApprovalId,
    seen: Annotated[
        str, typer.Option("--hash", help="所看内容的哈希，至少前 12 位 / hash of what you saw")
    ],
    step: Annotated[
        ReviewStep | None, typer.Option(help="哪一审，默认下一审 / default: the next one")
    ] = None,
    remark: Annotated[str, typer.Option(help="意见 / remark")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """签署一审：签的是 show 所显示的哈希 / sign one step over the hash that `show` shows"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await hub.review.get(approval)
        due = step or found.next_step
        if due is None:
            raise ApprovalClosed(Words("没有待签的一审", "no step waits here"), field="approval")
        known = len(seen) >= _SHORTEST_HASH and found.hash.startswith(seen)
        whole = found.hash if known else seen
        signed = await hub.review.sign(approval, due, acting(actor), whole, remark)
        return await told_approval(hub, signed)

    emit(run(work, as_json=as_json), as_json, show_approval)


@app.command("return")
def send_back(
    approval: ApprovalId,
    reason: Annotated[str, typer.Option(help="退文理由 / why")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """退文 / return it with a reason"""

    async def work(hub: Hub) -> dict[str, Any]:
        return await told_approval(hub, await hub.review.send_back(approval, acting(actor), reason))

    emit(run(work, as_json=as_json), as_json, show_approval)


async def told_approval(hub: Hub, approval: Approval) -> dict[str, Any]:
    """The approval with its signers' names, the item's title and what would be sent."""
    signers = await hub.review.signers(approval)
    item = await hub.catalogue.get(approval.item_id)
    editions = await hub.publishing.editions(approval.item_id)
    checks = await hub.checks.look(approval.item_id, edition_passages(editions))
    return {
        **_plain(approval),
        "title": item.title,
        "signatures": [
            {
                "step": s.step,
                "login": signers[s.person_id].login,
                "name": signers[s.person_id].name,
                "signed_hash": s.signed_hash,
                "at": s.at,
                "remark": s.remark,
                "on_behalf_of": signers[s.on_behalf_of].login if s.on_behalf_of else "",
                "for_name": signers[s.on_behalf_of].name if s.on_behalf_of else "",
            }
            for s in approval.signatures
        ],
        "checks": plain_report(checks),
        "editions": [
            {"name": e.name, "channel": e.channel, "hash": e.payload_hash, "payload": e.payload}
            for e in editions
            if approval.entries.get(e.name) == e.payload_hash
        ],
    }


def _plain(approval: Approval) -> dict[str, Any]:
    return {
        "id": approval.id,
        "item_id": approval.item_id,
        "item_version": approval.item_version,
        "hash": approval.hash,
        "entries": approval.entries,
        "submitted_by": approval.submitted_by,
        "submitted_at": approval.submitted_at,
        "complete": approval.complete,
        "void": approval.void,
        "returned_reason": approval.returned_reason,
        "next_step": approval.next_step,
        "determination": approval.determination,
        "emergency": asdict(approval.emergency) if approval.emergency else None,
    }


def _state(data: dict[str, Any]) -> str:
    if data["complete"]:
        return "三审完成 / complete"
    if data["returned_reason"]:
        return f"已退文：{data['returned_reason']} / returned"
    if data["void"]:
        return "已作废 / void"
    return f"待{STEP_WORDS[data['next_step']]}"


def _show_list(approvals: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("签审单 / approval", no_wrap=True, min_width=26),
        "标题 / title",
        "送审 / by",
        "状态 / state",
    )
    for data in approvals:
        urgent = "【紧急】" if data["emergency"] else ""
        title = Text(f"{urgent}{data['title']}")
        table.add_row(data["id"], title, data["submitted_by"], Text(_state(data)))
    return table


def show_approval(data: dict[str, Any]) -> RenderableType:
    signed = Table("审级 / step", "签署人 / by", "时间 / at", "意见 / remark")
    for s in data["signatures"]:
        name = f"{s['name']}（代 {s['for_name']}）" if s["for_name"] else s["name"]
        row = (str(STEP_WORDS[s["step"]]), name, f"{s['at']:%Y-%m-%d %H:%M}Z", s["remark"])
        signed.add_row(*map(Text, row))
    heading = Text(f"{data['title']}（第 {data['item_version']} 版）  {_state(data)}")
    digest = Text(f"签审单 {data['id']}\n签署哈希 / hash to sign: {data['hash']}")
    previews = [
        Panel(Text(edition["payload"]), title=f"{edition['name']}  {edition['hash'][:12]}")
        for edition in data["editions"]
    ]
    return Group(heading, digest, *previews, show_report(data["checks"]), signed)
