"""Every file of a brief: page, document, workbook and PDF, from the one model."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from graphics.brief.charts import alternative, chart, width_of
from graphics.brief.document import document_of
from graphics.brief.page import page_of
from graphics.brief.tables import grids, said
from graphics.brief.workbook import workbook_of
from graphics.fonts import with_boxes
from graphics.typesetting import draw_pages
from hub.opinion.briefs.counting import period_of
from hub.opinion.briefs.models import Brief, Figure, Message, Series

__all__ = ["render_brief"]

_PICTURE, _PAGES = "brief/picture.typ", "brief/brief.typ"
_TWICE = 2  # pixels for each unit of the drawing


async def render_brief(brief: Brief, messages: Sequence[Message]) -> Mapping[str, bytes]:
    """brief.html, brief.docx, brief.xlsx, brief.pdf. Raises DrawingFailed."""
    charts = {one.name: await _picture(one) for one in brief.series}
    [pdf] = await draw_pages(_PAGES, _printed(brief), form="pdf")
    return {
        "brief.html": await asyncio.to_thread(page_of, brief),
        "brief.docx": await asyncio.to_thread(document_of, brief, charts),
        "brief.xlsx": await asyncio.to_thread(workbook_of, brief, messages),
        "brief.pdf": pdf,
    }


async def _picture(series: Series) -> bytes:
    values = {"svg": with_boxes(chart(series)), "width": width_of(series), "scale": _TWICE}
    [picture] = await draw_pages(_PICTURE, values)
    return picture


def _printed(brief: Brief) -> dict[str, Any]:
    """The brief as its template has it; characters that no font of ours has are boxes."""
    told = grids(brief)
    clocks, held = brief.clocks, brief.satisfaction
    values = {
        "title": brief.title,
        "number": brief.number,
        "issuer": brief.issuer,
        "made_on": period_of(brief.made_on, brief.made_on),
        "period": period_of(brief.first, brief.last),
        "enough": brief.enough,
        "summary": list(brief.summary),
        "figures": [_figure(one) for one in brief.figures],
        "charts": [_drawn(one) for one in brief.series],
        "clocks": {
            "opened": clocks.opened,
            "answered": clocks.answered,
            "kept": clocks.kept,
            "missed": clocks.missed,
            "running": clocks.running,
            "share": "" if clocks.share is None else str(clocks.share),
        },
        "satisfaction": {
            "rated": held.rated,
            "average": "" if held.average is None else str(held.average),
        },
        "grids": {
            name: {"head": list(one.head), "rows": [list(r) for r in one.rows], "empty": one.empty}
            for name, one in told.items()
        },
        "annex": list(brief.annex),
        "scope": list(brief.scope),
        "sections": [str(one) for one in brief.sections],
    }
    return {name: _boxed(value) for name, value in values.items()}


def _figure(one: Figure) -> dict[str, str]:
    unit = "" if one.value is None else one.unit
    return {"label": one.label, "value": said(one), "unit": unit, "change": one.change}


def _drawn(one: Series) -> dict[str, object]:
    return {
        "title": one.title,
        "svg": chart(one),
        "alt": alternative(one),
        "note": one.note,
        "wide": one.form == "days",
    }


def _boxed(value: Any) -> Any:
    if isinstance(value, str):
        return with_boxes(value)
    if isinstance(value, dict):
        return {name: _boxed(one) for name, one in value.items()}
    return [_boxed(one) for one in value] if isinstance(value, list) else value
