"""What a file really is: told by its content, held against its name."""

from __future__ import annotations

import msgspec
import puremagic

from hub.catalogue.attachments.archives import Archive
from hub.catalogue.attachments.charset import decoded
from hub.catalogue.attachments.errors import BadAttachment, Dangerous, Encrypted, TooLarge
from hub.catalogue.attachments.models import FORMS, MAX_NAME, FileKind
from hub.kernel.errors import Words
from hub.organisations.rules import unwelcome

__all__ = ["checked_name", "kind_of_name", "sniff"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")
_STARTS = (
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"GIF87a", FileKind.GIF),
    (b"GIF89a", FileKind.GIF),
)
# the part that only this kind of packed document has
_PARTS = (
    ("word/document.xml", FileKind.DOCX),
    ("xl/workbook.xml", FileKind.XLSX),
    ("ppt/presentation.xml", FileKind.PPTX),
    ("OFD.xml", FileKind.OFD),
)
_NAMED = {extension: kind for kind, form in FORMS.items() for extension in form.extensions}
_ALLOWED = "、".join(form.extensions[0] for form in FORMS.values())


def checked_name(name: str) -> str:
    """The file's own name without any folder; raises BadAttachment for one nobody could see."""
    own = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not own or len(own) > MAX_NAME or unwelcome(own) or own.startswith("."):
        raise BadAttachment(
            Words(f"文件名须为 1 至 {MAX_NAME} 字", f"a name has 1 to {MAX_NAME} characters"),
            field="name",
            remedy=Words("换一个文件名", "choose another name"),
        )
    return own


def kind_of_name(name: str) -> str:
    """The kind that a file's name says; "" where no kind is named so."""
    kind = _NAMED.get(name.rsplit(".", 1)[-1].strip().lower())
    return kind.value if kind else ""


def sniff(name: str, data: bytes) -> FileKind:
    """The kind of a file, which its content and its name agree on.

    Raises Encrypted, Dangerous for programs, macros and traps, TooLarge, and BadAttachment for what
    is damaged, not allowed, or named as something else.
    """
    extension = checked_name(name).rsplit(".", 1)[-1].lower()
    kind = _kind(extension, data)
    if extension not in FORMS[kind].extensions:
        raise BadAttachment(
            Words(f"内容是 {kind}，文件名却是 .{extension}", f"it is {kind}, named .{extension}"),
            field="name",
            remedy=Words(
                f"改为 .{FORMS[kind].extensions[0]}，或换文件", "rename it, or take another file"
            ),
        )
    limit = FORMS[kind].max_bytes
    if len(data) > limit:
        raise TooLarge(
            Words(f"{len(data)} 字节，超过 {limit}", f"{len(data)} bytes, the limit is {limit}"),
            field="file",
            remedy=Words("压缩或拆分文件", "shrink it or split it"),
        )
    return kind


def _kind(extension: str, data: bytes) -> FileKind:
    if not data:
        raise _unwanted("空文件", "an empty file")
    if data.startswith(_PROGRAMS):
        raise Dangerous(
            Words("这是程序，不是文档", "this is a program, no document"),
            field="file",
            remedy=Words("上传文档", "upload a document"),
        )
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data.startswith(b"PK"):
        return _packed(data)
    if data.startswith(_OLE):
        return _old_office(extension, data)
    if extension in ("txt", "csv", "json"):
        _refuse_known(data)
        text = decoded(data)
        if extension == "json":
            _check_json(text)
        return FileKind(extension)
    raise _unwanted(_guess(data), _guess(data))


def _packed(data: bytes) -> FileKind:
    archive = Archive(data)
    lowered = {part.lower() for part in archive.names}
    if any(part.endswith(("vbaproject.bin", "vbadata.xml")) for part in lowered):
        raise _macros()
    for part, kind in _PARTS:
        if part.lower() in lowered:
            return kind
    raise _unwanted("压缩包", "an archive")


def _old_office(extension: str, data: bytes) -> FileKind:
    """Word's and Excel's old files; an encrypted new one has the same wrapping."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Encrypted(
            Words("文件已加密", "the file is encrypted"),
            field="file",
            remedy=Words("解除密码后上传", "remove the password, then upload"),
        )
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise _macros()
    word = "WordDocument".encode("utf-16-le") in data
    sheet = any(name.encode("utf-16-le") in data for name in ("Workbook", "Book"))
    if word or sheet:
        return FileKind.DOC if word else FileKind.XLS
    raise _unwanted("未知的旧格式", "an unknown old format")


def _refuse_known(data: bytes) -> None:
    """A text file that is some other known format after all."""
    if data.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html", b"<script", b"<svg")):
        raise _unwanted("网页", "a web page")


def _check_json(text: str) -> None:
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadAttachment(
            Words("不是合法 JSON", "not valid JSON"),
            field="file",
            remedy=Words("重新导出", "export it again"),
        ) from error


def _guess(data: bytes) -> str:
    try:
        found = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return "?"
    return str(found[0].name or found[0].extension) if found else "?"


def _macros() -> Dangerous:
    return Dangerous(
        Words("文件带宏", "it carries macros"),
        field="file",
        remedy=Words("另存为不带宏的格式", "save it without macros"),
    )


def _unwanted(zh: str, en: str) -> BadAttachment:
    return BadAttachment(
        Words(f"不能作为附件：{zh}", f"not to be attached: {en}"),
        field="file",
        remedy=Words(f"可用：{_ALLOWED}", "allowed: " + ", ".join(kind for kind in FORMS)),
    )
