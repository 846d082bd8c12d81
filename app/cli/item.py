"""gongkai item: the items to be published."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, progress, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.classification.models import GENRES, STATUTORY_CLASSES
from hub.catalogue.classification.rules import find_genre
from hub.catalogue.errors import UnknownItem
from hub.catalogue.importing import ImportReport
from hub.catalogue.models import Attribute, Filter, Item, ItemState, Standing
from hub.catalogue.numbering.doc_numbers import doc_key
from hub.catalogue.validity.rules import STANDING_WORDS
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(no_args_is_help=True, help="信息 / items")

REFUSED_ROWS = 1  # exit code when some rows were refused; the others have landed

STATE_WORDS = {
    ItemState.DRAFT: "草稿",
    ItemState.IN_REVIEW: "在审",
    ItemState.RETURNED: "退文",
    ItemState.APPROVED: "已审定",
}
ATTRIBUTE_WORDS = {
    Attribute.PROACTIVE: "主动公开",
    Attribute.ON_APPLICATION: "依申请公开",
    Attribute.WITHHELD: "不予公开",
}
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")

ItemName = Annotated[
    str,
    typer.Argument(help="编号、文号，或配 --body 的外部编号 / id, number, or key with --body"),
]
KeyBody = Annotated[str, typer.Option("--body", help="单位代码 / body")]


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSON Lines、CSV（可为 gzip）、XLSX、网页，或网页的目录、zip"
            " / text, workbook, page, folder or zip of pages"
        ),
    ],
    body: Annotated[
        str, typer.Option(help="行内未写单位时归入 / body of rows that name none")
    ] = "",
    already_public: Annotated[
        str, typer.Option(help="导入前已在何处公开：据此认定属性 / where it was public before")
    ] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """导入并逐行报告；好行只落一次，坏行退回；中断后再次导入即续。有坏行时退出码为 1

    Import with a row-by-row report: good rows land once however often the file is imported, bad
    ones are refused with field and remedy, and what was interrupted goes on when it is given
    again. Exit code 1 when any row was refused.
    """

    async def work(hub: Hub) -> ImportReport:
        since = hub.clock.now()
        with progress() as bar:
            report = await hub.catalogue.import_file(
                file, actor=acting(actor), body_code=body, progress=_Bar(bar)
            )
        if already_public:
            await hub.determinations.determine_imported(
                reason=already_public, actor=acting(actor), since=since
            )
        return report

    report = run(work, as_json=as_json)
    told = asdict(report) | {
        "faults": [fault.as_dict() for fault in report.faults],
        "remarks": [remark.as_dict() for remark in report.remarks],
    }
    emit(told, as_json, lambda _: _show_report(report))
    if report.refused:
        raise typer.Exit(REFUSED_ROWS)


@app.command("list")
def list_items(
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    state: Annotated[ItemState | None, typer.Option(help="状态 / state")] = None,
    attribute: Annotated[Attribute | None, typer.Option(help="公开属性 / attribute")] = None,
    theme: Annotated[str, typer.Option(help="主题分类，含子类 / theme, with sub-classes")] = "",
    genre: Annotated[str, typer.Option(help="体裁 / genre")] = "",
    standing: Annotated[Standing | None, typer.Option(help="今日有效性 / standing today")] = None,
    public: Annotated[
        bool | None, typer.Option("--public/--not-public", help="公众可见 / seen by the public")
    ] = None,
    doc_no: Annotated[
        str, typer.Option(help="文号，任何写法 / document number, in any typing")
    ] = "",
    words: Annotated[str, typer.Option(help="标题或文号含有 / in title or number")] = "",
    before: Annotated[str, typer.Option(help="更早于该编号 / older than this id")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """列出信息，新的在前 / list items, newest first"""

    async def work(hub: Hub) -> list[Item]:
        if doc_no:
            return list(await hub.catalogue.by_doc_no(doc_no))
        wanted = Filter(
            body_id=(await hub.organisations.body(body)).id if body else "",
            state=state,
            attribute=attribute,
            theme=theme,
            genre=find_genre(genre),
            standing=standing,
            public=public,
            words=words,
            before=before,
            limit=limit,
        )
        return await hub.catalogue.list(wanted)

    emit(run(work, as_json=as_json), as_json, _show_list)


@app.command("show")
def show(
    item: ItemName,
    body: KeyBody = "",
    version: Annotated[int | None, typer.Option(min=1, help="第几版 / which version")] = None,
    as_json: JsonOption = False,
) -> None:
    """一条信息与它的各版 / one item and its versions"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        if version is not None:
            found = await hub.catalogue.version(found.id, version)
        versions = await hub.catalogue.versions(found.id)
        names = ("version", "content_hash", "by", "at")
        return {"item": found, "versions": [dict(zip(names, v, strict=True)) for v in versions]}

    emit(run(work, as_json=as_json), as_json, show_one)


@app.command("add-picture")
def add_picture(
    item: ItemName,
    picture: Annotated[Path, typer.Argument(help="JPEG、PNG、GIF 或 WebP")],
    alt: Annotated[
        str, typer.Option(help="给看不见的人的文字 / text for those who cannot see")
    ] = "",
    body: KeyBody = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """附图：先验真伪与完整 / add a picture, checked to be whole"""

    async def work(hub: Hub) -> dict[str, Any]:
        found = await find_item(hub, item, body)
        shown = await hub.catalogue.add_picture(
            found.id, read_bytes(picture), alt=alt, actor=acting(actor)
        )
        return {"item": shown, "versions": []}

    emit(run(work, as_json=as_json), as_json, show_one)


class _Bar:
    """An import's progress, in bytes of the file."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("导入")

    def __call__(self, report: ImportReport) -> None:
        told = f"导入 +{report.added} ~{report.updated} ={report.unchanged} ✗{report.refused}"
        self._bar.update(self._task, description=told, completed=report.position, total=report.size)


async def find_item(hub: Hub, name: str, body: str) -> Item:
    """By id, by document number in any typing where only one item has it, or by the external
    key within a body."""
    if _ID.fullmatch(name):
        return await hub.catalogue.get(name)
    numbered = await hub.catalogue.by_doc_no(name)
    if len(numbered) == 1 and doc_key(name) == doc_key(numbered[0].doc_no):
        return numbered[0]
    if not body:
        raise UnknownItem(name)
    owner = await hub.organisations.body(body)
    found = await hub.catalogue.find(owner.id, name)
    if found is None:
        raise UnknownItem(name)
    return found


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            Words(f"打不开 {path}", f"cannot open {path}"),
            field="file",
            remedy=Words("检查路径与读取权限", "check the path and that you may read it"),
        ) from error


def read_text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            Words("正文不是 UTF-8 编码", "the text is not in UTF-8"),
            field="text",
            remedy=Words("另存为 UTF-8", "save it as UTF-8"),
        ) from error


def _show_report(report: ImportReport) -> RenderableType:
    total = (
        f"新增 {report.added}，更新 {report.updated}，未变 {report.unchanged}，"
        f"退回 {report.refused} / "
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.refused} refused（{report.form}，{report.encoding}）"
    )
    parts: list[RenderableType] = []
    if report.resumed_after:
        parts.append(Text(f"自第 {report.resumed_after} 行后续 / went on after that row"))
    for name, rows in (("问题 / fault", report.faults), ("注意 / remark", report.remarks)):
        table = Table("行 / row", "字段 / field", name, "怎么办 / remedy")
        for fault in rows:
            error = fault.error
            told = (str(fault.row), error.field, str(error.words), str(error.remedy or ""))
            table.add_row(*map(Text, told))
        parts += [table] if rows else []
    return Group(*parts, Text(total))


def _show_list(items: list[Item]) -> Table:
    table = Table(
        Column("编号 / id", no_wrap=True, min_width=26),
        "标题 / title",
        "文号 / number",
        "属性",
        "状态 / state",
        "版",
    )
    for item in items:
        table.add_row(
            item.id,
            Text(item.title),
            Text(item.doc_no),
            ATTRIBUTE_WORDS[item.attribute],
            STATE_WORDS[item.state],
            str(item.version),
        )
    return table


def show_one(data: dict[str, Any]) -> RenderableType:
    """The whole record as a catalogue prints it: what is empty is left out."""
    item: Item = data["item"]
    table = Table(show_header=False)
    for name, value in record_of(item):
        table.add_row(name, Text(value))
    lines = [
        Text(f"v{v['version']}  {v['content_hash'][:12]}  {v['by']}  {v['at']:%Y-%m-%d %H:%M}Z")
        for v in data["versions"]
    ]
    return Group(table, Text(item.body), *lines)


def record_of(item: Item) -> list[tuple[str, str]]:
    """The record's fields in Chinese, in the order of a catalogue's page."""
    public = f"第 {item.public_version} 版" if item.public_version else ""
    told: list[tuple[str, object]] = [
        ("编号", item.id),
        ("外部编号", item.external_key if item.external_key != item.id else ""),
        ("索引号", item.index_no),
        ("标题", item.title),
        ("发文机关", item.issuer),
        ("发文字号", item.doc_no),
        ("体裁", GENRES[item.genre][0] if item.genre else ""),
        ("主题分类", item.theme),
        ("来源分类", item.source_theme),
        ("主题词", "、".join(item.keywords)),
        ("服务对象", "、".join(item.audience)),
        ("公开属性", ATTRIBUTE_WORDS[item.attribute]),
        ("法定公开内容", STATUTORY_CLASSES[item.statutory_class] if item.statutory_class else ""),
        ("规范性文件", "是" if item.normative else ""),
        ("责任单位", item.unit),
        ("成文日期", item.formed_on),
        ("原发布日期", item.source_published_on),
        ("生效日期", item.valid_from),
        ("有效期至", item.valid_until),
        ("有效性", STANDING_WORDS[Standing(item.validity.value)].zh),
        ("自", item.validity_since),
        ("摘要", item.summary),
        ("来源", item.source_url),
        ("图片", "、".join(picture.sha256[:12] for picture in item.pictures)),
        ("附件", "、".join(file.name for file in item.attachments)),
        ("状态", f"{STATE_WORDS[item.state]}，第 {item.version} 版"),
        ("公众可见", public),
        ("首次公开", f"{item.published_at:%Y-%m-%d %H:%M}Z" if item.published_at else ""),
        ("撤下", f"{item.withdrawn_at:%Y-%m-%d %H:%M}Z" if item.withdrawn_at else ""),
        ("录入", f"{item.entered_by} {item.entered_at:%Y-%m-%d %H:%M}Z"),
        ("内容哈希", item.content_hash),
    ]
    return [(name, str(value)) for name, value in told if value]
