"""gongkai theme: the list of themes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.tree import Tree

from app.cli.common import JsonOption, emit, failures, run
from app.cli.rows import Actor, acting
from hub.catalogue.classification.models import ThemeList
from hub.kernel.errors import InvalidInput, Words

app = typer.Typer(no_args_is_help=True, help="主题分类 / themes")


@app.command("list")
def list_themes(
    words: Annotated[str, typer.Argument(help="名称含有 / in the name")] = "",
    as_json: JsonOption = False,
) -> None:
    """现行主题分类 / the list in force"""
    listed = run(lambda hub: hub.catalogue.themes(), as_json=as_json)
    emit(listed, as_json, lambda shown: _show(shown, words))


@app.command("import")
def import_themes(
    file: Annotated[
        Path, typer.Argument(help='JSON：{"source": …, "themes": [{"name": …, "below": […]}]}')
    ],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """导入新的一版；已有信息保留原分类 / the next version; items keep the themes they have"""
    with failures(as_json):
        given = _read(file)
    listed = run(
        lambda hub: hub.catalogue.import_themes(given, actor=acting(actor)), as_json=as_json
    )
    emit(listed, as_json, lambda shown: _show(shown, ""))


def _read(file: Path) -> ThemeList:
    try:
        return msgspec.json.decode(file.read_bytes(), type=ThemeList)
    except OSError as error:
        raise InvalidInput(Words(f"打不开 {file}", f"cannot open {file}"), field="file") from error
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            Words(f"不是主题分类表：{error}", f"not a list of themes: {error}"),
            field="file",
            remedy=Words("参照 gongkai theme list --json", "write it as gongkai theme list --json"),
        ) from error


def _show(listed: ThemeList, words: str) -> Tree:
    made = f"{listed.imported_at:%Y-%m-%d}" if listed.imported_at else "内置 / built in"
    root = Tree(
        f"第 {listed.version} 版 {listed.source}，{len(listed.themes)} 类（{made}）".replace(
            "[", "\\["
        ),
        highlight=False,
    )
    for theme in listed.themes:
        below = [name for name in theme.below if words in name or words in theme.name]
        if words in theme.name or below:
            branch = root.add(f"{theme.name} {theme.code}".strip().replace("[", "\\["))
            for name in below:
                branch.add(name.replace("[", "\\["))
    return root
