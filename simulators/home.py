"""The folder that a demonstration works in: emptied before, and nobody else's ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

__all__ = ["emptied"]

_MARK = "demonstration.txt"


def emptied(home: Path) -> Path:
    """`home` emptied of an earlier demonstration; any other that holds something is refused."""
    if home.exists() and not (home / _MARK).is_file() and any(home.iterdir()):
        raise typer.BadParameter(
            f"{home} 不是演示目录，不予清空 / is not a demonstration's folder and is not emptied",
            param_hint="--home",
        )
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / _MARK).write_text("演示数据，可随时删除 / may be deleted at any time\n", "utf-8")
    return home
