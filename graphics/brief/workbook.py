"""The brief as a workbook: every number, its question, and every message, masked, on a row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from graphics.brief.tables import grids, said
from graphics.brief.zipped import timeless
from hub.kernel.clock import CHINA
from hub.opinion.briefs.counting import period_of
from hub.opinion.briefs.models import Brief, Message, Section
from hub.opinion.briefs.words import INTENTS, MOODS, URGENCIES, channel_of

__all__ = ["workbook_of"]

_HEAD = PatternFill("solid", fgColor="1D4F91")
_WIDEST = 60
_GRIDS = {
    "热点": "hot",
    "舆情件": "cases",
    "监测方案": "watches",
    "传闻": "rumours",
    "口径": "queries",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MESSAGE_HEAD = (
    "编号",
    "说于",
    "渠道",
    "地点",
    "主题",
    "部门",
    "诉求类型",
    "情绪",
    "紧急程度",
    "重复",
    "事项编号",
    "标题（已遮盖）",
)


def workbook_of(brief: Brief, messages: Sequence[Message]) -> bytes:
    """Sheets 概况, 分布, 热点, 舆情件, 监测方案, 传闻, 口径, 信息, of which a report has those that
    it shows. Nothing in it is a formula."""
    book = Workbook()
    book.remove(book.worksheets[0])
    told = grids(brief)
    _sheet(book, "概况", ("数字", "数值", "单位", "较上期"), _overview(brief))
    _sheet(
        book,
        "分布",
        ("图表", "类别", "条数", "口径"),
        (
            (one.title, cell.label, "少于 5" if cell.value is None else cell.value, cell.query)
            for one in brief.series
            for cell in one.cells
        ),
    )
    for sheet, grid in _GRIDS.items():
        if grid in brief.sections:
            _sheet(book, sheet, told[grid].head, told[grid].rows)
    _sheet(book, "信息", _MESSAGE_HEAD, map(_row, messages))
    book.properties.title = f"{brief.title}{brief.number}"
    book.properties.creator = brief.issuer
    made = io.BytesIO()
    book.save(made)
    return timeless(made.getvalue(), f"{brief.made_on.isoformat()}T00:00:00Z")


def _overview(brief: Brief) -> Iterable[tuple[object, ...]]:
    yield ("统计期", period_of(brief.first, brief.last), "", "")
    for line in brief.scope:
        yield ("统计范围", line, "", "")
    for figure in brief.figures:
        value = said(figure) if figure.value is None else figure.value
        yield (figure.label, value, figure.unit, figure.change)
    if Section.CASES not in brief.sections:
        return
    clocks = brief.clocks
    yield ("新立件", clocks.opened, "件", "")
    yield ("回应", clocks.answered, "件", "")
    yield ("按期完成的时限", clocks.kept, "个", "")
    yield ("逾期的时限", clocks.missed, "个", "")
    yield ("计时中的时限", clocks.running, "个", "")
    average = brief.satisfaction.average
    yield ("满意度", "数据不足" if average is None else average, "分", "")


def _row(one: Message) -> tuple[object, ...]:
    said_at = one.said_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if one.said_at else "不详"
    return (
        one.id,
        said_at,
        channel_of(one.channel),
        one.place,
        one.topic,
        one.department,
        INTENTS.get(one.intent, one.intent),
        MOODS.get(one.mood, one.mood),
        URGENCIES.get(one.urgency, one.urgency),
        "是" if one.copy else "",
        one.issue_id,
        one.title,
    )


def _sheet(
    book: Workbook, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    sheet: Worksheet = book.create_sheet(name)
    sheet.append(list(head))
    widths = [_width(one) for one in head]
    for row in rows:
        sheet.append([_plain(value) for value in row])
        widths = [max(w, _width(value)) for w, value in zip(widths, row, strict=True)]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = min(_WIDEST, width + 2)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
        cell.alignment = Alignment(vertical="center")
    sheet.freeze_panes = "A2"
    if sheet.max_row > 1:
        sheet.auto_filter.ref = sheet.dimensions


def _plain(value: object) -> object:
    """A citizen's text that begins like a formula is text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _width(value: object) -> int:
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(value))
