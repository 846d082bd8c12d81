"""Where rows come from, told by the content: text, a workbook, a page, a folder or zip of pages."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Protocol

from hub.catalogue.errors import UnreadableFile
from hub.catalogue.pages import PageFile, is_page
from hub.catalogue.reading import RawRow, RowFile
from hub.catalogue.spreadsheets import SheetFile
from hub.kernel.errors import Words

__all__ = ["Source", "digest_of", "open_source"]

_PIECE = 1 << 20


class Source(Protocol):
    """An open source of rows; read once, by one thread at a time."""

    form: str
    encoding: str
    size: int  # bytes, or whatever `position` counts

    @property
    def position(self) -> int: ...

    def take(self, count: int) -> list[RawRow]:
        """The next `count` rows, fewer at the end, none after it."""
        ...

    def skip(self, count: int) -> None:
        """Pass over `count` rows that an earlier attempt has done."""
        ...

    def close(self) -> None: ...


def open_source(path: Path) -> Source:
    """Raises UnreadableFile where the whole cannot be read."""
    if path.is_dir():
        return PageFile(path)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        return SheetFile(path) if "xl/workbook.xml" in names else PageFile(path)
    return PageFile(path) if is_page(path) else RowFile(path)


def digest_of(path: Path, body_code: str) -> str:
    """The hash of what is imported and where it goes: the same file under another name is the
    same. Raises UnreadableFile."""
    digest = hashlib.sha256(f"{body_code}\n".encode())
    try:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                _add(digest, file, file.relative_to(path).as_posix())
    except OSError as error:
        raise UnreadableFile(
            Words(f"打不开 {path}", f"cannot open {path}"),
            field="file",
            remedy=Words("核对路径", "check the path"),
        ) from error
    return digest.hexdigest()


def _add(digest: hashlib._Hash, file: Path, name: str) -> None:
    digest.update(f"{name}\n{file.stat().st_size}\n".encode())
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            digest.update(piece)
