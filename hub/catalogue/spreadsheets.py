"""Rows out of a workbook (.xlsx): the first sheet, whose first row names the columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from hub.catalogue.errors import UnreadableFile
from hub.catalogue.reading import RawRow
from hub.kernel.errors import Words

__all__ = ["SheetFile"]


class SheetFile:
    """An open workbook; iterate once. Raises UnreadableFile for a damaged one, or one whose first
    row does not name the columns. `position` and `size` count rows."""

    form = "xlsx"
    encoding = "utf-8"

    def __init__(self, path: Path) -> None:
        try:
            self._book = CalamineWorkbook.from_path(path)
            sheet = self._book.get_sheet_by_index(0)
            self._lines: Iterator[Sequence[Any]] = sheet.iter_rows()
            self.size = sheet.total_height
        except (CalamineError, OSError, IndexError, ValueError) as error:
            raise _unreadable("工作簿打不开或已损坏", "the workbook is damaged") from error
        self._header = _header(next(self._lines, []))
        self._rows = self._read()
        self.position = 1

    def close(self) -> None:
        self._book.close()

    def take(self, count: int) -> list[RawRow]:
        return list(itertools.islice(self._rows, count))

    def skip(self, count: int) -> None:
        for _ in itertools.islice(self._rows, count):
            pass

    def _read(self) -> Iterator[RawRow]:
        number = 0
        for cells in self._lines:
            self.position += 1
            texts = [_text(cell) for cell in cells]
            if any(texts):
                number += 1
                yield RawRow(number=number, values=dict(zip(self._header, texts, strict=False)))


def _header(cells: Sequence[Any]) -> list[str]:
    names = [_text(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) < 2 or "" in names or len(set(names)) < len(names):
        raise _unreadable("首行缺列名或列名重复", "the first row lacks names or repeats one")
    return names


def _text(cell: Any) -> str:
    """A cell as a person sees it: whole numbers without a point, days without a time."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _unreadable(zh: str, en: str) -> UnreadableFile:
    return UnreadableFile(
        Words(zh, en),
        field="file",
        remedy=Words("用电子表格软件另存后重试", "save it anew with a spreadsheet program"),
    )
