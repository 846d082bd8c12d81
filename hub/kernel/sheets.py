"""Tables as files that spreadsheets open, written as they are read: CSV and XLSX.

Nothing in them is a formula. In CSV a cell that begins like one has an apostrophe before it, as
spreadsheets themselves write it (OWASP, CSV Injection); in XLSX (ECMA-376) every text is an inline
string, and one that begins like a formula is marked as quoted, so that editing it makes it none.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from xml.sax.saxutils import escape

__all__ = ["MOST_ROWS", "Cell", "Form", "Sheet", "sheet_of"]

Cell = str | int | float | bool | date | datetime | None
MOST_ROWS = 1_000_000  # a sheet of Excel has 1,048,576
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST = 32_767  # characters of a cell of Excel
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_QUOTE = {'"': "&quot;"}
_PLAIN, _QUOTED, _HEAD = 0, 1, 2  # styles, by their place in _STYLES


class Form(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class Sheet(Protocol):
    """A file in pieces: `begin`, any number of `rows`, `end`; each gives the bytes that are ready.

    Instants are written as they are given: who shows them in a zone converts them before.
    """

    content_type: str

    def begin(self) -> bytes: ...

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes: ...

    def end(self) -> bytes: ...


def sheet_of(form: Form, title: str, columns: Sequence[str]) -> Sheet:
    """A sheet called `title` (where the form has such) whose first row is `columns`."""
    return _Csv(columns) if form is Form.CSV else _Xlsx(title, columns)


def _said(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return "" if cell is None else str(cell)


class _Csv:
    content_type = "text/csv; charset=utf-8"

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns

    def begin(self) -> bytes:
        return "\ufeff".encode() + self.rows([self._columns])

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(map(self._row, rows))
        return out.getvalue().encode("utf-8", "replace")

    def _row(self, cells: Sequence[Cell]) -> list[str]:
        return [self._safe(cell) for cell in cells]

    def _safe(self, cell: Cell) -> str:
        text = _said(cell)
        begins = isinstance(cell, str) and text.lstrip(" ").startswith(_FORMULA)
        return f"'{text}" if begins else text

    def end(self) -> bytes:
        return b""


class _Pieces(io.RawIOBase):
    """A file that nobody can go back in: what is written is taken away at once."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._held.append(bytes(data))  # type: ignore[call-overload]
        return len(self._held[-1])

    def take(self) -> bytes:
        taken, self._held = b"".join(self._held), []
        return taken


class _Xlsx:
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        self._columns = columns
        self._out = _Pieces()
        self._archive = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)
        self._parts = {name: text.replace("{title}", _text(title)) for name, text in _PARTS.items()}
        self._sheet: io.BufferedIOBase | None = None
        self._row = 0

    def begin(self) -> bytes:
        for name, text in self._parts.items():
            self._archive.writestr(_entry(name), text)
        # its size is told behind it, which lets it be sent before it is known
        self._sheet = self._archive.open(  # type: ignore[assignment]
            _entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True
        )
        self._write(_SHEET_BEGIN)
        self._write(self._line(self._columns, head=True))
        return self._out.take()

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        self._write("".join(map(self._line, rows)))  # packed together, which costs less
        return self._out.take()

    def end(self) -> bytes:
        self._write(_SHEET_END)
        if self._sheet is not None:
            self._sheet.close()
        self._archive.close()
        return self._out.take()

    def _write(self, text: str) -> None:
        if self._sheet is not None:
            self._sheet.write(text.encode())

    def _line(self, cells: Sequence[Cell], *, head: bool = False) -> str:
        self._row += 1
        told = "".join(_cell(cell, head=head) for cell in cells)
        return f'<row r="{self._row}">{told}</row>'


def _cell(cell: Cell, *, head: bool) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return f"<c><v>{cell}</v></c>"
    text = _said(cell)
    quoted = isinstance(cell, str) and text.lstrip(" ").startswith(_FORMULA)
    style = _HEAD if head else _QUOTED if quoted else _PLAIN
    shown = _text(text[:_LONGEST])
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def _text(text: str) -> str:
    plain = text if text.isprintable() else _ILLEGAL.sub("", text)
    return escape(plain, _QUOTE)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORMATS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FILL = '<fill><patternFill patternType="{}"/></fill>'
_STYLE = '<xf numFmtId="0" fontId="{}" fillId="0" borderId="0" xfId="0"{}/>'
_USUAL = _STYLE.format(0, "")
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    f'<fills count="2">{_FILL.format("none")}{_FILL.format("gray125")}</fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3">'
    + _USUAL
    + _STYLE.format(0, ' quotePrefix="1"')
    + _STYLE.format(1, ' applyFont="1"')
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    + "</cellStyles></styleSheet>"
)
_PARTS: Mapping[str, str] = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_FORMATS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_FORMATS}.styles+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml"'
        f' ContentType="{_FORMATS}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="{title}" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": _STYLES,
}
_SHEET_BEGIN = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1"'
    ' topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><sheetData>'
)
_SHEET_END = "</sheetData></worksheet>"
