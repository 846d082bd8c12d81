"""CSV in and out, as spreadsheets read and write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from aiohttp import web
from aiohttp.web_request import FileField

from hub.kernel.errors import InvalidInput, Words
from web.console.call import Call

__all__ = ["MOST_ROWS", "csv_response", "rows_sent"]

MOST_ROWS = 50_000
_FORMULA = ("=", "+", "-", "@", "\t")


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> web.Response:
    """UTF-8 with a mark, so that spreadsheets read Chinese. A cell that a spreadsheet would take
    for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return web.Response(
        body=out.getvalue().encode("utf-8-sig"),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.csv"},
    )


def rows_sent(call: Call, columns: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of the CSV file that was sent, by `columns` (heading → name). InvalidInput."""
    sent = call.form.get("file")
    if not isinstance(sent, FileField) or not sent.filename:
        raise InvalidInput(Words("没有选择文件", "no file was chosen"), field="file")
    text = _decoded(sent.file.read())
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise _bad(f"不是 CSV：{error}", f"is no CSV: {error}") from error
    if len(rows) < 2 or len(rows) > MOST_ROWS + 1:
        raise _bad(f"须有表头和 1 至 {MOST_ROWS} 行", f"a heading and 1 to {MOST_ROWS} rows")
    names = [columns.get(cell.strip(), cell.strip()) for cell in rows[0]]
    unknown = sorted(set(names) - set(columns.values()))
    if unknown:
        raise _bad(f"不认识的列：{'、'.join(unknown)[:80]}", f"unknown columns: {unknown}"[:120])
    return [
        {name: _typed(cell) for name, cell in zip(names, row, strict=False)}
        for row in rows[1:]
        if any(cell.strip() for cell in row)
    ]


def _decoded(data: bytes) -> str:
    """UTF-8, else GB 18030, in which spreadsheets in China save CSV."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad("文件编码既非 UTF-8 也非 GB 18030", "the file is neither UTF-8 nor GB 18030")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _typed(cell: str) -> str:
    """What was written out with an apostrophe comes back without."""
    return cell[1:].strip() if cell[:1] == "'" and cell[1:2] in _FORMULA else cell.strip()


def _bad(zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        Words(zh, en),
        field="file",
        remedy=Words("先导出现有的表，改好再导入", "export the list, change that, import it again"),
    )
