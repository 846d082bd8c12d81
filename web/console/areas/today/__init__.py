"""Today: what waits for the person who looks."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SIGNED_IN, Area, Route
from web.console.areas.today import pages

__all__ = ["AREA"]

AREA = Area(
    name="today",
    title=Words("今日", "Today"),
    icon="today",
    home="/",
    place=10,
    needs=SIGNED_IN,
    routes=(Route(method="GET", path="/", handler=pages.today, needs=SIGNED_IN),),
)
