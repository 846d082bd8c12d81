"""The brief as one web page that needs nothing else: styles and charts within."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from graphics.brief.charts import alternative, chart
from graphics.brief.tables import grids, said
from hub.opinion.briefs.counting import period_of
from hub.opinion.briefs.models import Brief

__all__ = ["page_of"]

_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "briefs"


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page_of(brief: Brief) -> bytes:
    """The page in UTF-8."""
    # the drawings are ours, and every text in them is escaped where they are made
    charts = {one.name: Markup(chart(one)) for one in brief.series}  # noqa: S704
    text = (
        _environment()
        .get_template("brief.html.j2")
        .render(
            brief=brief,
            period=period_of(brief.first, brief.last),
            made_on=period_of(brief.made_on, brief.made_on),
            figures=[(one, said(one)) for one in brief.figures],
            charts=charts,
            alternatives={one.name: alternative(one) for one in brief.series},
            grids=grids(brief),
        )
    )
    return text.encode()
