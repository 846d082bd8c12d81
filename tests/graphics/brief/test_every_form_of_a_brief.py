"""Page, document, workbook and PDF of an invented week: the same figures, the same bytes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from graphics.brief.charts import chart
from graphics.brief.rendering import render_brief
from hub.opinion.briefs.models import Cell, Series
from tests.hub.opinion.briefs_sample import brief_of, found, message

_BRIEF, _FOUND = brief_of(), found()


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return asyncio.run(render_brief(_BRIEF, _FOUND.messages))


async def test_the_same_brief_gives_the_same_bytes() -> None:
    few = brief_of(found(3))
    first = await render_brief(few, found(3).messages)
    assert first == await render_brief(few, found(3).messages)
    assert "数据不足" in first["brief.html"].decode()


def test_every_form_says_the_same(files: Mapping[str, bytes]) -> None:
    page = files["brief.html"].decode()
    document = Document(io.BytesIO(files["brief.docx"]))
    text = "\n".join(one.text for one in document.paragraphs)
    pages = PdfReader(io.BytesIO(files["brief.pdf"])).pages
    printed = "".join(one.extract_text() for one in pages)
    for told in (page, text):
        assert all(sentence in told for sentence in _BRIEF.summary)
    assert "120" in printed
    assert "云栖苑三号楼起火" in printed.replace("\n", "")
    assert page.count("<svg") == 5
    assert "script" not in page
    pictures = document.inline_shapes
    assert len(pictures) == 5
    assert "热线 35" in pictures[4]._inline.docPr.get("descr")
    assert document.tables[0].cell(1, 1).text == "120 条"


def test_the_workbook_has_a_row_for_every_message(files: Mapping[str, bytes]) -> None:
    book = load_workbook(io.BytesIO(files["brief.xlsx"]))
    assert book.sheetnames == ["概况", "分布", "热点", "舆情件", "监测方案", "传闻", "口径", "信息"]
    rows = list(book["信息"].values)
    assert len(rows) == 121
    assert sum(row[2] == "热线" for row in rows) == 35


async def test_what_citizens_write_is_text_everywhere() -> None:
    nasty = '=HYPERLINK("http://x")<script>alert(1)</script>😀#read("/etc/passwd")'
    messages = tuple(message(n, title=nasty, topic=nasty, channel="hotline") for n in range(6))
    brief = brief_of(found(0))
    files = await render_brief(brief, messages)
    [_, first, *_] = load_workbook(io.BytesIO(files["brief.xlsx"]))["信息"].values
    assert first[-1].startswith("'=")
    drawn = chart(
        Series(name="x", title="x", form="bars", cells=(Cell(label="<b>&", value=5, query=""),))
    )
    assert "<b>" not in drawn
