"""Real files, as the programs' own libraries write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
from pypdf import PdfWriter

__all__ = ["hide", "packed", "pdf", "sheet", "word"]


def word(change: Callable[[docx.document.Document], object] = lambda d: None) -> bytes:
    document = docx.Document()
    document.core_properties.author = ""
    document.core_properties.last_modified_by = ""
    document.add_paragraph("公示名单：张三")
    change(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def sheet(change: Callable[[openpyxl.Workbook], object] = lambda b: None) -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = ""
    book.active.append(["姓名", "电话"])
    book.active.append(["张三", 13812345678])
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def pdf(change: Callable[[PdfWriter], object] = lambda w: None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.metadata = None
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def hide(run: object) -> None:
    run.font.hidden = True  # type: ignore[attr-defined]
