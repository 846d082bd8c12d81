"""The brief as a Word document: red head, summary first, charts, tables, annex."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.run import Run

from graphics.brief.charts import alternative
from graphics.brief.tables import WATCHED, Grid, grids, said
from graphics.brief.zipped import timeless
from hub.opinion.briefs.counting import period_of
from hub.opinion.briefs.models import Brief, Section

__all__ = ["document_of"]

_RED, _BLUE = RGBColor(0xB5, 0x12, 0x1B), RGBColor(0x1D, 0x4F, 0x91)
_SOFT, _INK = RGBColor(0x5B, 0x64, 0x70), RGBColor(0x22, 0x22, 0x22)
# as GB/T 9704 has them for official documents, with what every machine has behind them
_SONG, _HEI = "仿宋_GB2312", "黑体"
_TITLE = "方正小标宋简体"
_FULL, _HALF = Cm(15.6), Cm(11.5)  # between the margins of 2.8 and 2.6 cm, and a chart of bars


def document_of(brief: Brief, charts: Mapping[str, bytes]) -> bytes:
    """The document; `charts` are PNG pictures by the names of the series."""
    doc = Document()
    _page(doc, brief)
    _head(doc, brief)
    told, numbers = grids(brief), iter("一二三四五")
    _heading(doc, f"{next(numbers)}、摘要")
    for sentence in brief.summary:
        _paragraph(doc, sentence)
    _heading(doc, f"{next(numbers)}、总体情况")
    _overall(doc, brief, charts)
    if Section.HOT in brief.sections:
        _heading(doc, f"{next(numbers)}、热点事项")
        _table(doc, told["hot"], (1.0, 4.4, 1.5, 4.2, 4.5))
    if Section.CASES in brief.sections:
        _heading(doc, f"{next(numbers)}、舆情件办理")
        _paragraph(doc, _handled(brief))
        _table(doc, told["cases"], (4.6, 1.6, 3.2, 2.2, 2.0, 2.0))
        _small(doc, "满意度")
        _paragraph(doc, _satisfied(brief))
    if WATCHED & frozenset(brief.sections):
        _heading(doc, f"{next(numbers)}、监测方案与传闻核实")
        for name, widths in (("watches", (8.6, 3.5, 3.5)), ("rumours", (6.6, 2.0, 7.0))):
            if name in brief.sections:
                _small(doc, told[name].title)
                _table(doc, told[name], widths)
    _heading(doc, "附：数据说明")
    for number, sentence in enumerate(brief.annex, 1):
        _note(doc, f"{number}. {sentence}")
    if Section.QUERIES in brief.sections:
        _small(doc, told["queries"].title)
        _table(doc, told["queries"], (4.4, 2.4, 8.8))
    made = io.BytesIO()
    doc.save(made)
    return timeless(made.getvalue(), f"{brief.made_on.isoformat()}T00:00:00Z")


def _overall(doc: Doc, brief: Brief, charts: Mapping[str, bytes]) -> None:
    """The period, the key figures and the charts."""
    _note(doc, f"统计期：{period_of(brief.first, brief.last)}。")
    for line in brief.scope:
        _note(doc, line)
    if Section.FIGURES in brief.sections:
        _figures(doc, brief)
    if not brief.enough:
        _paragraph(doc, "数据不足：本期信息少于 5 条，不作分布与热点分析。")
    for one in brief.series:
        _small(doc, one.title)
        picture = doc.add_picture(
            io.BytesIO(charts[one.name]), width=_FULL if one.form == "days" else _HALF
        )
        picture._inline.docPr.set("descr", alternative(one))
        if one.note:
            _note(doc, one.note)


def _page(doc: Doc, brief: Brief) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.2), Cm(3.0)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    normal = doc.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(14)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _SONG)
    core = doc.core_properties
    core.title, core.author = f"{brief.title}{brief.number}", brief.issuer
    core.created = core.modified = datetime(2000, 1, 1)  # written over when it is closed
    core.language, core.comments = "zh-CN", ""
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(_run(foot.add_run("— "), _SONG, 12))
    foot.add_run(" —")


def _page_number(run: Run) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _head(doc: Doc, brief: Brief) -> None:
    title = doc.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title.add_run(brief.title), _TITLE, 32, _RED)
    number = doc.add_paragraph()
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(number.add_run(brief.number), _SONG, 14)
    line = doc.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(_FULL, alignment=2)  # to the right
    made = period_of(brief.made_on, brief.made_on)
    _run(line.add_run(f"{brief.issuer}\t{made}"), _SONG, 14)
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "B5121B")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    line._p.get_or_add_pPr().append(border)


def _run(run: Run, font: str, size: float, colour: RGBColor | None = None) -> Run:
    run.font.size = Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _heading(doc: Doc, text: str) -> None:
    heading = doc.add_heading(level=1)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(14), Pt(6)
    run = _run(heading.add_run(text), _HEI, 16, _BLUE)
    run.font.name, run.font.bold = "Times New Roman", False


def _small(doc: Doc, text: str) -> None:
    heading = doc.add_heading(level=2)
    heading.paragraph_format.space_before = Pt(8)
    run = _run(heading.add_run(text), _HEI, 13, _INK)
    run.font.name, run.font.bold = "Times New Roman", False


def _paragraph(doc: Doc, text: str) -> None:
    paragraph = doc.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(28)
    paragraph.paragraph_format.line_spacing = Pt(26)
    paragraph.paragraph_format.space_after = Pt(0)
    _run(paragraph.add_run(text), _SONG, 14)


def _note(doc: Doc, text: str) -> None:
    paragraph = doc.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    _run(paragraph.add_run(text), _SONG, 10.5, _SOFT)


def _figures(doc: Doc, brief: Brief) -> None:
    rows = tuple(
        (one.label, said(one) if one.value is None else f"{said(one)} {one.unit}", one.change)
        for one in brief.figures
    )
    _table(doc, Grid("", ("数字", "数值", "较上期"), rows, frozenset({1})), (5.6, 5.0, 5.0))


def _table(doc: Doc, grid: Grid, widths: tuple[float, ...]) -> None:
    if not grid.rows:
        _paragraph(doc, grid.empty)
        return
    table = doc.add_table(rows=1 + len(grid.rows), cols=len(grid.head))
    table.style, table.autofit = "Table Grid", False
    for row, texts in zip(table.rows, (grid.head, *grid.rows), strict=True):
        cells = row.cells
        for place, (cell, text, width) in enumerate(zip(cells, texts, widths, strict=True)):
            cell.width = Cm(width)
            _fill(cell, text, head=texts is grid.head, right=place in grid.numbers)
    heads = OxmlElement("w:tblHeader")  # repeated on every page
    table.rows[0]._tr.get_or_add_trPr().append(heads)
    doc.add_paragraph().paragraph_format.space_after = Pt(0)


def _fill(cell: _Cell, text: str, *, head: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right and not head:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(paragraph.add_run(text), _HEI if head else _SONG, 10.5)
    if head:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "EAF0F7")):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _handled(brief: Brief) -> str:
    clocks = brief.clocks
    share = "" if clocks.share is None else f"，按期率 {clocks.share}%"
    return (
        f"新立件 {clocks.opened} 件，回应 {clocks.answered} 件；时限按期完成 {clocks.kept} 个，"
        f"逾期 {clocks.missed} 个，计时中 {clocks.running} 个{share}。"
    )


def _satisfied(brief: Brief) -> str:
    held = brief.satisfaction
    if held.average is not None:
        return f"{held.rated} 人评价，平均 {held.average} 分（满分 5 分）。"
    return "评价少于 5 人，不显示。" if held.rated else "本期无评价。"
