"""The outputs of an infographic: long picture, cover, card and PDF (slices: slicing.py)."""

from __future__ import annotations

import re
from datetime import date

from graphics.card import render_card
from graphics.cover import render_cover
from graphics.infographic.arranging import Mode, arranged
from graphics.infographic.models import Background, Figures, Hero, InfographicSpec
from graphics.infographic.slicing import TEMPLATE
from graphics.models import CardData, CoverData, Figure
from graphics.typesetting import draw_pages

__all__ = ["card_of", "cover_of", "render_long", "render_pdf"]

_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII)
_CARD_FIGURES = 4
_CARD_SUMMARY = 120  # characters that stand on a card in large type


async def render_long(spec: InfographicSpec, *, scale: float = 1.0) -> bytes:
    """The whole infographic as one PNG, 1080 pixels wide, or that many times `scale`."""
    [picture] = await draw_pages(TEMPLATE, arranged(spec, Mode.LONG), scale=scale)
    return picture


async def render_pdf(spec: InfographicSpec) -> bytes:
    """An accessible PDF (PDF/UA-1) on A4: tagged headings, language, alternative texts."""
    [document] = await draw_pages(TEMPLATE, arranged(spec, Mode.PAGES), form="pdf")
    return document


async def cover_of(spec: InfographicSpec) -> bytes:
    """The WeChat cover, 900 × 383."""
    hero = spec.hero
    data = CoverData(
        title=hero.title,
        organisation=hero.issuer,
        formed_on=_day(hero.date),
        doc_no=_number_and_date(hero),
        kicker=hero.kicker,
        theme=spec.theme,
    )
    return await render_cover(data)


async def card_of(spec: InfographicSpec) -> bytes:
    """The square card, 1080 × 1080: the first key figures, or the beginning of the background."""
    hero, link = spec.hero, spec.footer.link
    figures = next((s.items for s in spec.sections if isinstance(s, Figures)), ())
    background = next((s.paragraphs[0] for s in spec.sections if isinstance(s, Background)), "")
    shown = tuple(
        Figure(value=item.value, unit=item.unit, label=item.label, icon=item.icon)
        for item in figures[:_CARD_FIGURES]
    )
    data = CardData(
        title=hero.title,
        organisation=hero.issuer,
        link=link.url if link else "",
        caption=link.caption if link else "",
        formed_on=_day(hero.date),
        doc_no=_number_and_date(hero),
        figures=shown,
        summary="" if shown else _beginning(background),
        kicker=hero.kicker,
        theme=spec.theme,
    )
    return await render_card(data)


def _day(text: str) -> date | None:
    """The day that `2026年3月18日` names; None for any other text."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _number_and_date(hero: Hero) -> str:
    """The document number, with the date where that is more than a day."""
    shown = (hero.doc_no, "" if _day(hero.date) else hero.date)
    return "　".join(filter(None, shown))


def _beginning(text: str) -> str:
    """`text`, or its whole sentences up to the length that a card holds."""
    if len(text) <= _CARD_SUMMARY:
        return text
    end = text.rfind("。", 0, _CARD_SUMMARY) + 1
    return text[:end] if end else text[: _CARD_SUMMARY - 1] + "…"
