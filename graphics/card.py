"""The square card for microblogs and messages: 1080 × 1080 pixels, with the link as QR code."""

from __future__ import annotations

from dataclasses import asdict

from graphics.codes import qr_code
from graphics.icons import sign
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
        "figures": [
            asdict(figure) | {"icon": sign(figure.icon) if figure.icon else ""}
            for figure in data.figures
        ],
        "summary": data.summary,
        "link": data.link,
        "caption": data.caption,
        "qr": qr_code(data.link) if data.link else "",
    }
    return await draw("card.typ", values)
