"""gongkai finding: what the checks found, and saying in writing that it is known."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.handling import findings_of
from hub.kernel.errors import InvalidInput, NotFound, Words
from hub.organisations.authority.sight import EVERYTHING
from hub.publishing.findings.models import Acknowledgement, Topic

app = typer.Typer(no_args_is_help=True, help="检查发现 / findings")

TopicName = Annotated[str, typer.Argument(help="preflight、liveness 或 reading / which check")]


@app.command("list")
def list_findings(
    topic: TopicName,
    unanswered: Annotated[bool, typer.Option(help="只看未知悉的 / only the unanswered")] = False,
    limit: Annotated[int, typer.Option(min=1, max=2_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """列出发现与已写的意见 / what was found, and what was said to it"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await findings_of(hub).find(
            _topic(topic), EVERYTHING, limit=limit, unanswered=unanswered
        )
        return [asdict(one) for one in found]

    emit(run(work, as_json=as_json), as_json, _show)


@app.command("acknowledge")
def acknowledge(
    topic: TopicName,
    subject: Annotated[str, typer.Argument(help="对象 / subject, as list shows it")],
    remark: Annotated[str, typer.Option(help="意见 / remark")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """书面知悉；发现一变化即重新出现 / known as it is now; it comes back once it changes"""

    async def work(hub: Hub) -> Acknowledgement:
        kind, findings = _topic(topic), findings_of(hub)
        there = await findings.find(kind, EVERYTHING, limit=2_000)
        seen = next((one.fingerprint for one in there if one.subject == subject), "")
        if not seen:
            raise NotFound(Words(f"没有发现 {subject}", f"no finding {subject}"), field="subject")
        return await findings.acknowledge(kind, subject, seen, EVERYTHING, acting(actor), remark)

    emit(run(work, as_json=as_json), as_json, lambda one: Text(f"{one.subject}  {one.by}"))


def _topic(text: str) -> Topic:
    if text not in set(Topic):
        known = ", ".join(Topic)
        raise InvalidInput(
            Words(f"没有检查“{text}”", f"no check '{text}'"),
            field="topic",
            remedy=Words(f"可用：{known}", f"one of: {known}"),
        )
    return Topic(text)


def _show(rows: list[dict[str, Any]]) -> RenderableType:
    table = Table("对象 / subject", "", "发现 / found", "意见 / said")
    for row in rows:
        said = f"{row['said']['by']}：{row['said']['remark']}" if row["said"] else ""
        table.add_row(row["subject"], row["title"], row["words"]["zh"], said)
    return table
