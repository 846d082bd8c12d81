"""What nouns that take lists and choices share: typed rows of a file, who acts, local times."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.text import Text

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Imported

__all__ = ["Actor", "acting", "local_instant", "local_wall", "read_rows", "shown_counts"]

T = TypeVar("T")

Actor = Annotated[
    str,
    typer.Option("--as", help="以谁的名义，默认系统用户 / acting person's login"),
]


def acting(login: str) -> str:
    """The login given, else the one of the operating system."""
    return login or getpass.getuser()


def read_rows(path: Path, row: type[T]) -> list[T]:
    """Every line of a JSON Lines file as a `row`; raises InvalidInput with the line's number."""
    rows = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InvalidInput(Words(f"打不开 {path}", f"cannot open {path}"), field="file") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=row))
        except msgspec.MsgspecError as error:
            raise InvalidInput(
                Words(f"第 {number} 行：{error}", f"line {number}: {error}"),
                field=f"line {number}",
                remedy=Words("每行一个 JSON 对象，改正后重新导入", "one JSON object per line"),
            ) from error
    return rows


def local_instant(text: str, zone: str, field: str) -> datetime:
    """A wall-clock time such as 2026-12-01T09:00 in `zone`, as UTC; raises InvalidInput."""
    return instant_of_wall_time(local_wall(text, field), zone)


def local_wall(text: str, field: str) -> datetime:
    """A wall-clock time such as 2026-12-01T09:00, without a zone; raises InvalidInput."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            Words(f"“{text}”不是时间", f"'{text}' is no time"),
            field=field,
            remedy=Words("写成 2026-12-01T09:00", "write it as 2026-12-01T09:00"),
        ) from error


def shown_counts(done: Imported) -> Text:
    return Text(
        f"新增 {done.added}，更新 {done.updated}，未变 {done.unchanged} / "
        f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged"
    )
