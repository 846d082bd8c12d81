"""Checks and small forms of the texts that stand on a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import msgspec

from graphics.fonts import refuse_missing
from graphics.models import CardData, CoverData
from graphics.typesetting import TEMPLATES, too_long
from hub.kernel.errors import InvalidInput, Words

__all__ = ["checked", "chinese_date", "pairs", "refuse_unknown_theme", "themes"]

_MAX_FIGURES = 4
# Longer than any size could hold; spares the search for line breaks in hopeless texts.
_HOPELESS = {
    "title": 200,
    "organisation": 60,
    "doc_no": 60,
    "kicker": 8,
    "summary": 400,
    "caption": 16,
}


def checked(data: CoverData | CardData) -> None:
    """Refuse what no template can draw: missing texts, unknown themes, unknown characters."""
    if not data.title.strip():
        raise InvalidInput(
            Words("缺少标题", "the title is missing"),
            field="title",
            remedy=Words("补上标题", "supply a title"),
        )
    refuse_unknown_theme(data.theme)
    if isinstance(data, CardData) and len(data.figures) > _MAX_FIGURES:
        raise InvalidInput(
            Words(f"关键数字多于 {_MAX_FIGURES} 个", f"more than {_MAX_FIGURES} figures"),
            field="figures",
            remedy=Words("只留最重要的", "keep the most important ones"),
        )
    for field, text in _texts(data):
        if len(text) > _HOPELESS.get(field, 60):
            raise too_long(field)
        refuse_missing(field, text)


def refuse_unknown_theme(name: str) -> None:
    """Raise InvalidInput unless templates/graphics/themes.json has the theme."""
    if name not in themes():
        known = ", ".join(sorted(themes()))
        raise InvalidInput(
            Words(f"没有配色“{name}”", f"no theme '{name}'"),
            field="theme",
            remedy=Words(f"可用：{known}", f"one of: {known}"),
        )


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def pairs(text: str) -> tuple[str, ...]:
    """`text` in lines of two characters, to be set as a column."""
    return tuple(text[start : start + 2] for start in range(0, len(text), 2))


def _texts(data: CoverData | CardData) -> Iterator[tuple[str, str]]:
    for field in ("title", "organisation", "doc_no", "kicker"):
        yield field, getattr(data, field)
    if isinstance(data, CardData):
        yield "summary", data.summary
        yield "caption", data.caption
        for figure in data.figures:
            yield "figures", figure.value + figure.unit + figure.label


@cache
def themes() -> Mapping[str, Mapping[str, str]]:
    """The colours by theme and name, as `#rrggbb`."""
    found = msgspec.json.decode(
        (TEMPLATES / "themes.json").read_bytes(), type=dict[str, dict[str, str]]
    )
    return MappingProxyType(found)
