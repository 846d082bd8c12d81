"""A file that belongs to an item, and what was found when it was looked into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.kernel.errors import Words

__all__ = [
    "FORMS",
    "MAX_NAME",
    "MAX_TEXT",
    "Attachment",
    "FileKind",
    "Flaw",
    "Form",
    "Inspected",
    "Kept",
]

_MB = 1024 * 1024
MAX_TEXT = 2_000_000  # characters that are read of one file
MAX_NAME = 200  # characters of a file's name


class FileKind(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    DOC = "doc"
    XLS = "xls"
    OFD = "ofd"  # GB/T 33190-2016
    TXT = "txt"
    CSV = "csv"
    JSON = "json"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind is named and how large it may be, in bytes."""

    media_type: str
    extensions: tuple[str, ...]
    max_bytes: int


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS: Mapping[FileKind, Form] = {
    FileKind.PDF: Form("application/pdf", ("pdf",), 50 * _MB),
    FileKind.DOCX: Form(f"{_OFFICE}.wordprocessingml.document", ("docx",), 30 * _MB),
    FileKind.XLSX: Form(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), 30 * _MB),
    FileKind.PPTX: Form(f"{_OFFICE}.presentationml.presentation", ("pptx",), 50 * _MB),
    FileKind.DOC: Form("application/msword", ("doc", "wps"), 30 * _MB),
    FileKind.XLS: Form("application/vnd.ms-excel", ("xls", "et"), 30 * _MB),
    FileKind.OFD: Form("application/ofd", ("ofd",), 50 * _MB),
    FileKind.TXT: Form("text/plain", ("txt",), 5 * _MB),
    FileKind.CSV: Form("text/csv", ("csv",), 20 * _MB),
    FileKind.JSON: Form("application/json", ("json",), 5 * _MB),
    FileKind.PNG: Form("image/png", ("png",), 10 * _MB),
    FileKind.JPEG: Form("image/jpeg", ("jpg", "jpeg"), 10 * _MB),
    FileKind.GIF: Form("image/gif", ("gif",), 10 * _MB),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A stored file by its content: `name` is what people see and download it as."""

    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something in a file that nobody meant to publish. `grave`: content, not just its maker's
    name. `detail` says where or what, and may be private."""

    name: str
    words: Words
    grave: bool
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A stored file as a list shows it; `characters` is the length of the text in it."""

    attachment: Attachment
    kind: FileKind
    characters: int
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """`text` is what can be read in it, for search and the checks; "" where nothing can be."""

    attachment: Attachment
    kind: FileKind
    text: str = field(repr=False)
    flaws: tuple[Flaw, ...] = ()
