"""`gongkai archive`: finished months into files that prove themselves, and out of the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.archiving import archiving_of, kept_kinds
from app.cli.common import JsonOption, emit, failures, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.settings_reading import load_settings
from hub.kernel.archiving.files import verify_archive
from hub.kernel.archiving.models import Archive, Made, Manifest, Month, Pruned

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="归档 / archives")

Before = Annotated[str, typer.Option(help="只处理此月之前 / only months before, YYYY-MM")]


@app.command()
def make(
    before: Annotated[str, typer.Option(help="归档此月之前的月份 / months before this, YYYY-MM")],
    kind: Annotated[list[str] | None, typer.Option(help="只此类 / only this kind")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="把仍在库中的再写一份 / what is still there, once more")
    ] = False,
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """把已结束的月份写成可自证的文件 / write finished months into files that prove themselves"""

    async def work(hub: Hub) -> Made:
        month = Month.read(before)
        archiving = archiving_of(hub)
        return await archiving.make(month, actor=acting(actor), kinds=kind or (), again=again)

    emit(run(work, as_json=as_json), as_json, _made)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="归档或其清单 / an archive or its manifest")],
    sha256: Annotated[str, typer.Option(help="清单的 SHA-256 / of the manifest")] = "",
    as_json: JsonOption = False,
) -> None:
    """不用数据库证明一份归档 / prove an archive without the database"""
    with failures(as_json):
        manifest = verify_archive(file, sha256)
    emit(manifest, as_json, _verified)


@app.command()
def prune(before: Before = "", actor: Actor = "", as_json: JsonOption = False) -> None:
    """清除已归档、已核对且过期的数据 / remove what is archived, proved, and past its period"""

    async def work(hub: Hub) -> list[Pruned]:
        month = Month.read(before) if before else None
        return await archiving_of(hub).prune(actor=acting(actor), before=month, lately=True)

    emit(run(work, as_json=as_json), as_json, _pruned)


@app.command("list")
def list_archives(as_json: JsonOption = False) -> None:
    """列出归档 / list the archives that were made here"""

    async def work(hub: Hub) -> list[Archive]:
        return await archiving_of(hub).archives()

    emit(run(work, as_json=as_json), as_json, _listed)


@app.command()
def rules(as_json: JsonOption = False) -> None:
    """各类数据保存多久、依据什么 / how long each kind is kept, and by which rule"""
    with failures(as_json):
        settings = load_settings()
        told = [
            {
                "kind": k.name,
                "days": settings.period_of(k.name).days,
                "words": k.words,
                "rule": k.rule,
            }
            for k in kept_kinds()
        ]
    emit(told, as_json, _rules)


def _made(made: Made) -> Table:
    table = Table("类别 / kind", "月份 / month", "文件 / file", "记录 / records")
    for archive in made.archives:
        table.add_row(archive.kind, archive.month, archive.file, f"{archive.records:,}")
    for left in made.unfinished:
        table.add_row(left.kind, left.month, "未完结 / not finished", f"{left.rows:,}")
    return table


def _verified(manifest: Manifest) -> Text:
    told = f"✓ {manifest.file} {manifest.kind} {manifest.month} {manifest.records:,}"
    if manifest.audit:
        told += f"\n{manifest.audit.first}–{manifest.audit.last} {manifest.audit.hash}"
    return Text(told)


def _pruned(pruned: list[Pruned]) -> Table:
    table = Table("类别 / kind", "月份 / month", "清除 / removed", "保留 / held", "有改 / changed")
    for one in pruned:
        counts = (one.removed, one.held, one.changed)
        table.add_row(one.kind, one.month, *(f"{count:,}" for count in counts))
    return table


def _listed(archives: list[Archive]) -> Table:
    table = Table("文件 / file", "记录 / records", "已清除 / removed", "清单 / manifest")
    for one in archives:
        table.add_row(one.file, f"{one.records:,}", f"{one.pruned:,}", one.sha256)
    return table


def _rules(told: list[dict[str, Any]]) -> Table:
    table = Table("类别 / kind", "天 / days", "依据 / rule")
    for one in told:
        table.add_row(f"{one['kind']} {one['words'].zh}", str(one["days"]), str(one["rule"]))
    return table
