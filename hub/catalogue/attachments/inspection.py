"""One look into a file: its kind, its text, its flaws; and the same file cleaned."""

from __future__ import annotations

import asyncio
import hashlib
import io

from python_calamine import CalamineError, CalamineWorkbook

from hub.catalogue.attachments.archives import Archive
from hub.catalogue.attachments.charset import decoded
from hub.catalogue.attachments.errors import TooLarge
from hub.catalogue.attachments.images import cleaned_image, image_flaws
from hub.catalogue.attachments.models import FORMS, MAX_TEXT, Attachment, FileKind, Flaw, Inspected
from hub.catalogue.attachments.office import cleaned_office, office_flaws, office_text
from hub.catalogue.attachments.pdfs import cleaned_pdf, open_pdf, pdf_flaws, pdf_text
from hub.catalogue.attachments.sniffing import checked_name, sniff
from hub.kernel.errors import Words

__all__ = ["PATIENCE_S", "cleaned", "inspect", "inspect_file"]

PATIENCE_S = 60.0
_OFFICE = (FileKind.DOCX, FileKind.XLSX, FileKind.PPTX, FileKind.OFD)
_IMAGES = (FileKind.PNG, FileKind.JPEG, FileKind.GIF)


async def inspect(name: str, data: bytes) -> Inspected:
    """`inspect_file` in a thread, given up after a minute; raises what it does, and TooLarge."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.to_thread(inspect_file, name, data)
    except TimeoutError as error:
        raise TooLarge(
            Words("文件过于复杂，未能查完", "it is too complex to be looked through"),
            field="file",
            remedy=Words("拆分或重新导出", "split it, or export it again"),
        ) from error


def inspect_file(name: str, data: bytes) -> Inspected:
    """What a file is, says and hides. Raises BadAttachment and its kin, BadPicture."""
    kind = sniff(name, data)
    text, flaws = _opened(kind, data)
    if len(text) > MAX_TEXT:
        flaws.append(_unread(len(text)))
    attachment = Attachment(
        sha256=hashlib.sha256(data).hexdigest(),
        name=checked_name(name),
        media_type=FORMS[kind].media_type,
        size=len(data),
    )
    return Inspected(attachment=attachment, kind=kind, text=text[:MAX_TEXT], flaws=tuple(flaws))


def cleaned(name: str, data: bytes) -> bytes:
    """The same file without metadata; what is part of its content is left for people to remove."""
    kind = sniff(name, data)
    if kind in _OFFICE:
        return cleaned_office(Archive(data))
    if kind is FileKind.PDF:
        return cleaned_pdf(open_pdf(data))
    return cleaned_image(data, kind) if kind in _IMAGES else data


def _opened(kind: FileKind, data: bytes) -> tuple[str, list[Flaw]]:
    if kind in _OFFICE:
        archive = Archive(data)
        return office_text(archive, kind), list(office_flaws(archive, kind))
    if kind is FileKind.PDF:
        reader = open_pdf(data)
        return pdf_text(reader), list(pdf_flaws(reader))
    if kind in _IMAGES:
        return "", list(image_flaws(data))
    if kind in (FileKind.DOC, FileKind.XLS):
        return _old_text(kind, data), [_unseen(kind)]
    return decoded(data), []


def _old_text(kind: FileKind, data: bytes) -> str:
    """The cells of an old workbook; an old Word file cannot be read here."""
    if kind is FileKind.DOC:
        return ""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        rows = [row for sheet in sheets for row in sheet.to_python()]
    except (CalamineError, ValueError):
        return ""
    return "\n".join("\t".join(map(str, row)) for row in rows)


def _unread(characters: int) -> Flaw:
    """What is behind the limit is neither examined nor found, and somebody must answer for it."""
    return Flaw(
        name="unread-text",
        words=Words(
            f"文字过长，第 {MAX_TEXT} 字以后未检查",
            f"too much text: what comes after {MAX_TEXT} characters was not examined",
        ),
        grave=True,
        detail=str(characters),
    )


def _unseen(kind: FileKind) -> Flaw:
    return Flaw(
        name="old-format",
        words=Words(
            f"旧格式 .{kind} 查不出隐藏内容，宜另存为新格式",
            f"what hides in an old .{kind} cannot be told; save it in the new format",
        ),
        grave=False,
        detail=kind,
    )
