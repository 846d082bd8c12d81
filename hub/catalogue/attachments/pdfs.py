"""PDF files: what they say, what lies behind the pages, and their cleaning."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from hub.catalogue.attachments.errors import BadAttachment, Dangerous, Encrypted, TooLarge
from hub.catalogue.attachments.models import MAX_TEXT, Flaw
from hub.kernel.errors import Words

__all__ = ["cleaned_pdf", "open_pdf", "pdf_flaws", "pdf_text"]

MAX_PAGES = 2_000
_MAKERS = ("/Author", "/Creator", "/Company", "/Manager", "/LastModifiedBy")
_ON_THE_PAGE = {"/Link", "/Widget", "/PrinterMark"}  # annotations that hide nothing
_RUNS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}


def open_pdf(data: bytes) -> PdfReader:
    """Raises Encrypted, Dangerous where it runs something when opened, TooLarge, BadAttachment."""
    try:
        reader = PdfReader(io.BytesIO(data))
        locked, pages, root = reader.is_encrypted, 0, None
        if not locked:
            pages, root = len(reader.pages), reader.root_object
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadAttachment(
            Words("PDF 已损坏", "the PDF is damaged"),
            field="file",
            remedy=Words("重新导出后上传", "export it again, then upload"),
        ) from error
    if locked or root is None:
        raise Encrypted(
            Words("PDF 已加密", "the PDF is encrypted"),
            field="file",
            remedy=Words("解除密码后上传", "remove the password, then upload"),
        )
    if pages > MAX_PAGES:
        raise TooLarge(
            Words(f"{pages} 页，超过 {MAX_PAGES}", f"{pages} pages, the limit is {MAX_PAGES}"),
            field="file",
        )
    names = _resolved(root.get("/Names"))
    runs = [_action(root.get("/OpenAction")), "/JavaScript" if "/JavaScript" in names else ""]
    if any(kind in _RUNS for kind in runs):
        raise Dangerous(
            Words("PDF 打开时运行脚本", "the PDF runs a script when it is opened"),
            field="file",
            remedy=Words("打印为 PDF 后上传", "print it to a PDF, then upload"),
        )
    return reader


def pdf_text(reader: PdfReader) -> str:
    """The text of its pages, as far as it has any; scans have none."""
    pieces, length = [], 0
    for page in reader.pages:
        try:
            text = page.extract_text()
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue  # one page of a foreign program's making must not lose the others
        pieces.append(text)
        length += len(text)
        if length > MAX_TEXT:
            break
    return "\n".join(pieces)


def pdf_flaws(reader: PdfReader) -> Iterator[Flaw]:
    """Annotations, attached files, hidden layers, redactions that redact nothing, metadata."""
    root = reader.root_object
    if "/EmbeddedFiles" in _resolved(root.get("/Names")):
        yield _grave("embedded", "内嵌其他文件", "another file is embedded", "")
    layers = _resolved(_resolved(root.get("/OCProperties")).get("/D"))
    off = _resolved(layers.get("/OFF"))
    if off:
        yield _grave("hidden-layer", "含隐藏图层", "it has hidden layers", str(len(off)))
    for number, page in enumerate(reader.pages, 1):
        yield from _annotation_flaws(number, page)
    for key, value in (reader.metadata or {}).items():
        if key in _MAKERS and str(value).strip():
            yield Flaw(
                name="metadata",
                words=Words("元数据含制作人或软件", "metadata name who made it"),
                grave=False,
                detail=f"{key.lstrip('/')}: {value}",
            )


def cleaned_pdf(reader: PdfReader) -> bytes:
    """The same pages without information about who made them."""
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    writer.root_object.pop("/Metadata", None)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _annotation_flaws(number: int, page: Any) -> Iterator[Flaw]:
    for reference in _resolved(page.get("/Annots")) or ():
        annotation = _resolved(reference)
        kind = str(annotation.get("/Subtype", ""))
        where = f"p. {number} {kind}"
        if kind == "/Redact" or (kind == "/Square" and "/IC" in annotation):
            yield _grave(
                "cover",
                "遮盖未生效，下面的文字仍在",
                "a cover that redacts nothing: the text is still there",
                where,
            )
        elif kind == "/FileAttachment":
            yield _grave("embedded", "内嵌其他文件", "another file is embedded", where)
        elif kind and kind not in _ON_THE_PAGE:
            yield _grave("comments", "含批注", "it has annotations", where)


def _action(value: Any) -> str:
    action = _resolved(value)
    return str(action.get("/S", "")) if isinstance(action, dict) else ""


def _resolved(value: Any) -> Any:
    found = value.get_object() if hasattr(value, "get_object") else value
    return {} if found is None else found


def _grave(name: str, zh: str, en: str, detail: str) -> Flaw:
    return Flaw(name=name, words=Words(zh, en), grave=True, detail=detail)
