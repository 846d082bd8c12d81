"""Rows out of pages: one page, a folder or a zip of them, with a listing beside them or without.

Where a listing's columns and the page disagree, the page wins and the row says so: listings are
put together by machines that mistake one date for another.
"""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from hub.catalogue.errors import UnreadableFile
from hub.catalogue.numbering.doc_numbers import normalised_doc_no
from hub.catalogue.page import FIELDS, decoded, read_page
from hub.catalogue.reading import RawRow, RowFile, fault
from hub.kernel.errors import InvalidInput, Words

__all__ = ["PageFile", "is_page"]

_SUFFIXES = frozenset({".html", ".htm", ".shtml"})
_LISTINGS = frozenset({".csv", ".jsonl"})
_LARGEST = 8_000_000  # bytes of one page
_SAMPLE = 2048
# column of a listing → field of the page
_COLUMNS: Mapping[str, str] = {
    "puborg": "issuer",
    "pcode": "doc_no",
    "childtype": "theme",
    "pub_date": "source_published_on",
    "url": "source_url",
    **{name: name for name in FIELDS - {"body"}},
}
_COMPARED = tuple(sorted(FIELDS - {"body", "summary", "source_url", "keywords"}))


def is_page(path: Path) -> bool:
    """Whether the file begins like HTML."""
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    except OSError:
        return False  # whoever opens it as rows says why it cannot
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<meta"))


class PageFile:
    """A folder, zip or file of pages; iterate once. `position` and `size` count pages.

    Raises UnreadableFile where there is no page.
    """

    form = "pages"
    encoding = "utf-8"

    def __init__(self, path: Path) -> None:
        self._zip: zipfile.ZipFile | None = None
        self._read: Callable[[str], bytes]
        if path.is_dir():
            names = [p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()]
            self._read = lambda name: _whole(path / name)
            listing = self._listing_in_folder(path, names)
        elif zipfile.is_zipfile(path):
            self._zip = archive = zipfile.ZipFile(path)
            names = archive.namelist()
            self._read = lambda name: _within(
                archive.getinfo(name).file_size, lambda: archive.read(name)
            )
            listing = {}
        else:
            names = [path.name]
            self._read = lambda name: _whole(path)
            listing = {}
        self._names = [n for n in sorted(names) if PurePosixPath(n).suffix.lower() in _SUFFIXES]
        if names == [path.name]:
            self._names = names
        if not self._names:
            self.close()
            raise _no_pages()
        self._listing = listing
        self.size = len(self._names)
        self.position = 0
        self._rows = self._pages()

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()

    def take(self, count: int) -> list[RawRow]:
        return list(itertools.islice(self._rows, count))

    def skip(self, count: int) -> None:
        self._names = self._names[count:]
        self.position = count

    def _pages(self) -> Iterator[RawRow]:
        first = self.position
        for number, name in enumerate(self._names, first + 1):
            self.position = number
            try:
                found = read_page(decoded(self._read(name)))
            except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
                wrong = fault("page", f"{name} 读不出：{error}", f"{name} cannot be read: {error}")
                yield RawRow(number=number, values={}, fault=wrong)
                continue
            yield _row(number, name, found, self._listed(name, found))

    def _listed(self, name: str, found: Mapping[str, str]) -> Mapping[str, Any]:
        for key in (name, PurePosixPath(name).name, found.get("source_url", "")):
            if key and key in self._listing:
                return self._listing[key]
        return {}

    def _listing_in_folder(self, path: Path, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Rows of the folder's listings by the page they are about: its file name or address."""
        held: dict[str, Mapping[str, Any]] = {}
        for name in names:
            if PurePosixPath(name).suffix.lower() not in _LISTINGS:
                continue
            rows = RowFile(path / name)
            while batch := rows.take(1_000):
                for row in batch:
                    for key in _pages_named(row.values):
                        held.setdefault(key, row.values)
            rows.close()
        return held


def _pages_named(values: Mapping[str, Any]) -> Iterator[str]:
    for column in ("file", "page", "url"):
        if value := str(values.get(column) or ""):
            yield value
            yield PurePosixPath(value.split("?")[0]).name


def _row(number: int, name: str, found: Mapping[str, str], listed: Mapping[str, Any]) -> RawRow:
    told = {
        field: str(listed[column]).strip()
        for column, field in _COLUMNS.items()
        if listed.get(column)
    }
    remarks = tuple(
        _disagreement(field, told[field], found[field])
        for field in _COMPARED
        if field in told and field in found and _alike(told[field]) != _alike(found[field])
    )
    values = {**told, **found, "page": told.get("source_url") or found.get("source_url") or name}
    return RawRow(number=number, values=values, remarks=remarks)


def _alike(text: str) -> str:
    """Texts that differ in spaces, brackets or the way of a date say the same."""
    plain = normalised_doc_no(text).replace("／", "/").replace("/", "\\")
    for mark in "年月.":
        plain = plain.replace(mark, "-")
    plain = plain.removesuffix("日")
    parts = plain.split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        return "-".join(part.zfill(2) for part in parts)
    return plain


def _disagreement(field: str, listed: str, page: str) -> InvalidInput:
    return fault(
        field,
        f"清单为“{listed[:60]}”，网页为“{page[:60]}”，以网页为准",
        f"the listing says '{listed[:60]}', the page '{page[:60]}': the page was taken",
        Words("核对原件", "compare the original"),
    )


def _whole(path: Path) -> bytes:
    return _within(path.stat().st_size, path.read_bytes)


def _within(size: int, read: Callable[[], bytes]) -> bytes:
    if size > _LARGEST:
        raise ValueError(f"{size} > {_LARGEST}")
    return read()


def _no_pages() -> UnreadableFile:
    return UnreadableFile(
        Words("没有网页文件", "there is no page"),
        field="file",
        remedy=Words("放入 .html 文件", "put .html files there"),
    )
