"""gongkai graphic: infographics (图解) from JSON, in every form a channel can show."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop
from rich.table import Table

from app.cli.common import JsonOption, emit, failures, run
from app.graphic_documents import data_of, document_of
from app.graphic_files import Output, Written, limits_of, write_file, write_outputs
from graphics.infographic.checking import Doubt, doubts
from graphics.infographic.drafting import Document, draft
from graphics.infographic.models import InfographicSpec
from graphics.infographic.reading import MAX_BYTES, check, json_schema, read
from hub.kernel.errors import InvalidInput, Words
from publishers.registry import find_channel

app = typer.Typer(no_args_is_help=True, help="图解 / infographics")

DOUBTFUL = 1  # exit code when a number is not in the text

Source = Annotated[Path, typer.Argument(help="图解的 JSON 文件 / its JSON file")]


@app.command("render")
def render(
    file: Source,
    theme: Annotated[str, typer.Option(help="配色，优先于文件 / instead of the file's")] = "",
    out: Annotated[
        Path | None, typer.Option(help="输出目录，默认与文件同处 / folder, default the file's")
    ] = None,
    only: Annotated[
        list[Output] | None, typer.Option(help="只要这几种，可重复 / these only, repeatable")
    ] = None,
    channel: Annotated[
        str, typer.Option(help="切片按该渠道的限制 / slices within this channel's limits")
    ] = "wechat",
    small: Annotated[
        bool, typer.Option("--small", help="图片减为 256 色 / pictures in 256 colours")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """画出长图、切片、封面、方卡、PDF 与文字版 / draw every form of it"""

    with failures(as_json):
        spec = _spec(file, theme)
        limits = limits_of(find_channel(channel).declaration.media)
        wanted = frozenset(only or Output)
        folder = out or file.parent
        written = uvloop.run(write_outputs(spec, folder, file.stem, wanted, limits, small=small))
    emit([msgspec.structs.asdict(one) for one in written], as_json, lambda _: _show(written))


@app.command("check")
def check_file(
    file: Source,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="正文文件：核对每个数字；可多次，首个为起草所据 / texts to look numbers up in,"
            " the one it was drafted from first"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """检查字段、长度、字形、图表，并可与正文核对数字；有疑处退出码为 1

    Check the data without drawing, and its numbers against the text; exit code 1 for a doubt.
    """
    with failures(as_json):
        spec = _spec(file, "")
        texts = [_document(path, "").body for path in against or ()]
        found = doubts(spec, *texts) if texts else ()
    told = {
        "title": spec.hero.title,
        "theme": spec.theme,
        "sections": [section.__struct_config__.tag for section in spec.sections],
        "doubts": [asdict(doubt) for doubt in found],
    }
    emit(told, as_json, lambda _: _show_check(spec, found))
    if found:
        raise typer.Exit(DOUBTFUL)


def _show_check(spec: InfographicSpec, found: tuple[Doubt, ...]) -> str:
    lines = [f"{one.path}：{one.number} 原文未见 / not in the text（{one.shown}）" for one in found]
    return "\n".join(lines) or f"{spec.hero.title}：可以出图 / can be drawn"


@app.command("draft")
def draft_file(
    source: Annotated[
        str, typer.Argument(help="信息编号，或正文文件（首行为标题） / item id, or a text file")
    ],
    theme: Annotated[str, typer.Option(help="配色 / theme")] = "gov-red",
    link: Annotated[str, typer.Option(help="二维码指向 / address of the QR code")] = "",
    out: Annotated[
        Path | None, typer.Option(help="写入文件，默认打印 / file, default: print")
    ] = None,
    as_json: JsonOption = True,
) -> None:
    """由正文按规则起草，逐条注明出处，供人修改 / a draft by rules, each item with its place"""

    path = Path(source)
    with failures(as_json):
        if path.is_file():
            spec = draft(_document(path, link), theme=theme)
        else:
            item = run(lambda hub: hub.catalogue.get(source), as_json=as_json)
            spec = draft(document_of(item, link), theme=theme)
        data = data_of(spec)
        if out is None:
            typer.echo(data.decode(), nl=False)
        else:
            write_file(out, data)


def _document(path: Path, link: str) -> Document:
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            Words("不是 UTF-8 文本", "not UTF-8 text"),
            field="file",
            remedy=Words("另存为 UTF-8", "save it as UTF-8"),
        ) from error
    title, _, body = text.strip().partition("\n")
    return Document(title=title.lstrip("# "), body=body, link=link)


@app.command("schema")
def schema(as_json: JsonOption = True) -> None:
    """图解数据的 JSON Schema / the JSON Schema of an infographic"""
    emit(json_schema(), True, str)


def _spec(file: Path, theme: str) -> InfographicSpec:
    spec = read(read_file(file))
    if theme:
        spec = msgspec.structs.replace(spec, theme=theme)
        check(spec)
    return spec


def read_file(path: Path) -> bytes:
    """The bytes of `path`, no more than one past the limit; raises InvalidInput."""
    try:
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(
            Words(f"打不开 {path}", f"cannot open {path}"),
            field="file",
            remedy=Words("检查路径与读取权限", "check the path and that you may read it"),
        ) from error


def _show(written: list[Written]) -> Table:
    table = Table("文件 / file", "尺寸 / size", "字节 / bytes")
    for one in written:
        size = f"{one.width} × {one.height}" if one.width else ""
        table.add_row(one.path, size, f"{one.bytes:,}")
    return table
