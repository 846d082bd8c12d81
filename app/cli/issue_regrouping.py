"""gongkai issue accept, refuse and split: what an analyst does about suggestions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import regrouping
from hub.opinion.issues.models import Issue, SuggestionKind

__all__ = ["add_to"]

IssueId = Annotated[str, typer.Argument(help="事项编号 / issue id")]
Suggested = Annotated[SuggestionKind, typer.Argument(help="merge 或 split / which suggestion")]


def add_to(app: typer.Typer) -> None:
    """Put the commands about suggestions into the noun of issues."""
    app.command("accept")(accept)
    app.command("refuse")(refuse)
    app.command("split")(split)


def accept(issue: IssueId, kind: Suggested, actor: Actor = "", as_json: JsonOption = False) -> None:
    """采纳合并或拆分建议；编号不变 / do what is suggested; ids stay"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await regrouping(hub).accept(issue, kind, actor=acting(actor))
        return [_plain(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _shown)


def split(issue: IssueId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """拆分事项，最大的一部分保留编号 / split an issue; its largest part keeps the id"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [_plain(one) for one in await regrouping(hub).split(issue, actor=acting(actor))]

    emit(run(work, as_json=as_json), as_json, _shown)


def refuse(
    issue: IssueId,
    kind: Suggested,
    why: Annotated[str, typer.Option(help="理由 / why not")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """不采纳建议，写明理由 / they stay as they are, with the reason"""

    async def work(hub: Hub) -> dict[str, str]:
        await regrouping(hub).refuse(issue, kind, why, actor=acting(actor))
        return {"issue": issue, "kind": kind.value}

    emit(run(work, as_json=as_json), as_json, lambda _: Text("已记录 / recorded"))


def _plain(issue: Issue) -> dict[str, Any]:
    return {name: value for name, value in asdict(issue).items() if name != "terms"}


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "事项 / issue", "条数 / signals")
    for one in found:
        table.add_row(one["id"], Text(one["title"]), str(one["signals"]))
    return table
