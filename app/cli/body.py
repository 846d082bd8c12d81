"""gongkai body: the tree of bodies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.tree import Tree

from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting, read_rows, shown_counts
from app.compose import Hub
from hub.kernel.errors import Words
from hub.organisations.models import Body, BodyKind, NewBody

app = typer.Typer(no_args_is_help=True, help="单位 / bodies")

KIND_WORDS = {
    BodyKind.PROVINCE: Words("省", "province"),
    BodyKind.CITY: Words("市", "city"),
    BodyKind.COUNTY: Words("县区", "county"),
    BodyKind.DEPARTMENT: Words("部门", "department"),
}


@app.command("list")
def list_bodies(
    under: Annotated[str, typer.Option(help="只看该单位及下级 / this one and those below")] = "",
    as_json: JsonOption = False,
) -> None:
    """单位树 / the tree of bodies"""

    async def work(hub: Hub) -> list[Body]:
        root = (await hub.organisations.body(under)).id if under else ""
        return await hub.organisations.bodies(root)

    emit(run(work, as_json=as_json), as_json, _show_tree)


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(help="代码 / code")],
    name: Annotated[str, typer.Argument(help="名称 / name")],
    kind: Annotated[BodyKind, typer.Option(help="类别 / kind")],
    parent: Annotated[str, typer.Option(help="上级代码 / code of the parent")] = "",
    region: Annotated[str, typer.Option(help="地区 / region")] = "",
    separate_author: Annotated[
        bool, typer.Option(help="拟稿人不得初审 / an author may not sign the first step")
    ] = False,
    org_code: Annotated[
        str, typer.Option(help="组织机构代码或统一社会信用代码 / organisation or credit code")
    ] = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """登记一个单位 / enter a body"""
    new = NewBody(
        code=code,
        name=name,
        kind=kind,
        parent_code=parent,
        region=region,
        separate_author=separate_author,
        org_code=org_code,
    )
    added = run(lambda hub: hub.organisations.add_body(new, actor=acting(actor)), as_json=as_json)
    emit([added], as_json, _show_tree)


@app.command("import")
def import_bodies(
    file: Annotated[Path, typer.Argument(help="JSON Lines，字段同 add / fields as in add")],
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """整树导入，可重复 / import a whole tree, as often as wanted"""

    async def work(hub: Hub) -> object:
        rows = read_rows(file, NewBody)
        return await hub.organisations.import_bodies(rows, actor=acting(actor))

    emit(run(work, as_json=as_json), as_json, shown_counts)  # type: ignore[arg-type]


def _show_tree(bodies: list[Body]) -> Tree:
    known = {body.id for body in bodies}
    below: dict[str | None, list[Body]] = {}
    for body in bodies:
        parent = body.parent_id if body.parent_id in known else None
        below.setdefault(parent, []).append(body)
    root = Tree(f"{len(bodies)} 个单位 / bodies", highlight=False)
    _grow(root, below, None)
    return root


def _grow(branch: Tree, below: dict[str | None, list[Body]], parent: str | None) -> None:
    for body in below.get(parent, []):
        strict = "，拟稿人不得初审" if body.separate_author else ""
        line = f"{body.name}  {body.code}  {KIND_WORDS[body.kind].zh} {body.region}{strict}"
        _grow(branch.add(line.replace("[", "\\[")), below, body.id)
