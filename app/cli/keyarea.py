"""gongkai keyarea: lists of the key areas, their versions and how they are published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.cli.common import FAILED, JsonOption, emit, failures, run
from app.cli.keyarea_shown import (
    prepared_as_dict,
    reading_as_dict,
    show_changes,
    show_form,
    show_prepared,
    show_reading,
    show_versions,
    view_as_dict,
)
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.keyareas.describing import change_as_dict, form_as_dict, json_schema, template
from hub.catalogue.keyareas.forms import FORMS, find_form
from hub.catalogue.keyareas.models import ListKey, ListView
from hub.catalogue.keyareas.preparing import Prepared
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.keyareas.wording import list_title
from hub.catalogue.models import Item
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(no_args_is_help=True, help="重点领域清单 / lists of the key areas")

Kind = Annotated[str, typer.Argument(help="种类，如 projects 或 民生工程 / kind")]
Body = Annotated[str, typer.Option("--body", help="单位代码 / body")]
Year = Annotated[int, typer.Option("--year", help="年度清单的年份 / year of a yearly list")]
Day = Annotated[str, typer.Option(help="执行日期，默认今天 / takes effect on, default today")]
Note = Annotated[str, typer.Option(help="调整原因 / why it is adjusted")]


@app.command("kinds")
def kinds(as_json: JsonOption = False) -> None:
    """有哪些清单 / the kinds there are"""
    emit([form_as_dict(form) for form in FORMS.values()], as_json, lambda _: _show_kinds())


@app.command("form")
def form(
    kind: Kind,
    schema: Annotated[bool, typer.Option("--schema", help="输出 JSON Schema")] = False,
    blank: Annotated[
        Path | None, typer.Option("--blank", help="写出空白 CSV 表 / write an empty CSV")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """填报表单：字段、要求与选项 / the entry form: fields, demands and choices"""

    found = _form(kind, as_json)
    if blank is not None:
        blank.write_text(template(found), "utf-8", newline="")
    if schema:
        emit(json_schema(found), True, lambda _: Text())
    else:
        emit(form_as_dict(found), as_json, lambda _: show_form(found))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV 或 JSON Lines，列名用中文或英文字段名")],
    kind: Annotated[str, typer.Option("--kind", help="种类 / kind")],
    body: Body,
    year: Year = 0,
    effective: Day = "",
    note: Note = "",
    partial: Annotated[
        bool, typer.Option("--partial", help="只改文件列出的项，其余不动 / keep the other entries")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """导入整份清单为新版：有一行不合格就都不收，逐行说明

    Import a file as the next version: all of it, or nothing and every fault by its row (exit code
    1). Nothing is public yet: see `keyarea propose`.
    """

    async def work(hub: Hub) -> Prepared:
        key = await hub.keyareas.key(kind, body, year)
        return await hub.keyareas.import_file(
            file,
            key,
            effective_on=_day(effective, "effective"),
            note=note,
            partial=partial,
            actor=acting(actor),
        )

    _tell(_form(kind, as_json), run(work, as_json=as_json), as_json)


@app.command("edit")
def edit(
    kind: Kind,
    body: Body,
    year: Year = 0,
    change: Annotated[
        str, typer.Option("--set", help='改一项，JSON：{"code": "A-1", "进度": "60%"}')
    ] = "",
    remove: Annotated[
        list[str] | None, typer.Option(help="取消该编码，可重复 / leave this code out")
    ] = None,
    effective: Day = "",
    note: Note = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """在最新一版上改一项或取消几项，成为新版 / change single entries: a new version"""

    async def work(hub: Hub) -> Prepared:
        key = await hub.keyareas.key(kind, body, year)
        return await hub.keyareas.amend(
            key,
            _rows(change),
            removed=remove or (),
            effective_on=_day(effective, "effective"),
            note=note,
            actor=acting(actor),
        )

    _tell(_form(kind, as_json), run(work, as_json=as_json), as_json)


@app.command("lists")
def lists(
    kind: Annotated[str, typer.Option("--kind", help="种类 / kind")] = "",
    body: Annotated[str, typer.Option("--body", help="单位代码，含下级 / with those below")] = "",
    year: Year = 0,
    as_json: JsonOption = False,
) -> None:
    """有哪些清单，现行第几版 / the lists there are and the version in force"""

    async def work(hub: Hub) -> list[ListView]:
        body_id = (await hub.organisations.body(body)).id if body else ""
        of_kind = find_form(kind).kind if kind else ""
        return await hub.keyareas.lists(kind=of_kind, body_id=body_id, year=year)

    emit(run(work, as_json=as_json), as_json, _show_lists)


@app.command("versions")
def versions(kind: Kind, body: Body, year: Year = 0, as_json: JsonOption = False) -> None:
    """各版：何时执行、由哪条信息公布、是否现行 / versions, and which document published them"""

    async def work(hub: Hub) -> Any:
        key = await hub.keyareas.key(kind, body, year)
        return await hub.keyareas.versions(key)

    found = run(work, as_json=as_json)
    emit([view_as_dict(view) for view in found], as_json, lambda _: show_versions(found))


@app.command("diff")
def diff(
    kind: Kind,
    body: Body,
    year: Year = 0,
    old: Annotated[int, typer.Option(help="旧版号，默认新版的前一版 / old version")] = 0,
    new: Annotated[int, typer.Option(help="新版号，默认最后一版 / new version")] = 0,
    as_json: JsonOption = False,
) -> None:
    """两版之间增加、修改（逐字段）、取消了什么 / what was added, changed, removed"""

    async def work(hub: Hub) -> Any:
        key = await hub.keyareas.key(kind, body, year)
        last = new or (await hub.keyareas.versions(key))[-1].version.number
        before = await hub.keyareas.read_number(key, old or last - 1)
        after = await hub.keyareas.read_number(key, last)
        return before, after, await hub.keyareas.changes(key, before.version.number, last)

    before, after, changes = run(work, as_json=as_json)
    emit(
        [change_as_dict(change) for change in changes],
        as_json,
        lambda _: show_changes(find_form(after.list.key.kind), changes, before, after),
    )


@app.command("show")
def show(
    kind: Kind,
    body: Body,
    year: Year = 0,
    as_of: Annotated[str, typer.Option(help="那一天的公开版本 / what was public that day")] = "",
    number: Annotated[int, typer.Option(help="第几版，不论是否公开 / any version")] = 0,
    code: Annotated[str, typer.Option(help="只看一项的全部字段 / one entry in full")] = "",
    as_json: JsonOption = False,
) -> None:
    """一份清单：现行版、某日有效的版本或指定版 / a list today, on a day, or by number"""

    async def work(hub: Hub) -> Any:
        key: ListKey = await hub.keyareas.key(kind, body, year)
        if number:
            return await hub.keyareas.read_number(key, number)
        return await hub.keyareas.read(key, on=_day(as_of, "as-of"))

    reading = run(work, as_json=as_json)
    emit(reading_as_dict(reading, code), as_json, lambda _: show_reading(reading, code))


@app.command("propose")
def propose(
    kind: Kind,
    body: Body,
    year: Year = 0,
    number: Annotated[int, typer.Option(help="第几版，默认最后一版 / version, default last")] = 0,
    item: Annotated[
        str, typer.Option(help="由已有的信息（编号）公布 / let this item carry it")
    ] = "",
    title: Annotated[str, typer.Option(help="标题 / title")] = "",
    doc_no: Annotated[str, typer.Option(help="文号 / document number")] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """拟一条信息公布该版：写明变动与校验码，三审通过并上网后清单才公开

    Enter an item that publishes the version: it tells the changes and carries the hash; the list is
    public once three people have signed that item and the body's own site has it.
    """

    async def work(hub: Hub) -> Item:
        key = await hub.keyareas.key(kind, body, year)
        last = number or (await hub.keyareas.versions(key))[-1].version.number
        version = await hub.keyareas.version(key, last)
        if item:
            return await hub.keyareas.carry(version.id, item, actor=acting(actor))
        return await hub.keyareas.propose(
            version.id, title=title, doc_no=doc_no, actor=acting(actor)
        )

    emit(run(work, as_json=as_json), as_json, _show_item)


def _form(kind: str, as_json: bool) -> Form:
    with failures(as_json):
        return find_form(kind)


def _tell(found: Form, done: Prepared, as_json: bool) -> None:
    emit(prepared_as_dict(done), as_json, lambda _: show_prepared(found, done))
    if done.faults:
        raise typer.Exit(FAILED)


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field=field,
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _rows(text: str) -> Sequence[dict[str, object]]:
    try:
        return [msgspec.json.decode(text, type=dict[str, object])] if text else []
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            Words(f"不是 JSON 对象：{error}", f"no JSON object: {error}"),
            field="set",
            remedy=Words('如 {"code": "A-1", "进度": "60%"}', 'such as {"code": "A-1"}'),
        ) from error


def _show_kinds() -> Table:
    table = Table("种类 / kind", "名称 / name", "内容 / about", "按年 / yearly")
    for form in FORMS.values():
        table.add_row(form.kind, str(form.words), str(form.about), "是" if form.yearly else "")
    return table


def _show_lists(found: list[ListView]) -> Table:
    table = Table("种类 / kind", "清单 / list", "单位 / body", "现行 / in force", "最后 / last")
    for view in found:
        key = view.list.key
        title = list_title(find_form(key.kind), view.list)
        force = f"第 {view.in_force} 版" if view.in_force else "未公开"
        table.add_row(key.kind, Text(title), view.list.body_code, force, f"第 {view.last} 版")
    return table


def _show_item(item: Item) -> RenderableType:
    return Group(
        Text(item.title),
        Text(item.body),
        Text(f"→ 认定属性 / determine: gongkai item determine {item.id} …"),
        Text(f"→ 送审 / submit: gongkai review submit {item.id}"),
    )
