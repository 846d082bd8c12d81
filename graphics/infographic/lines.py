"""An infographic as lines of words, in the picture's order: what stands on it, charts included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graphics.infographic.arranging import blocks_of, continues, heading_of
from graphics.infographic.models import (
    Answers,
    Background,
    Chart,
    Comparison,
    Contact,
    Figures,
    InfographicSpec,
    KeyFigure,
    Measures,
    Quote,
    Section,
    Series,
    Steps,
    Timeline,
)
from graphics.infographic.scales import share_texts, value_texts

__all__ = ["FORMS", "Kind", "Line", "lines_of"]

FORMS = {"bar": "条形图", "column": "柱形图", "line": "折线图", "donut": "环形图"}


class Kind(StrEnum):
    """What a line is. A ROW is one of a table; its cells are the line's texts."""

    TITLE = "title"
    HEADING = "heading"
    SUBHEADING = "subheading"
    TEXT = "text"
    ITEM = "item"
    NUMBERED = "numbered"
    QUOTE = "quote"
    ROW = "row"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`lead` is what is set in bold before the `text`; `number` that of a numbered item."""

    kind: Kind
    text: str = ""
    lead: str = ""
    number: int = 0
    cells: tuple[str, ...] = ()


def lines_of(spec: InfographicSpec, block: int) -> Iterator[Line]:
    """The lines of a block: 0 is the head, the last the footer, between them the sections."""
    if block == 0:
        yield from _hero(spec)
    elif block == blocks_of(spec) - 1:
        yield from _footer(spec)
    else:
        section = spec.sections[block - 1]
        if not continues(spec, block - 1):
            yield Line(kind=Kind.HEADING, text=heading_of(section))
        yield from _section(section)


def _hero(spec: InfographicSpec) -> Iterator[Line]:
    hero = spec.hero
    facts = "　".join(filter(None, (hero.issuer, hero.doc_no, hero.date)))
    yield from _texts(hero.kicker)
    yield Line(kind=Kind.TITLE, text=hero.title)
    yield from _texts(hero.subtitle, facts)


def _footer(spec: InfographicSpec) -> Iterator[Line]:
    footer = spec.footer
    if footer.link:
        yield Line(kind=Kind.LINK, lead=footer.link.caption, text=footer.link.url)
    yield from _texts(*footer.sources, footer.disclaimer)
    yield from _texts(f"{footer.maker}　编制" if footer.maker else "")


def _section(section: Section) -> Iterator[Line]:
    match section:
        case Background():
            yield from _texts(*section.paragraphs)
            if section.note:
                yield Line(kind=Kind.TEXT, lead=section.note)
        case Figures():
            yield from map(_figure, section.items)
        case Measures():
            for number, measure in enumerate(section.items, 1):
                tag = f"〔{measure.tag}〕" if measure.tag else ""
                yield _numbered(number, measure.title + tag, measure.text)
        case Steps():
            for number, step in enumerate(section.items, 1):
                yield _numbered(number, step.title, step.text)
        case Timeline():
            for moment in section.items:
                yield Line(kind=Kind.ITEM, lead=moment.date, text=moment.text)
        case Answers():
            for item in section.items:
                yield Line(kind=Kind.TEXT, lead=f"问：{item.question}")
                yield Line(kind=Kind.TEXT, text=f"答：{item.answer}")
        case Quote():
            yield Line(kind=Kind.QUOTE, text=section.text)
            if section.source:
                yield Line(kind=Kind.QUOTE, text=f"——{section.source}")
        case Contact():
            for row in section.rows:
                yield Line(kind=Kind.ITEM, lead=row.label, text=row.value)
        case Comparison():
            yield Line(kind=Kind.ROW, cells=(section.matter, section.old, section.new))
            for pair in section.rows:
                yield Line(kind=Kind.ROW, cells=(pair.matter, pair.old, pair.new))
        case Chart():
            yield from _chart(section)


def _texts(*texts: str) -> Iterator[Line]:
    return (Line(kind=Kind.TEXT, text=text) for text in texts if text)


def _figure(item: KeyFigure) -> Line:
    aside = f"（{item.note}）" if item.note else ""
    return Line(kind=Kind.ITEM, lead=item.value + item.unit, text=item.label + aside)


def _numbered(number: int, lead: str, text: str) -> Line:
    return Line(kind=Kind.NUMBERED, number=number, lead=lead, text=text)


def _chart(chart: Chart) -> Iterator[Line]:
    unit = "" if chart.unit in {"", "%"} else f"（单位：{chart.unit}）"
    yield Line(kind=Kind.SUBHEADING, text=chart.title)
    yield Line(kind=Kind.TEXT, text=FORMS[chart.form] + unit)
    for series in chart.series:
        pairs = zip(chart.labels, _told(chart, series), strict=True)
        yield Line(
            kind=Kind.ITEM,
            lead=series.name,
            text="；".join(f"{label} {text}" for label, text in pairs),
        )
    yield from _texts(chart.source)


def _told(chart: Chart, series: Series) -> tuple[str, ...]:
    """The numbers of a series as texts, with what a donut shows of the whole."""
    texts = value_texts(series.values)
    if chart.unit == "%":
        return tuple(f"{text}%" for text in texts)
    if chart.form == "donut":
        shares = share_texts(series.values)
        return tuple(f"{text}（{share}）" for text, share in zip(texts, shares, strict=True))
    return texts
