"""gongkai interpretation: 政策解读, its plan, its material and its appraisal."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.interpretation.appraisal.models import CRITERION_WORDS, Appraisal, Criterion, Weights
from hub.interpretation.elements import ELEMENT_WORDS, covered
from hub.interpretation.models import (
    FORM_WORDS,
    Form,
    InterpretationPlan,
    NewPlan,
    Owed,
    PlanPart,
)
from hub.interpretation.rules import PART_WORDS
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(no_args_is_help=True, help="政策解读 / interpretations")

OWED_WORDS = {
    Owed.UNDECIDED: "未认定是否解读",
    Owed.YES: "应当解读",
    Owed.NO: "不解读",
    Owed.IS_ONE: "本件即解读材料",
}


@app.command("plan")
def plan(
    item: ItemName,
    body: KeyBody = "",
    outline: Annotated[str, typer.Option(help="解读提纲 / outline")] = "",
    form: Annotated[list[Form] | None, typer.Option(help="解读形式，可多次 / forms")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="解读渠道，可多次 / channels")] = None,
    due: Annotated[str, typer.Option(help="解读时间 / day on which it is to be public")] = "",
    interpreter: Annotated[str, typer.Option(help="解读人 / who interprets")] = "",
    unit: Annotated[str, typer.Option(help="责任单位 / responsible unit")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """报送解读方案，与文件一并送审 / enter the plan, submitted together with the document"""

    async def work(hub: Hub) -> InterpretationPlan:
        found = await find_item(hub, item, body)
        new = NewPlan(
            outline=outline,
            forms=tuple(form or ()),
            channels=tuple(channel or ()),
            due_on=_day(due, "due_on") if due else None,
            interpreter=interpreter,
            unit=unit,
        )
        return await hub.interpretations.plan(found.id, new, actor=acting(actor))

    emit(run(work, as_json=as_json), as_json, _show_plan)


@app.command("link")
def link(
    material: Annotated[str, typer.Argument(help="解读材料的编号 / the interpretation's id")],
    document: Annotated[str, typer.Argument(help="被解读文件的编号 / the document's id")],
    form: Annotated[Form, typer.Option(help="解读形式 / form")] = Form.TEXT,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """关联解读与文件，双向可见 / link an interpretation to its document, seen from both sides"""

    async def work(hub: Hub) -> dict[str, Any]:
        await hub.interpretations.link(material, document, form, actor=acting(actor))
        return await _standing(hub, document)

    emit(run(work, as_json=as_json), as_json, _show_standing)


@app.command("unlink")
def unlink(
    material: Annotated[str, typer.Argument(help="解读材料的编号 / the interpretation's id")],
    document: Annotated[str, typer.Argument(help="文件的编号 / the document's id")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """解除误关联 / undo a wrong link"""

    async def work(hub: Hub) -> dict[str, bool]:
        gone = await hub.interpretations.unlink(material, document, actor=acting(actor))
        return {"unlinked": gone}

    emit(
        run(work, as_json=as_json),
        as_json,
        lambda d: Text("已解除" if d["unlinked"] else "无此关联"),
    )


@app.command("show")
def show(item: ItemName, body: KeyBody = "", as_json: JsonOption = False) -> None:
    """文件的解读：应否、方案、材料、缺什么、须看什么 / where a document's interpretation stands"""

    async def work(hub: Hub) -> dict[str, Any]:
        return await _standing(hub, (await find_item(hub, item, body)).id)

    emit(run(work, as_json=as_json), as_json, _show_standing)


@app.command("appraise")
def appraise(
    since: Annotated[str, typer.Option(help="起始日期 / first day")],
    until: Annotated[str, typer.Option(help="截止日期，含当日 / last day")],
    body: Annotated[
        list[str] | None, typer.Option(help="单位代码，可多次，默认全部 / bodies, default all")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """考评各单位的解读；未知的项不计 / appraise bodies; what is unknown does not count"""

    async def work(hub: Hub) -> dict[str, Any]:
        known = {one.code: one for one in await hub.organisations.bodies()}
        chosen = (
            [await hub.organisations.body(code) for code in body] if body else [*known.values()]
        )
        zone = ZoneInfo(hub.settings.time_zone)
        start, end = _day(since, "since"), _day(until, "until") + timedelta(days=1)
        found = await hub.interpretations.appraise(
            [one.id for one in chosen], _start_of(start, zone), _start_of(end, zone)
        )
        return {
            "weights": await hub.interpretations.weights(),
            "appraisals": [
                {"code": one.code, "name": one.name, "appraisal": result}
                for one, result in zip(chosen, found, strict=True)
            ],
        }

    emit(run(work, as_json=as_json), as_json, _show_appraisals)


@app.command("weights")
def weights(
    value: Annotated[
        list[str] | None,
        typer.Option("--set", help="如 planned=20，须给全 / name=weight, all of them"),
    ] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """查看或调整考评权重，合计 100 / the appraisal's weights, which make 100 together"""

    async def work(hub: Hub) -> Weights:
        if not value:
            return await hub.interpretations.weights()
        return await hub.interpretations.weigh(_weights(value), actor=acting(actor))

    emit(run(work, as_json=as_json), as_json, _show_weights)


async def _standing(hub: Hub, item_id: str) -> dict[str, Any]:
    found, missing, remarks = await hub.interpretations.standing(item_id)
    elements = covered([material.body for material in found.materials]).covered
    return {
        "item": found.item_id,
        "owed": found.owed,
        "reason": found.reason,
        "plan": found.plan,
        "materials": [
            {"id": m.item_id, "title": m.title, "form": m.form, "public_at": m.public_at}
            for m in found.materials
        ],
        "elements": elements,
        "missing": [words.zh for words in missing],
        "remarks": [words.zh for words in remarks],
    }


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"日期“{text}”不合法", f"'{text}' is no date"),
            field=field,
            remedy=Words("如 2026-12-01", "such as 2026-12-01"),
        ) from error


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _weights(given: list[str]) -> dict[str, int]:
    found = {}
    for text in given:
        name, _, weight = text.partition("=")
        if not weight.isdigit():
            raise InvalidInput(
                Words(f"“{text}”不是权重", f"'{text}' is no weight"),
                field="set",
                remedy=Words("写成 planned=20", "write it as planned=20"),
            )
        found[name] = int(weight)
    return found


def _show_plan(made: InterpretationPlan) -> Table:
    table = Table(show_header=False)
    told = {
        PlanPart.OUTLINE: made.outline,
        PlanPart.FORMS: "、".join(FORM_WORDS[form].zh for form in made.forms),
        PlanPart.CHANNELS: "、".join(made.channels),
        PlanPart.DUE: made.due_on.isoformat(),
        PlanPart.INTERPRETER: made.interpreter,
        PlanPart.UNIT: made.unit,
    }
    for part, text in told.items():
        table.add_row(PART_WORDS[part].zh, Text(text))
    return table


def _show_standing(told: dict[str, Any]) -> RenderableType:
    lines: list[RenderableType] = [Text(f"{OWED_WORDS[told['owed']]} {told['reason']}")]
    if told["plan"]:
        lines.append(_show_plan(told["plan"]))
    if told["materials"]:
        table = Table(Column("编号 / id", no_wrap=True), "解读材料 / material", "形式", "公开于")
        for one in told["materials"]:
            public = one["public_at"].strftime("%Y-%m-%d %H:%M") if one["public_at"] else "未公开"
            table.add_row(one["id"], Text(one["title"]), FORM_WORDS[one["form"]].zh, public)
        lines.append(table)
        named = "、".join(ELEMENT_WORDS[element].zh for element in told["elements"])
        lines.append(Text(f"已见要素：{named or '无'}"))
    lines += [Text(f"✗ 缺：{text}", style="red") for text in told["missing"]]
    lines += [Text(f"! {text}", style="yellow") for text in told["remarks"]]
    return Group(*lines)


def _show_appraisals(told: dict[str, Any]) -> Table:
    table = Table(
        "单位 / body", "文件", "应解读", *(CRITERION_WORDS[c].zh for c in Criterion), "得分"
    )
    for row in told["appraisals"]:
        result: Appraisal = row["appraisal"]
        values = [_figure(result.values.get(criterion)) for criterion in Criterion]
        counts = (str(result.documents), str(result.owed))
        table.add_row(Text(row["name"]), *counts, *values, _figure(result.score))
    return table


def _figure(value: float | None) -> str:
    return "未知" if value is None else f"{value:.0f}"


def _show_weights(found: Weights) -> Table:
    table = Table("项 / criterion", "名称", "权重 / weight", title=f"v{found.version}")
    for criterion, weight in found.values.items():
        table.add_row(criterion.value, str(CRITERION_WORDS[criterion]), str(weight))
    return table
