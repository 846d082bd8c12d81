"""How lists, versions, changes and forms of the key areas look in a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from hub.catalogue.keyareas.changes import counted
from hub.catalogue.keyareas.describing import change_as_dict, entry_as_dict
from hub.catalogue.keyareas.errors import UnknownList
from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.models import Change, Entry, Reading, Standing, VersionView
from hub.catalogue.keyareas.preparing import Prepared
from hub.catalogue.keyareas.rules import title_of
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.keyareas.values import shown_value
from hub.catalogue.keyareas.wording import CHANGE_WORDS, change_line, list_title
from hub.kernel.errors import Words

__all__ = [
    "prepared_as_dict",
    "reading_as_dict",
    "show_changes",
    "show_form",
    "show_prepared",
    "show_reading",
    "show_versions",
    "view_as_dict",
]

_STANDINGS = {
    Standing.PREPARED: "已编制，未送审",
    Standing.CARRIED: "已拟公布，待签发上网",
    Standing.UPCOMING: "已公开，未到执行日",
    Standing.IN_FORCE: "现行",
    Standing.SUPERSEDED: "已被取代",
}


def prepared_as_dict(done: Prepared) -> dict[str, Any]:
    return {
        "version": None if done.version is None else asdict(done.version),
        "new": done.new,
        "changes": None if done.changes is None else [change_as_dict(c) for c in done.changes],
        "faults": [fault.as_dict() for fault in done.faults],
    }


def view_as_dict(view: VersionView) -> dict[str, Any]:
    return {
        "version": asdict(view.version),
        "carrier": None if view.carrier is None else asdict(view.carrier),
        "standing": view.standing.value,
    }


def reading_as_dict(reading: Reading, code: str) -> dict[str, Any]:
    """The list with its entries, or with the one of that code."""
    return {
        "list": asdict(reading.list),
        "version": asdict(reading.version),
        "carrier": None if reading.carrier is None else asdict(reading.carrier),
        "entries": [entry_as_dict(entry) for entry in _chosen(reading, code)],
    }


def show_form(form: Form) -> RenderableType:
    table = Table(
        Column("列名 / column", min_width=12),
        "字段 / field",
        "必填",
        "类型 / type",
        "要求 / demands",
    )
    for field in form.fields:
        choices = "、".join(f"{choice.words.zh}" for choice in field.choices)
        demands = "；".join(filter(None, (choices, field.help.zh if field.help else "")))
        kind = f"{field.type}{f'（{field.unit}）' if field.unit else ''}"
        required = "是" if field.required else ""
        table.add_row(*map(Text, (field.words.zh, field.name, required, kind, demands)))
    key = "＋".join(form.field(name).words.zh for name in form.key)
    year = "；按年成册，用 --year" if form.yearly else ""
    return Group(Text(f"{form.words}：{form.about}"), table, Text(f"每项由 {key} 唯一确定{year}"))


def show_prepared(form: Form, done: Prepared) -> RenderableType:
    if done.version is None:
        table = Table("行 / row", "字段 / field", "问题 / fault", "怎么办 / remedy")
        for fault in done.faults:
            named = form.by_name.get(fault.error.field)
            table.add_row(
                str(fault.row) if fault.row else "整份 / whole",
                Text(named.words.zh if named else fault.error.field),
                Text(str(fault.error.words)),
                Text(str(fault.error.remedy or "")),
            )
        refused = f"全部未收，{len(done.faults)} 处须改 / nothing taken, {len(done.faults)} faults"
        return Group(table, Text(refused))
    version = done.version
    if not done.new:
        return Text(
            f"与第 {version.number} 版相同，未成新版 / says what version {version.number} says"
        )
    counts = counted(done.changes or ())
    told = "，".join(f"{CHANGE_WORDS[kind]} {count}" for kind, count in counts.items())
    return Group(
        Text(f"第 {version.number} 版，{version.size} 项，自 {version.effective_on} 起执行"),
        Text(f"与上一版相比：{told}" if done.changes is not None else "首版"),
        Text(f"校验码 {version.hash}"),
        Text("→ 尚未公开；下一步 / not public yet, next: gongkai keyarea propose"),
    )


def show_versions(views: Sequence[VersionView]) -> Table:
    table = Table(
        "版", "执行日 / since", "项数", "状态 / standing", "公布信息 / item", "校验码 / hash"
    )
    for view in views:
        carrier = view.carrier
        named = f"{carrier.doc_no or carrier.title} {carrier.item_id}" if carrier else ""
        table.add_row(
            str(view.version.number),
            str(view.version.effective_on),
            str(view.version.size),
            _STANDINGS[view.standing],
            Text(named),
            view.version.hash[:12],
        )
    return table


def show_changes(
    form: Form, changes: Sequence[Change], before: Reading, after: Reading
) -> RenderableType:
    entries = (*before.entries, *after.entries)
    titles = {entry.code: title_of(form, entry.values) for entry in entries}
    counts = counted(changes)
    told = "，".join(f"{CHANGE_WORDS[kind]} {count}" for kind, count in counts.items())
    head = f"第 {before.version.number} 版 → 第 {after.version.number} 版：{told}"
    return Group(Text(head), *(Text(change_line(form, change, titles)) for change in changes))


def show_reading(reading: Reading, code: str) -> RenderableType:
    form = find_form(reading.list.key.kind)
    version, carrier = reading.version, reading.carrier
    lines = [
        f"{list_title(form, reading.list)}　第 {version.number} 版，"
        f"自 {version.effective_on} 起执行，{version.size} 项",
        f"公布：{carrier.title} {carrier.doc_no} {carrier.item_id}"
        + ("" if carrier.public else "（尚未公开）")
        if carrier
        else "尚无信息公布该版，未公开",
    ]
    body: RenderableType = _one(form, _chosen(reading, code)[0]) if code else _all(form, reading)
    return Group(*map(Text, lines), body)


def _all(form: Form, reading: Reading) -> Table:
    """The key, the title and the first columns that everybody fills in."""
    names = list(dict.fromkeys((*form.key, form.title, form.category, form.progress)))
    others = [f.name for f in form.fields if f.required and f.name not in names]
    fields = [form.field(name) for name in (*filter(None, names), *others)][:7]
    table = Table(*(field.words.zh for field in fields))
    for entry in reading.entries:
        cells = (shown_value(field, entry.values.get(field.name)) for field in fields)
        table.add_row(*(Text(cell if len(cell) <= 30 else f"{cell[:29]}…") for cell in cells))
    return table


def _one(form: Form, entry: Entry) -> Table:
    table = Table(show_header=False)
    for field in form.fields:
        if field.name in entry.values:
            table.add_row(field.words.zh, Text(shown_value(field, entry.values[field.name])))
    return table


def _chosen(reading: Reading, code: str) -> tuple[Entry, ...]:
    """Every entry, or the one with that code; raises UnknownList."""
    chosen = tuple(entry for entry in reading.entries if not code or entry.code == code)
    if not chosen:
        raise UnknownList(Words(f"其中没有“{code}”", f"no '{code}' in it"))
    return chosen
