"""gongkai search: finding items, and the index that finds them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.progress import Progress as Bar
from rich.table import Column, Table
from rich.text import Text

from app.cli.common import JsonOption, emit, progress, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from hub.catalogue.models import Attribute, Validity
from hub.catalogue.search.models import (
    Highlight,
    Narrowing,
    Page,
    Question,
    Shown,
    Sort,
    Status,
    Synonyms,
    Understood,
)
from hub.catalogue.search.rebuilding import Progress
from hub.catalogue.validity.rules import STANDING_WORDS, standing
from hub.kernel.clock import CHINA
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(no_args_is_help=True, help="检索 / search")
synonyms = typer.Typer(no_args_is_help=True, help="同义词 / synonyms")
app.add_typer(synonyms, name="synonyms")


@app.command("query")
def query(
    text: Annotated[str, typer.Argument(help="问题；引号内须相连 / quoted words stay together")],
    body: Annotated[str, typer.Option(help="单位代码，含下级 / body, with those below")] = "",
    year: Annotated[int | None, typer.Option(help="成文年份 / year")] = None,
    theme: Annotated[str, typer.Option(help="主题分类，含下级 / theme, with those below")] = "",
    genre: Annotated[str, typer.Option(help="体裁 / genre")] = "",
    validity: Annotated[Validity | None, typer.Option(help="有效性 / validity")] = None,
    attribute: Annotated[Attribute | None, typer.Option(help="公开属性 / attribute")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="含未公开的 / also what is not public")
    ] = False,
    sort: Annotated[Sort, typer.Option(help="排序 / order")] = Sort.RELEVANCE,
    offset: Annotated[int, typer.Option(help="从第几条之后 / after so many")] = 0,
    limit: Annotated[int, typer.Option(help="每页条数 / how many")] = 10,
    facets: Annotated[bool, typer.Option("--facets", help="分类计数 / counts by facet")] = False,
    as_json: JsonOption = False,
) -> None:
    """检索公开信息，并说明如何理解问题 / find items, and say how the question was understood"""

    async def work(hub: Hub) -> tuple[Page, date]:
        narrowing = Narrowing(
            body_id=(await hub.organisations.body(body)).id if body else "",
            year=year,
            theme=theme,
            genre=genre,
            validity=validity,
            attribute=attribute,
            public_only=not everything,
        )
        question = Question(
            text=text, narrowing=narrowing, sort=sort, offset=offset, limit=limit, facets=facets
        )
        return await hub.search.find(question), hub.clock.now().astimezone(CHINA).date()

    page, today = run(work, as_json=as_json)
    emit(page, as_json, partial(_show_page, today=today))


@app.command("suggest")
def suggest(
    text: Annotated[str, typer.Argument(help="已输入的字或拼音 / what was typed so far")],
    as_json: JsonOption = False,
) -> None:
    """补全标题 / titles that go on like this"""
    found = run(lambda hub: hub.search.suggest(text), as_json=as_json)
    emit(found, as_json, lambda titles: Group(*map(Text, titles)))


@app.command("rebuild")
def rebuild(as_json: JsonOption = False) -> None:
    """由数据库重建检索库，期间旧库照常服务 / make the index anew; the old one serves meanwhile"""

    async def work(hub: Hub) -> Status:
        with progress() as bar:
            shown = _Shown(bar)
            await hub.search.rebuild(processes=hub.settings.search_processes, progress=shown)
        return await hub.search.status()

    emit(run(work, as_json=as_json), as_json, _show_status)


@app.command("status")
def status(as_json: JsonOption = False) -> None:
    """检索库现状 / how the index is"""
    emit(run(lambda hub: hub.search.status(), as_json=as_json), as_json, _show_status)


@synonyms.command("list")
def list_synonyms(as_json: JsonOption = False) -> None:
    """现行同义词表 / the list that counts"""
    version, listed = run(lambda hub: hub.search.synonyms(), as_json=as_json)
    emit({"version": version, "synonyms": listed}, as_json, _show_synonyms)


@synonyms.command("import")
def import_synonyms(
    file: Annotated[Path, typer.Argument(help='TOML：[synonyms]，每行 "社保" = ["社会保险"]')],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """以文件替换同义词表，旧版保留 / replace the list; former versions are kept"""

    async def work(hub: Hub) -> tuple[int, Synonyms]:
        return await hub.search.import_synonyms(_read(file), actor=acting(actor))

    version, listed = run(work, as_json=as_json)
    emit({"version": version, "synonyms": listed}, as_json, _show_synonyms)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            Words(f"读不了 {file}", f"cannot read {file}"),
            field="file",
            remedy=Words("给一个 UTF-8 的 TOML 文件", "give a TOML file in UTF-8"),
        ) from error


class _Shown:
    """A rebuild's progress on a bar."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("重建 / rebuild", total=None)

    def __call__(self, done: Progress) -> None:
        self._bar.update(self._task, completed=done.done, total=done.total)


def _show_page(page: Page, today: date) -> RenderableType:
    lines: list[RenderableType] = [Text(line, style="dim") for line in _told(page.understood)]
    for hit in page.hits:
        item = hit.item
        about = (item.doc_no, item.issuer, f"{item.on}", *_published(item, today), item.id)
        lines += [
            _marked(hit.title, "bold"),
            Text("  " + "  ".join(part for part in about if part), style="dim"),
            Text(f"  {_source(hit.passage)}").append(_marked(hit.passage)),
        ]
    lines.append(Text("没有找到 / nothing found" if not page.hits else ""))
    if page.total is not None:
        lines.append(Text(f"共 {page.total} 条 / items"))
    lines += [_show_facet(name, values) for name, values in page.facets.items() if values]
    if page.more:
        lines.append(Text(f"下一页 / next: --offset {page.following}"))
    return Group(*lines)


def _published(item: Shown, today: date) -> list[str]:
    """When the public first saw it, and how it stands today."""
    public = item.published_at
    stands = STANDING_WORDS[standing(item, today)]
    return [*([f"发布 {public.astimezone(CHINA):%Y-%m-%d}"] if public else []), stands.zh]


def _source(piece: Highlight) -> str:
    return f"附件《{piece.file_name}》：" if piece.file else ""


def _told(understood: Understood) -> list[str]:
    """What was made of the question, a line each."""
    meant = "；".join(f"{said} → {'、'.join(to)}" for said, to in understood.synonyms.items())
    told = {
        "地区或单位 / place": "、".join(place.name for place in understood.places),
        "年份 / year": "、".join(map(str, understood.years)),
        "文号 / document number": "、".join(understood.numbers[:1]),
        "索引号 / index number": understood.index_no,
        "同义 / synonyms": meant,
        "按拼音 / by sound": "、".join(understood.spelled),
        "过于常见，未计 / too common": "、".join(understood.dropped),
        "已放宽 / relaxed": "所述地区内没有，检索了全部" if understood.relaxed else "",
        "不限年份 / any year": "所述年份没有，检索了所有年份" if understood.any_year else "",
    }
    return [f"{name}: {value}" for name, value in told.items() if value]


def _show_facet(name: str, values: Any) -> Text:
    return Text(f"{name}: " + "  ".join(f"{one.value} {one.count}" for one in values[:8]))


def _marked(piece: Highlight, style: str = "") -> Text:
    text = Text(piece.text, style=style)
    for start, end in piece.marks:
        text.stylize("red", start, end)
    return text


def _show_status(status: Status) -> Table:
    table = Table(show_header=False)
    for name, value in asdict(status).items():
        table.add_row(name, Text(str(value)))
    return table


def _show_synonyms(data: dict[str, Any]) -> RenderableType:
    table = Table(Column("说法 / said", no_wrap=True), "文件用语 / meant")
    for said, meant in data["synonyms"].items():
        table.add_row(Text(said), Text("、".join(meant)))
    return Group(table, Text(f"第 {data['version']} 版 / version"))
