"""gongkai item determine, determination, withheld: 属性认定 at drafting."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.cli.item import app as items
from app.cli.rows import Actor, acting, local_instant
from app.compose import Hub
from hub.catalogue.models import Attribute
from hub.kernel.errors import InvalidInput, Words
from hub.review.determination.grounds import FORCE_WORDS, GROUNDS
from hub.review.determination.models import Determination, Limit, Matter, Proposal, Starts
from hub.review.determination.rules import ATTRIBUTE_WORDS, MATTER_WORDS

PrintedAt = Annotated[
    str, typer.Option(help="文件付印时间，当地 / when it was printed, 2026-12-01T09:00")
]
EndedAt = Annotated[str, typer.Option(help="会议或活动结束时间，当地 / when it ended")]
FormedOn = Annotated[str, typer.Option(help="成文日期 / day it was formed, 2026-12-01")]


@items.command("determine")
def determine(
    item: ItemName,
    body: KeyBody = "",
    attribute: Annotated[
        Attribute | None, typer.Option(help="公开属性，默认依信息所填 / default: the item's")
    ] = None,
    ground: Annotated[
        str, typer.Option(help="法律依据，见 item grounds / ground in law, see item grounds")
    ] = "",
    reason: Annotated[str, typer.Option(help="认定理由 / the written reason")] = "",
    interpret: Annotated[
        bool | None, typer.Option("--interpret/--no-interpret", help="是否解读 / interpreted?")
    ] = None,
    why_not: Annotated[str, typer.Option(help="不解读的理由 / why it is not interpreted")] = "",
    document: Annotated[
        list[str] | None, typer.Option(help="须解读的文件，默认本件 / what must be interpreted")
    ] = None,
    unit: Annotated[str, typer.Option(help="责任单位 / responsible unit")] = "",
    matter: Annotated[Matter | None, typer.Option(help="事项类别 / kind of matter")] = None,
    limit: Annotated[
        str, typer.Option(help="公开时限：statutory 或日期 / statutory, or a day")
    ] = "",
    printed_at: PrintedAt = "",
    ended_at: EndedAt = "",
    formed_on: FormedOn = "",
    review_on: Annotated[
        str, typer.Option(help="不予公开的再评估日期 / when what is withheld is assessed again")
    ] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """认定属性：缺项即退文并列明，改认定则原签审失效

    Determine the attribute at drafting. Parts missing: the item goes back with their list.
    Another decision than before voids what was signed.
    """

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        proposal = Proposal(
            attribute=attribute or found.attribute,
            ground=ground,
            reason=reason,
            interpret=interpret,
            no_interpretation_reason=why_not,
            documents=tuple(document or ()),
            unit=unit,
            matter=matter,
            **_limited(limit),
            review_on=_day(review_on, "review_on"),
            starts=starts_given(hub, printed_at, ended_at, formed_on),
        )
        made = await hub.determinations.determine(found.id, proposal, actor=acting(actor))
        return told(made)

    emit(run(work, as_json=as_json), as_json, _show)


@items.command("started")
def started(
    item: ItemName,
    body: KeyBody = "",
    printed_at: PrintedAt = "",
    ended_at: EndedAt = "",
    formed_on: FormedOn = "",
    reason: Annotated[str, typer.Option(help="改动已登记时间的理由 / why it moves")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """登记计时起点：付印、结束或成文 / enter what starts the clock; no signature is voided"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        starts = starts_given(hub, printed_at, ended_at, formed_on)
        return told(
            await hub.determinations.start(found.id, starts, actor=acting(actor), reason=reason)
        )

    emit(run(work, as_json=as_json), as_json, _show)


@items.command("determination")
def determination(item: ItemName, body: KeyBody = "", as_json: JsonOption = False) -> None:
    """现行认定与历次认定 / what holds, and every determination there was"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        now = await hub.determinations.get(found.id)
        history = await hub.determinations.history(found.id)
        return {**told(now), "history": [told(one) for one in history]}

    emit(run(work, as_json=as_json), as_json, _show)


@items.command("determine-imported")
def determine_imported(
    reason: Annotated[str, typer.Option(help="导入前已在何处公开 / where it was public before")],
    unit: Annotated[str, typer.Option(help="责任单位，默认发布机构 / default: the issuer")] = "",
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """导入前已公开的信息按规则认定 / determine by rule what was public before it was imported"""

    async def work(hub: Hub) -> dict[str, int]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        done = await hub.determinations.determine_imported(
            reason=reason, unit=unit, body_id=body_id, actor=acting(actor)
        )
        return {"determined": done}

    shown = run(work, as_json=as_json)
    emit(shown, as_json, lambda d: Text(f"已认定 {d['determined']} 条 / determined"))


@items.command("withheld")
def withheld(
    within: Annotated[int, typer.Option(min=0, max=3650, help="今后多少天内到期 / days ahead")] = 0,
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """到期应再评估的不予公开信息（条例第十八条）/ withheld items due to be assessed again"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        found = await hub.determinations.due_again(
            body_id=body_id, within=timedelta(days=within), limit=limit
        )
        return [{**told(one), "title": title} for one, title in found]

    emit(run(work, as_json=as_json), as_json, _show_withheld)


@items.command("grounds")
def grounds(as_json: JsonOption = False) -> None:
    """公开与不公开的法律依据 / the grounds in law"""
    rows = [
        {
            "key": g.key,
            "article": asdict(g.article),
            "words": asdict(g.words),
            "force": g.force,
            "force_words": asdict(FORCE_WORDS[g.force]),
            "attributes": sorted(g.attributes),
            "row": g.row,
        }
        for g in GROUNDS.values()
    ]
    emit(rows, as_json, _show_grounds)


def starts_given(hub: Hub, printed_at: str, ended_at: str, formed_on: str) -> Starts:
    """What a person typed, wall-clock times being those of the installation's zone."""
    zone = hub.settings.time_zone
    return Starts(
        printed_at=local_instant(printed_at, zone, "printed_at") if printed_at else None,
        ended_at=local_instant(ended_at, zone, "ended_at") if ended_at else None,
        formed_on=_day(formed_on, "formed_on"),
    )


def told(made: Determination) -> dict[str, Any]:
    """The determination in its stable shape, the starts beside the rest."""
    data = asdict(made)
    starts: dict[str, Any] = data.pop("starts")
    return data | starts


def _limited(text: str) -> dict[str, Any]:
    if not text:
        return {}
    if text == Limit.STATUTORY:
        return {"limit": Limit.STATUTORY}
    return {"limit": Limit.SET, "limit_on": _day(text, "limit")}


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no day"),
            field=field,
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _show(data: dict[str, Any]) -> RenderableType:
    table = Table(show_header=False)
    ground = GROUNDS.get(data["ground"])
    shown = data | {
        "attribute": ATTRIBUTE_WORDS[data["attribute"]],
        "matter": MATTER_WORDS[data["matter"]],
        "ground": f"{ground.article}：{ground.words}" if ground else "",
        "documents": "、".join(data["documents"]),
    }
    for name, value in shown.items():
        if name != "history" and value not in (None, ""):
            table.add_row(name, Text(str(value)))
    former = data.get("history", ())[:-1]
    lines = [
        Text(f"r{d['revision']}  {ATTRIBUTE_WORDS[d['attribute']]}  {d['determined_by']}")
        for d in former
    ]
    return Group(table, *lines)


def _show_withheld(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26),
        "标题 / title",
        "依据 / ground",
        "再评估 / assess again",
    )
    for row in rows:
        table.add_row(row["item_id"], Text(row["title"]), row["ground"], str(row["review_on"]))
    return table


def _show_grounds(rows: list[dict[str, Any]]) -> Table:
    table = Table("键 / key", "条款 / article", "内容 / what", "效力 / force", "用于 / for")
    for row in rows:
        ground = GROUNDS[row["key"]]
        fit = "、".join(ATTRIBUTE_WORDS[Attribute(a)].zh for a in row["attributes"])
        force = FORCE_WORDS[ground.force]
        table.add_row(row["key"], str(ground.article), str(ground.words), str(force), fit)
    return table
