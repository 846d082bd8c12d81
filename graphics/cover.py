"""The WeChat cover: 900 × 383 pixels, legible when cropped to the square in its middle."""

from __future__ import annotations

from graphics.lines import ways_to_break
from graphics.models import CoverData
from graphics.texts import checked, chinese_date, pairs
from graphics.typesetting import draw

__all__ = ["render_cover"]

_TITLE_LINES = 9
_ORGANISATION_LINES = 2


async def render_cover(data: CoverData) -> bytes:
    """The cover as PNG, below 1 MB, the same bytes for the same data.

    Raises TextTooLong, MissingGlyph and DrawingFailed (graphics.errors), and InvalidInput for an
    unknown theme or an empty title.
    """
    checked(data)
    day = data.formed_on
    foot = tuple(filter(None, (data.doc_no, chinese_date(day) if day else "")))
    values = {
        "theme": data.theme,
        "title": data.title,
        "title_ways": ways_to_break(data.title, _TITLE_LINES),
        "organisation_ways": ways_to_break(data.organisation, _ORGANISATION_LINES),
        "kicker_lines": pairs(data.kicker),
        "day": str(day.day) if day else None,
        "month": f"{day.year}年{day.month}月" if day else None,
        "foot_ways": (("　".join(foot),), foot) if foot else ((),),
    }
    return await draw("cover.typ", values)
