"""gongkai keyarea find, projects, points, coverage, years: what the public can look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.keyarea import Body, Kind, Year
from app.cli.keyarea import app as keyareas
from app.compose import Hub
from hub.catalogue.keyareas.coverage import Coverage
from hub.catalogue.keyareas.describing import entry_as_dict
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.hours import Opening
from hub.catalogue.keyareas.kinds.points import FORM as POINTS
from hub.catalogue.keyareas.lookup import PointNear
from hub.catalogue.keyareas.models import Found, Near, Position, Wanted
from hub.catalogue.keyareas.places import in_china, to_gcj
from hub.catalogue.keyareas.values import read_value, shown_value
from hub.kernel.errors import InvalidInput, Words

_OPENINGS = {
    Opening.OPEN: "开放中",
    Opening.SHUT: "未开放",
    Opening.UNKNOWN: "请先致电",
}

Near_ = Annotated[str, typer.Option("--near", help="纬度,经度（GCJ-02）/ latitude,longitude")]
Wgs = Annotated[bool, typer.Option("--wgs", help="位置为 WGS-84 / the position is WGS-84")]


@keyareas.command("find")
def find(
    kind: Kind,
    words: Annotated[str, typer.Argument(help="词，空格分开，须都出现 / words")] = "",
    body: Annotated[str, typer.Option("--body", help="单位代码，含下级 / with those below")] = "",
    year: Year = 0,
    category: Annotated[
        str, typer.Option(help="类别选项，如 行政许可、在建 / a choice of the form")
    ] = "",
    least: Annotated[float | None, typer.Option(help="进度至少 % / progress at least")] = None,
    most: Annotated[float | None, typer.Option(help="进度至多 % / progress at most")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """在已公开的清单中查找 / look up entries of public lists"""

    async def work(hub: Hub) -> list[Found]:
        form = find_form(kind)
        wanted = Wanted(
            kind=form.kind,
            body_id=(await hub.organisations.body(body)).id if body else "",
            year=year,
            category=_category(form.kind, category),
            words=words,
            least_progress=None if least is None else Decimal(str(least)),
            most_progress=None if most is None else Decimal(str(most)),
            limit=limit,
        )
        return await hub.key_lookup.search(wanted)

    found = run(work, as_json=as_json)
    emit([_found_as_dict(one) for one in found], as_json, lambda _: _show_found(found))


@keyareas.command("projects")
def projects(
    near: Near_,
    metres: Annotated[int, typer.Option(min=1, help="多少米以内 / within metres")] = 5_000,
    year: Year = 0,
    wgs: Wgs = False,
    as_json: JsonOption = False,
) -> None:
    """附近的民生工程 / livelihood projects near a place"""

    async def work(hub: Hub) -> list[Near]:
        return await hub.key_lookup.projects_near(_position(near, wgs), metres=metres, year=year)

    found = run(work, as_json=as_json)
    told = [{**_found_as_dict(one.found), "metres": one.metres} for one in found]
    emit(told, as_json, lambda _: _show_projects(found))


@keyareas.command("points")
def points(
    near: Near_,
    place: Annotated[str, typer.Option(help="场所类型，如 公共图书馆 / kind of place")] = "",
    count: Annotated[int, typer.Option(min=1, max=50)] = 5,
    wgs: Wgs = False,
    as_json: JsonOption = False,
) -> None:
    """最近的查阅点，现在是否开放 / the nearest access points, and whether they are open"""

    async def work(hub: Hub) -> list[PointNear]:
        kind = _category(POINTS.kind, place)
        return await hub.key_lookup.points_near(_position(near, wgs), place=kind, count=count)

    found = run(work, as_json=as_json)
    told = [
        {**_found_as_dict(p.near.found), "metres": p.near.metres, "opening": p.opening.value}
        for p in found
    ]
    emit(told, as_json, lambda _: _show_points(found))


@keyareas.command("coverage")
def coverage(as_json: JsonOption = False) -> None:
    """查阅点覆盖率与达标率 / coverage and fitness of access points (条例第二十五条)"""

    async def work(hub: Hub) -> Coverage:
        return await hub.key_lookup.coverage()

    found = run(work, as_json=as_json)
    shares = {"covered": found.covered, "share": found.share, "fit_share": found.fit_share}
    emit(asdict(found) | shares, as_json, lambda _: _show_coverage(found))


@keyareas.command("years")
def years(
    kind: Kind,
    codes: Annotated[list[str], typer.Argument(help="项的编码，如 expenditure/E / codes")],
    body: Body,
    as_json: JsonOption = False,
) -> None:
    """同一单位各年公开的同一项，可作图 / the same entries of one body over the years"""

    async def work(hub: Hub) -> list[Found]:
        owner = await hub.organisations.body(body)
        return await hub.key_lookup.over_years(find_form(kind).kind, owner.id, codes)

    found = run(work, as_json=as_json)
    emit([_found_as_dict(one) for one in found], as_json, lambda _: _show_found(found))


def _category(kind: str, text: str) -> str:
    """A choice of the form's category by any of its words; raises BadEntry."""
    form = find_form(kind)
    if not text or not form.category:
        return ""
    return str(read_value(form.field(form.category), text))


def _position(text: str, wgs: bool) -> Position:
    parts = text.replace("，", ",").split(",")
    try:
        latitude, longitude = map(float, parts)
    except ValueError as error:
        raise _no_position(text) from error
    position = Position(latitude=latitude, longitude=longitude)
    if not in_china(position):
        raise _no_position(text)
    return to_gcj(position) if wgs else position


def _no_position(text: str) -> InvalidInput:
    return InvalidInput(
        Words(f"“{text}”不是国内的位置", f"'{text}' is no position in China"),
        field="near",
        remedy=Words("先纬度后经度，如 30.66,104.06", "latitude first: 30.66,104.06"),
    )


def _found_as_dict(found: Found) -> dict[str, Any]:
    return {
        **entry_as_dict(found.entry),
        "title": found.title,
        "kind": found.kind,
        "body": found.body_name,
        "year": found.year,
        "number": found.number,
        "position": None if found.position is None else asdict(found.position),
    }


def _show_found(found: Sequence[Found]) -> RenderableType:
    if not found:
        return Text("已公开的清单中没有 / nothing in the public lists")
    form = find_form(found[0].kind)
    names = [n for n in (form.category, form.progress, "amount") if n in form.by_name]
    fields = [form.field(name) for name in names]
    table = Table(
        "年 / year", "单位 / body", "编码 / code", "名称 / name", *(f.words.zh for f in fields)
    )
    for one in found:
        cells = [shown_value(field, one.entry.values.get(field.name)) for field in fields]
        row = (str(one.year or ""), one.body_name, one.entry.code, one.title, *cells)
        table.add_row(*map(Text, row))
    return table


def _show_projects(found: Sequence[Near]) -> RenderableType:
    if not found:
        return Text("附近没有已公开的项目 / no public project near there")
    table = Table("距离 / metres", "项目 / project", "进度", "责任单位", "电话")
    for one in found:
        values = one.found.entry.values
        told = (f"{values['progress']}%", str(values["unit"]), str(values.get("phone", "")))
        table.add_row(f"{one.metres:,} 米", *map(Text, (one.found.title, *told)))
    return table


def _show_points(found: Sequence[PointNear]) -> RenderableType:
    if not found:
        return Text("没有已公开的查阅点 / no public access point")
    table = Table("距离 / metres", "查阅点 / point", "现在 / now", "开放时间", "地址", "电话")
    for point in found:
        values = point.near.found.entry.values
        told = (str(values[name]) for name in ("hours", "address", "phone"))
        table.add_row(
            f"{point.near.metres:,} 米",
            Text(point.near.found.title),
            _OPENINGS[point.opening],
            *map(Text, told),
        )
    return table


def _show_coverage(found: Coverage) -> RenderableType:
    def percent(share: float | None) -> str:
        return "未知" if share is None else f"{share}%"

    words = POINTS.field(POINTS.category)
    missing = [Text(f"缺：{city} {words.label(place).zh}") for city, place in found.missing]
    return Group(
        Text(f"覆盖率 {percent(found.share)}（{found.covered}/{found.wanted}）"),
        Text(f"达标率 {percent(found.fit_share)}（{found.fit}/{found.points}）"),
        *missing,
    )
