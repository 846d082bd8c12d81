"""gongkai item add, edit: an item's record, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.common import JsonOption, emit, run
from app.cli.item import ItemName, KeyBody, find_item, read_text, show_one
from app.cli.item import app as items
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.classification.models import GENRES
from hub.catalogue.classification.rules import find_genre, find_statutory_class
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import draft_of
from hub.kernel.errors import InvalidInput, Words

Title = Annotated[str | None, typer.Option(help="标题 / title")]
TextFile = Annotated[Path | None, typer.Option("--text", help="正文文件 / file with the text")]
Summary = Annotated[str | None, typer.Option(help="摘要 / summary")]
DocNo = Annotated[str | None, typer.Option(help="发文字号 / document number")]
IndexNo = Annotated[
    str | None, typer.Option(help="索引号，不填由系统编 / index number, made where none is given")
]
GenreName = Annotated[str | None, typer.Option("--genre", help="体裁，如 通知 / genre")]
ThemeName = Annotated[
    str | None, typer.Option("--theme", help="主题分类，见 theme list / theme, see theme list")
]
ClassName = Annotated[
    str | None,
    typer.Option("--class", help="法定主动公开内容，20-1 至 20-15 / item of article 20"),
]
Normative = Annotated[
    bool | None, typer.Option("--normative/--not-normative", help="规范性文件 / normative document")
]
Unit = Annotated[str | None, typer.Option(help="责任单位 / responsible unit")]
Keywords = Annotated[list[str] | None, typer.Option("--keyword", help="主题词，可多次 / keyword")]
Audience = Annotated[list[str] | None, typer.Option(help="服务对象，可多次 / whom it serves")]
FormedOn = Annotated[str | None, typer.Option(help="成文日期 / day of formation")]
ValidFrom = Annotated[str | None, typer.Option(help="生效日期 / in force from")]
ValidUntil = Annotated[str | None, typer.Option(help="有效期至 / in force until")]
Attributed = Annotated[Attribute | None, typer.Option(help="公开属性 / attribute")]


@items.command("add")
def add(
    body: Annotated[str, typer.Option("--body", help="单位代码 / body")],
    title: Annotated[str, typer.Option(help="标题 / title")],
    text: Annotated[Path, typer.Option(help="正文文件 / file with the text")],
    attribute: Annotated[Attribute, typer.Option(help="公开属性 / attribute")],
    key: Annotated[str, typer.Option(help="外部编号 / your own key")] = "",
    issuer: Annotated[str, typer.Option(help="发文机关，默认本单位 / issuer")] = "",
    summary: Summary = None,
    doc_no: DocNo = None,
    index_no: IndexNo = None,
    genre: GenreName = None,
    theme: ThemeName = None,
    statutory_class: ClassName = None,
    normative: Normative = None,
    unit: Unit = None,
    keyword: Keywords = None,
    audience: Audience = None,
    formed_on: FormedOn = None,
    valid_from: ValidFrom = None,
    valid_until: ValidUntil = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """录入一条信息 / enter an item"""
    given = {key: value for key, value in locals().items() if key in _FIELDS}

    async def work(hub: Hub) -> dict[str, Any]:
        owner = await hub.organisations.body(body)
        draft = ItemDraft(
            body_id=owner.id,
            title=title,
            body=read_text(text),
            attribute=attribute,
            external_key=key,
            issuer=issuer,
        )
        added = await hub.catalogue.add(replace(draft, **_changes(given)), actor=acting(actor))
        return {"item": added, "versions": []}

    emit(run(work, as_json=as_json), as_json, show_one)


@items.command("edit")
def edit(
    item: ItemName,
    body: KeyBody = "",
    title: Title = None,
    text: TextFile = None,
    summary: Summary = None,
    doc_no: DocNo = None,
    index_no: IndexNo = None,
    genre: GenreName = None,
    theme: ThemeName = None,
    statutory_class: ClassName = None,
    normative: Normative = None,
    unit: Unit = None,
    keyword: Keywords = None,
    audience: Audience = None,
    formed_on: FormedOn = None,
    valid_from: ValidFrom = None,
    valid_until: ValidUntil = None,
    attribute: Attributed = None,
    base_version: Annotated[
        int | None, typer.Option(help="以此版为基础，他人已改则拒绝 / refuse if newer")
    ] = None,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """修改：成为新版，原签审失效 / edit: a new version, former approvals are void"""
    given = {key: value for key, value in locals().items() if key in _FIELDS}

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        draft = replace(draft_of(found), **_changes(given))
        draft = replace(
            draft,
            title=draft.title if title is None else title,
            attribute=attribute or draft.attribute,
            body=draft.body if text is None else read_text(text),
        )
        edited = await hub.catalogue.edit(
            found.id, draft, actor=acting(actor), base_version=base_version or found.version
        )
        return {"item": edited, "versions": []}

    emit(run(work, as_json=as_json), as_json, show_one)


_DATES = ("formed_on", "valid_from", "valid_until")
_FIELDS = frozenset(
    {"summary", "doc_no", "index_no", "genre", "theme", "statutory_class", "normative", "unit",
     "keyword", "audience", *_DATES}
)  # fmt: skip


def _changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given on the command line as fields of a draft; an empty text empties a field."""
    told = {name: value for name, value in given.items() if value is not None}
    if "keyword" in told:
        told["keywords"] = tuple(told.pop("keyword"))
    if "audience" in told:
        told["audience"] = tuple(told["audience"])
    for name in _DATES:
        if name in told:
            told[name] = _day(name, told[name])
    for name, (find, allowed) in _CHOSEN.items():
        if name in told:
            told[name] = _choice(name, told[name], find(told[name]), allowed)
    return told


_CHOSEN: Mapping[str, tuple[Callable[[str], StrEnum | None], str]] = {
    "genre": (find_genre, "、".join(names[0] for names in GENRES.values())),
    "statutory_class": (find_statutory_class, "20-1 … 20-15"),
}


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是日期", f"'{text}' is no date"),
            field=name,
            remedy=Words("写成 2026-12-01", "write it as 2026-12-01"),
        ) from error


def _choice(name: str, text: str, found: StrEnum | None, allowed: str) -> StrEnum | None:
    if found is not None or not text:
        return found
    raise InvalidInput(
        Words(f"“{text}”不在可选值内", f"'{text}' is not one of the choices"),
        field=name,
        remedy=Words(f"可选：{allowed}", f"choose: {allowed}"),
    )
