"""gongkai rumour: hearsay, the clarifications that answer it, and what has none."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import rumours
from hub.opinion.rumours.models import LinkKind, Rumour

app = typer.Typer(no_args_is_help=True, help="传闻与辟谣 / rumours and clarifications")

Subject = Annotated[str, typer.Argument(help="事项或信息编号 / issue or signal id")]
Kind = Annotated[LinkKind, typer.Option(help="issue 或 signal")]


@app.command("list")
def list_rumours(
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="只列尚无辟谣信息的 / without a clarification")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """传闻及其辟谣信息 / hearsay and what answers it"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        service = rumours(hub)
        await service.look()
        found = await service.rumours(unanswered=unanswered, limit=limit)
        return [_told(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _shown)


@app.command("clarification")
def clarification(
    subject: Subject, kind: Kind = LinkKind.ISSUE, as_json: JsonOption = False
) -> None:
    """一个事项或一条信息对应的辟谣信息 / the clarification that it is flagged with"""

    async def work(hub: Hub) -> dict[str, Any] | None:
        found = await rumours(hub).clarification(kind, subject)
        return None if found is None else _plain(asdict(found[0])) | {"score": found[1]}

    emit(
        run(work, as_json=as_json),
        as_json,
        lambda one: Text(f"{one['title']} ({one['item_id']})" if one else "没有 / none"),
    )


@app.command("unlink")
def unlink(
    subject: Subject,
    kind: Kind = LinkKind.ISSUE,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """两者无关，不再关联 / they are not about the same"""

    async def work(hub: Hub) -> dict[str, str]:
        await rumours(hub).refuse(kind, subject, actor=acting(actor))
        return {"subject": subject}

    emit(run(work, as_json=as_json), as_json, lambda _: Text("已记录 / recorded"))


def _told(one: Rumour) -> dict[str, Any]:
    held = one.clarification
    return {
        "issue": _plain(asdict(one.issue)),
        "clarification": _plain(asdict(held)) if held else None,
        "score": one.score,
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "terms"}


def _shown(found: list[dict[str, Any]]) -> Table:
    table = Table("事项 / issue", "核实 / verified", "辟谣信息 / clarification", "相似 / alike")
    for one in found:
        issue, held = one["issue"], one["clarification"]
        table.add_row(
            Text(f"{issue['title']}\n{issue['id']}"),
            str(issue["verification"]),
            Text(held["title"] if held else "尚无 / none"),
            f"{one['score']:.2f}" if held else "",
        )
    return table
