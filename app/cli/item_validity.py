"""gongkai item repeal, supersede, validity: whether an item is in force, and since when."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.cli.item import app as items
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.models import Item, Standing, Validity
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.validity.models import ValidityChange
from hub.catalogue.validity.rules import STANDING_WORDS, standing
from hub.kernel.errors import InvalidInput, Words

# kind → how it reads from the item that does it, and from the other
RELATION_WORDS = {
    RelationKind.SUPERSEDES: (Words("代替", "supersedes"), Words("被代替", "superseded by")),
    RelationKind.REPEALS: (Words("废止", "repeals"), Words("被废止", "repealed by")),
    RelationKind.AMENDS: (Words("修改", "amends"), Words("被修改", "amended by")),
    RelationKind.INTERPRETS: (Words("解读", "interprets"), Words("解读见", "interpreted by")),
}

By = Annotated[
    str, typer.Option("--by", help="依据文件的编号或文号 / id or number of the deciding item")
]
Basis = Annotated[
    str, typer.Option("--basis", help="依据（不在目录内的文件等） / ground, where it is no item")
]
Since = Annotated[
    str, typer.Option("--since", help="自何日起，默认今日 / from which day on, today by default")
]


@items.command("repeal")
def repeal(
    item: ItemName,
    body: KeyBody = "",
    by: By = "",
    basis: Basis = "",
    since: Since = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """废止；旧版仍可查阅 / repeal; every version stays readable"""
    _decide(Validity.REPEALED, item, body, by, basis, since, actor, as_json)


@items.command("supersede")
def supersede(
    item: ItemName,
    by: Annotated[
        str, typer.Option("--by", help="新文件的编号或文号 / id or number of the new one")
    ],
    body: KeyBody = "",
    since: Since = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """由新文件代替，互相链接 / superseded by another item, linked both ways"""
    _decide(Validity.SUPERSEDED, item, body, by, "", since, actor, as_json)


@items.command("validity")
def validity(
    item: ItemName,
    decided: Annotated[
        Validity | None, typer.Argument(help="不填只查看 / without it, only look")
    ] = None,
    body: KeyBody = "",
    by: By = "",
    basis: Basis = "",
    since: Since = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """查看有效性与历次变更，或变更 / look at validity and its history, or decide"""
    if decided is not None:
        _decide(decided, item, body, by, basis, since, actor, as_json)
        return

    async def work(hub: Hub) -> dict[str, Any]:
        return await _told(hub, await find_item(hub, item, body))

    emit(run(work, as_json=as_json), as_json, _show)


def _decide(
    decided: Validity,
    item: str,
    body: str,
    by: str,
    basis: str,
    since: str,
    actor: str,
    as_json: bool,
) -> None:
    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        changed = await hub.catalogue.set_validity(
            found.id,
            decided,
            actor=acting(actor),
            since=_day(since),
            by_item_id=(await find_item(hub, by, body)).id if by else "",
            basis=basis,
        )
        return await _told(hub, changed)

    emit(run(work, as_json=as_json), as_json, _show)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field="since",
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


async def _told(hub: Hub, item: Item) -> dict[str, Any]:
    relations = await hub.catalogue.relations(item.id)
    return {
        "item": item.id,
        "title": item.title,
        "doc_no": item.doc_no,
        "standing": standing(item, hub.catalogue.today()),
        "history": await hub.catalogue.history(item.id),
        "relations": [
            {
                "kind": relation.kind,
                "from_here": relation.item_id == item.id,
                "item": other.id,
                "title": other.title,
                "doc_no": other.doc_no,
            }
            for relation, other in relations
        ],
    }


def _show(told: dict[str, Any]) -> RenderableType:
    words = STANDING_WORDS[told["standing"]]
    parts: list[RenderableType] = [
        Text(f"{told['title']}  {told['doc_no']}：{words.zh} / {words.en}")
    ]
    if told["history"]:
        table = Table("自 / since", "有效性 / validity", "依据 / ground", "经办 / by", "时间 / at")
        for change in told["history"]:
            table.add_row(*map(Text, _line(change)))
        parts.append(table)
    for one in told["relations"]:
        said = RELATION_WORDS[one["kind"]][0 if one["from_here"] else 1]
        parts.append(Text(f"{said.zh} {one['doc_no']}《{one['title']}》 {one['item']}"))
    return Group(*parts)


def _line(change: ValidityChange) -> tuple[str, ...]:
    words = STANDING_WORDS[Standing(change.validity.value)]
    ground = change.basis or change.by_item_id or ""
    return (
        str(change.since),
        f"{words.zh} / {words.en}",
        ground,
        change.actor,
        f"{change.at:%Y-%m-%d %H:%M}Z",
    )
