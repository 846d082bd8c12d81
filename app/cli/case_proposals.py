"""gongkai case proposals: cases that the figures of an issue suggest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import proposals

__all__ = ["add_to"]

ProposalId = Annotated[str, typer.Argument(help="建议编号 / proposal id")]


def add_to(app: typer.Typer) -> None:
    """Put the commands about proposals into the noun of cases."""
    app.command("proposals")(list_proposals)
    app.command("accept-proposal")(accept)
    app.command("refuse-proposal")(refuse)


def list_proposals(
    anew: Annotated[bool, typer.Option("--anew", help="立即重看 / look over now")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """待处理的立件建议：突增或涉及生命安全的事项 / cases that bursting issues suggest"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        service = proposals(hub)
        if anew:
            await service.look()
        return [asdict(one) for one in await service.open(limit)]

    emit(run(work, as_json=as_json), as_json, _shown)


def accept(proposal: ProposalId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """采纳：按建议立件，时限随即起算 / open the case that is proposed"""

    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await proposals(hub).accept(proposal, actor=acting(actor)))

    emit(
        run(work, as_json=as_json),
        as_json,
        lambda case: Text(f"已立件 / opened {case['id']}: {case['title']}"),
    )


def refuse(
    proposal: ProposalId,
    why: Annotated[str, typer.Option(help="理由 / why not")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """不采纳，写明理由 / no case of this, with the reason"""

    async def work(hub: Hub) -> dict[str, str]:
        await proposals(hub).refuse(proposal, why, actor=acting(actor))
        return {"id": proposal, "state": "refused"}

    emit(run(work, as_json=as_json), as_json, lambda _: Text("已记录 / recorded"))


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table("建议 / id", "事项 / issue", "级别 / level", "类别 / kind", "理由 / why")
    for one in found:
        why = one["reason"]["zh"]
        table.add_row(one["id"], Text(one["title"]), str(one["level"]), str(one["kind"]), why)
    return table
