"""The square card for microblogs and messages: 1080 × 1080 pixels, with the link as QR code."""

from __future__ import annotations

import io
from dataclasses import asdict

import segno

from graphics.lines import ways_to_break
from graphics.models import CardData
from graphics.texts import checked, chinese_date
from graphics.typesetting import draw

__all__ = ["render_card"]

_TITLE_LINES = 7
_ORGANISATION_LINES = 2


async def render_card(data: CardData) -> bytes:
    """The card as PNG, below 1 MB, the same bytes for the same data.

    Raises TextTooLong, MissingGlyph and DrawingFailed (graphics.errors), and InvalidInput for an
    unknown theme, an empty title or more than four figures.
    """
    checked(data)
    date = chinese_date(data.formed_on) if data.formed_on else ""
    values = {
        "theme": data.theme,
        "title": data.title,
        "title_ways": ways_to_break(data.title, _TITLE_LINES),
        "organisation_ways": ways_to_break(data.organisation, _ORGANISATION_LINES),
        "kicker": data.kicker,
        "foot": tuple(filter(None, (data.doc_no, date))),
        "figures": [asdict(figure) for figure in data.figures],
        "summary": data.summary,
        "link": data.link,
        "qr": _qr(data.link),
    }
    return await draw("card.typ", values)


def _qr(link: str) -> str:
    """The QR code as SVG; a quarter of it may be hidden or dirty (error level Q)."""
    drawn = io.BytesIO()
    segno.make(link, micro=False, error="q").save(drawn, kind="svg", border=0, dark="#1a1a1a")
    return drawn.getvalue().decode()
