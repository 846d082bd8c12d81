"""gongkai case fact: what the answer to a case quotes from published items."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import KeyBody, find_item
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.opinion import quoting_of
from hub.opinion.cases.quoting.models import FactStanding

__all__ = ["add_to"]

app = typer.Typer(no_args_is_help=True, help="回应引用的事实 / facts that an answer quotes")
CaseId = Annotated[str, typer.Argument(help="舆情件编号 / case id")]
FactId = Annotated[str, typer.Argument(help="引用编号 / fact id")]
Quote = Annotated[str, typer.Option(help="原文，逐字 / what the source says, word for word")]
_STANDINGS = {
    FactStanding.HOLDS: "原文如此 / holds",
    FactStanding.CHANGED: "原文已改 / the source says so no more",
    FactStanding.GONE: "原文已撤回 / the source is withdrawn",
}


def add_to(noun: typer.Typer) -> None:
    """Put the noun of facts below that of cases."""
    noun.add_typer(app, name="fact")


@app.command("list")
def list_facts(case: CaseId, as_json: JsonOption = False) -> None:
    """引用的事实及其来源 / the facts of the answer and their sources"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        found = await quoting_of(hub).facts(case)
        return [asdict(one.fact) | {"standing": one.standing} for one in found]

    emit(run(work, as_json=as_json), as_json, _listed)


@app.command("add")
def add(
    case: CaseId,
    item: Annotated[str, typer.Argument(help="已公开信息：编号、文号 / a public item")],
    quote: Quote,
    body: KeyBody = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """引用一条已公开信息，送审前均可 / quote a public item, until the answer goes to review"""

    async def work(hub: Hub) -> dict[str, Any]:
        source = await find_item(hub, item, body)
        return asdict(await quoting_of(hub).add(case, source.id, quote, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _told)


@app.command("change")
def change(
    case: CaseId,
    fact: FactId,
    quote: Quote,
    item: Annotated[str, typer.Option(help="换一个来源 / another source")] = "",
    body: KeyBody = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """改引另一句，或另一条信息 / quote other words, or another item"""

    async def work(hub: Hub) -> dict[str, Any]:
        source = (await find_item(hub, item, body)).id if item else ""
        done = await quoting_of(hub).change(case, fact, quote, actor=acting(actor), item_id=source)
        return asdict(done)

    emit(run(work, as_json=as_json), as_json, _told)


@app.command("remove")
def remove(case: CaseId, fact: FactId, actor: Actor = "", as_json: JsonOption = False) -> None:
    """撤去一条引用 / quote it no more"""

    async def work(hub: Hub) -> dict[str, Any]:
        return asdict(await quoting_of(hub).remove(case, fact, actor=acting(actor)))

    emit(run(work, as_json=as_json), as_json, _told)


def _told(fact: dict[str, Any]) -> Text:
    return Text(f"{fact['id']} “{fact['quote']}”——《{fact['title']}》")


def _listed(found: list[dict[str, Any]]) -> Table:
    table = Table("编号 / id", "引文 / quote", "来源 / source", "现状 / now")
    for one in found:
        source = Text(f"{one['title']} {one['doc_no']}".strip())
        table.add_row(one["id"], Text(one["quote"]), source, _STANDINGS[one["standing"]])
    return table
