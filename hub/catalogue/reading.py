"""Rows out of a file that somebody else made: JSON Lines or CSV, plain or gzipped, one at a time.

The form is read from the content, never from the file's name. A row that cannot be read is a row
with a fault, not the end of the file.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from hub.catalogue.errors import UnreadableFile
from hub.kernel.errors import InvalidInput, Words

__all__ = ["RawRow", "RowFile", "fault"]

_SAMPLE = 1 << 20
_LONGEST_LINE = 8_000_000  # characters of one JSON line or CSV field
_GZIP = b"\x1f\x8b"
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x7fELF")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = (",", "\t", ";")
_UNDECODED = re.compile(r"[\ud800-\udfff]")

_Broken = (OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """Row `number`, counted from 1 without the header: its values, or what is wrong with it.

    Remarks are about a row that is good all the same.
    """

    number: int
    values: Mapping[str, Any]
    fault: InvalidInput | None = None
    remarks: Sequence[InvalidInput] = ()


class RowFile:
    """An open file of rows; iterate once. `encoding` and `form` say what was found.

    Raises UnreadableFile when the whole is empty, a spreadsheet, one JSON array or has no header.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._raw = path.open("rb")
        except OSError as error:
            raise _unreadable(f"打不开 {path}", f"cannot open {path}", "核对路径") from error
        try:
            self.size = path.stat().st_size
            sample, packed = self._sample()
            self.encoding = _encoding_of(sample)
            start = sample.decode(self.encoding, errors="replace").lstrip()
            self.form = _form_of(start)
            stream = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
            self._text = io.TextIOWrapper(
                cast(BinaryIO, stream),
                encoding=self.encoding,
                errors="surrogateescape",
                newline="" if self.form == "csv" else "\n",
            )
            self._rows = self._csv() if self.form == "csv" else self._json_lines()
        except BaseException:
            self._raw.close()
            raise

    def close(self) -> None:
        self._raw.close()

    @property
    def position(self) -> int:
        """Bytes of the file read so far, of `size`."""
        return self.size if self._raw.closed else self._raw.tell()

    def take(self, count: int) -> list[RawRow]:
        """The next `count` rows, fewer at the end, none after it."""
        return list(itertools.islice(self._rows, count))

    def skip(self, count: int) -> None:
        """Pass over `count` rows."""
        for _ in itertools.islice(self._rows, count):
            pass

    def _sample(self) -> tuple[bytes, bool]:
        packed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        sample = b""
        with contextlib.suppress(*_Broken):  # what is broken shows again while reading rows
            source = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
            while len(sample) < _SAMPLE and (piece := source.read1(_SAMPLE)):
                sample += piece
        self._raw.seek(0)
        if not sample.strip():
            raise _unreadable("文件为空或已损坏", "the file is empty or damaged", "核对文件")
        if sample.startswith(_BINARY):
            raise _unreadable(
                "不是文本文件", "not a text file", "另存为 UTF-8 的 CSV", "save it as CSV in UTF-8"
            )
        return sample, packed

    def _json_lines(self) -> Iterator[RawRow]:
        number = 0
        while True:
            try:
                line = self._text.readline(_LONGEST_LINE)
                if len(line) == _LONGEST_LINE:
                    self._skip_line()
            except _Broken:
                yield _cut_off(number + 1)
                return
            if not line:
                return
            if line.strip():
                number += 1
                yield _json_row(number, line)

    def _skip_line(self) -> None:
        while (rest := self._text.readline(_LONGEST_LINE)) and not rest.endswith("\n"):
            pass

    def _csv(self) -> Iterator[RawRow]:
        csv.field_size_limit(_LONGEST_LINE)
        header_line = self._text.readline(_LONGEST_LINE)
        delimiter = max(_DELIMITERS, key=header_line.count)
        header = _header_of(header_line, delimiter)
        return self._csv_rows(csv.reader(self._text, delimiter=delimiter, strict=True), header)

    def _csv_rows(self, rows: Iterator[list[str]], header: list[str]) -> Iterator[RawRow]:
        number = 0
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                wrong = fault("row", f"CSV 格式错误：{error}", f"malformed CSV: {error}")
                yield RawRow(number=number, values={}, fault=wrong)
                continue
            except _Broken:
                yield _cut_off(number + 1)
                return
            if any(cells):
                number += 1
                yield _csv_row(number, header, cells)


def fault(field: str, zh: str, en: str, remedy: Words | None = None) -> InvalidInput:
    """What is wrong with one row."""
    advice = remedy or Words("改正后重新导入", "mend it, import again")
    return InvalidInput(Words(zh, en), field=field, remedy=advice)


def _json_row(number: int, line: str) -> RawRow:
    def bad(zh: str, en: str) -> RawRow:
        return RawRow(number=number, values={}, fault=fault("row", zh, en))

    if len(line) >= _LONGEST_LINE:
        return bad("该行过长", f"the line has more than {_LONGEST_LINE} characters")
    if _UNDECODED.search(line):
        return bad("含无法解码的字节", "bytes that are not valid in the file's encoding")
    try:
        values = msgspec.json.decode(line)
    except (msgspec.MsgspecError, RecursionError) as error:
        return bad(f"不是合法 JSON：{error}", f"not valid JSON: {error}")
    if not isinstance(values, dict):
        return bad("应为 JSON 对象", "a JSON object is expected")
    return RawRow(number=number, values=values)


def _csv_row(number: int, header: list[str], cells: list[str]) -> RawRow:
    values = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        wrong = fault(
            "row",
            f"有 {len(cells)} 列，应为 {len(header)} 列",
            f"{len(cells)} columns, {len(header)} expected",
            Words("含逗号或换行的内容须加引号", "quote what holds commas or line breaks"),
        )
        return RawRow(number=number, values=values, fault=wrong)
    for name, cell in values.items():
        if _UNDECODED.search(cell):
            wrong = fault(name, "含无法解码的字节", "bytes not valid in the file's encoding")
            return RawRow(number=number, values=values, fault=wrong)
    return RawRow(number=number, values=values)


def _cut_off(number: int) -> RawRow:
    wrong = fault(
        "file",
        "文件在此处中断或损坏，其后未读",
        "the file breaks off or is damaged here; the rest was not read",
        Words("重新取得完整文件后再导入", "get the whole file and import it again"),
    )
    return RawRow(number=number, values={}, fault=wrong)


def _header_of(line: str, delimiter: str) -> list[str]:
    try:
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    except (csv.Error, StopIteration) as error:
        raise _unreadable("没有表头", "no header line", "首行写列名") from error
    if len(names) < 2 or "" in names or len(set(names)) < len(names):
        raise _unreadable(
            "表头缺列名或列名重复",
            "the header lacks names or repeats one",
            "首行每列一个不同的名称",
        )
    return names


def _encoding_of(sample: bytes) -> str:
    """By its mark, or by counting: lines with Chinese are hardly ever valid in both encodings."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    lines = [line for line in sample.splitlines()[:-1] or [sample] if not line.isascii()]
    as_utf8 = sum(_decodes(line, "utf-8") for line in lines)
    as_gb = sum(_decodes(line, "gb18030") for line in lines)
    return "gb18030" if as_gb > 0 and as_utf8 * 2 < len(lines) else "utf-8"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _form_of(start: str) -> str:
    if start.startswith("["):
        raise _unreadable(
            "是 JSON 数组", "one JSON array", "每行一个 JSON 对象", "write one object per line"
        )
    return "jsonl" if start.startswith("{") else "csv"


def _unreadable(
    zh: str, en: str, remedy_zh: str, remedy_en: str = "check the file"
) -> UnreadableFile:
    return UnreadableFile(Words(zh, en), field="file", remedy=Words(remedy_zh, remedy_en))
