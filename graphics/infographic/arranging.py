"""An infographic as the values its template draws: icons as signs, charts as fractions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate, cycle
from typing import Any

from graphics.codes import qr_code
from graphics.icons import sign
from graphics.infographic.models import (
    Answers,
    Background,
    Chart,
    Contact,
    Figures,
    InfographicSpec,
    Measures,
    Quote,
    Section,
    Timeline,
    plain,
)
from graphics.infographic.scales import Scale, share_texts, told, value_texts
from graphics.lines import ways_to_break

__all__ = ["Mode", "arranged", "blocks_of", "continues", "heading_of"]

_TITLE_LINES = 5
# Icons of items that name none, in turn.
_FIGURE_ICONS = ("chart-column", "coins", "clock", "people", "percent", "calendar")
_CONTACT_ICONS = (("电话", "phone"), ("热线", "phone"), ("地址", "place"), ("邮", "mail"))


class Mode(StrEnum):
    """LONG: one page, all blocks. BLOCKS: a page per group of blocks. PAGES: A4, for the PDF."""

    LONG = "long"
    BLOCKS = "blocks"
    PAGES = "pages"


def arranged(
    spec: InfographicSpec, mode: Mode, groups: Sequence[Sequence[int]] = ()
) -> dict[str, Any]:
    """The values for templates/graphics/infographic.

    `groups` says which blocks share a page: 0 is the head, 1… the sections, the last the footer.
    """
    every = [list(range(blocks_of(spec)))]
    return {
        "theme": spec.theme,
        "mode": mode,
        "groups": groups or every,
        "title": spec.hero.title,
        "author": spec.hero.issuer,
        "hero": _hero(spec),
        "sections": [_section(spec, index) for index in range(len(spec.sections))],
        "footer": _footer(spec),
    }


def blocks_of(spec: InfographicSpec) -> int:
    """How many blocks there are: the head, the sections, the footer."""
    return len(spec.sections) + 2


def heading_of(section: Section) -> str:
    return section.heading or section.usual


def _hero(spec: InfographicSpec) -> dict[str, Any]:
    hero = spec.hero
    return {
        **plain(hero),
        "ways": ways_to_break(hero.title, _TITLE_LINES),
        "facts": [text for text in (hero.issuer, hero.doc_no, hero.date) if text],
        "subtitle": hero.subtitle,
    }


def _section(spec: InfographicSpec, index: int) -> dict[str, Any]:
    section = spec.sections[index]
    values: dict[str, Any] = plain(section) | {
        "kind": section.__struct_config__.tag,
        "path": f"sections[{index}]",
        "number": _number(spec, index),
        "heading": heading_of(section),
        "note": "",
    }
    match section:
        case Background():
            return values | {"note": section.note, "sign": sign("calendar")}
        case Figures():
            icons = zip(section.items, cycle(_FIGURE_ICONS), strict=False)
            return values | {
                "items": [
                    plain(item) | {"icon": sign(item.icon, usual), "note": item.note}
                    for item, usual in icons
                ]
            }
        case Measures():
            return values | {
                "items": [
                    plain(item) | {"icon": sign(item.icon) if item.icon else "", "tag": item.tag}
                    for item in section.items
                ]
            }
        case Chart():
            return values | _chart(section)
        case Contact():
            return values | {
                "rows": [
                    plain(row) | {"icon": sign(row.icon, _contact_icon(row.label))}
                    for row in section.rows
                ]
            }
        case Quote():
            return values | {"source": section.source}
        case Timeline() | Answers():
            return values
    return values


def _number(spec: InfographicSpec, index: int) -> str:
    """The section's number as printed; none for one that stands under the head before it."""
    if continues(spec, index):
        return ""
    return f"{sum(not continues(spec, before) for before in range(index + 1)):02d}"


def continues(spec: InfographicSpec, index: int) -> bool:
    """Whether the section is a chart without a heading of its own right after another chart."""
    section = spec.sections[index]
    return (
        isinstance(section, Chart)
        and not section.heading
        and index > 0
        and isinstance(spec.sections[index - 1], Chart)
    )


def _contact_icon(label: str) -> str:
    return next((icon for word, icon in _CONTACT_ICONS if word in label), "info")


def _chart(chart: Chart) -> dict[str, Any]:
    if chart.form == "donut":
        return _donut(chart)
    scale = Scale.of(value for series in chart.series for value in series.values)
    return {
        "zero": scale.at(0.0),
        "ticks": [{"at": scale.at(tick), "text": told(tick)} for tick in scale.ticks()],
        "series": [
            {
                "name": series.name,
                "points": [
                    {"at": scale.at(value), "text": text}
                    for value, text in zip(series.values, value_texts(series.values), strict=True)
                ],
            }
            for series in chart.series
        ],
    }


def _donut(chart: Chart) -> dict[str, Any]:
    values = chart.series[0].values
    ends = [end / sum(values) for end in accumulate(values)]
    percents = chart.unit == "%"
    rows = zip(
        chart.labels,
        [0.0, *ends],
        ends,
        value_texts(values),
        share_texts(values),
        strict=False,
    )
    return {
        "shares": [
            {"label": label, "from": start, "to": end, "text": f"{text}%" if percents else share}
            for label, start, end, text, share in rows
        ],
        "whole": "" if percents else told(sum(values)),
    }


def _footer(spec: InfographicSpec) -> dict[str, Any]:
    footer = spec.footer
    link = footer.link
    return {
        "qr": qr_code(link.url) if link else "",
        "url": link.url if link else "",
        "caption": link.caption if link else "",
        "sources": footer.sources,
        "maker": footer.maker,
        "disclaimer": footer.disclaimer,
    }
