"""gongkai graphic: infographics (图解) from JSON, in every form a channel can show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop
from rich.table import Table

from app.cli.common import JsonOption, emit, failures
from app.graphic_files import Output, Written, limits_of, write_outputs
from graphics.infographic.models import InfographicSpec
from graphics.infographic.reading import MAX_BYTES, check, json_schema, read
from hub.kernel.errors import InvalidInput, Words
from publishers.registry import find_channel

app = typer.Typer(no_args_is_help=True, help="图解 / infographics")

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
    as_json: JsonOption = False,
) -> None:
    """画出长图、切片、封面、方卡、PDF 与文字版 / draw every form of it"""

    with failures(as_json):
        spec = _spec(file, theme)
        limits = limits_of(find_channel(channel).declaration.media)
        wanted = frozenset(only or Output)
        folder = out or file.parent
        written = uvloop.run(write_outputs(spec, folder, file.stem, wanted, limits))
    emit([msgspec.structs.asdict(one) for one in written], as_json, lambda _: _show(written))


@app.command("check")
def check_file(file: Source, as_json: JsonOption = False) -> None:
    """检查数据：字段、长度、字形、图表 / check the data without drawing"""

    with failures(as_json):
        spec = _spec(file, "")
    told = {
        "title": spec.hero.title,
        "theme": spec.theme,
        "sections": [section.__struct_config__.tag for section in spec.sections],
    }
    emit(told, as_json, lambda _: f"{spec.hero.title}：可以出图 / can be drawn")


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
