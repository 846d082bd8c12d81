"""Filters that somebody keeps: every list whose route names its filters has them."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SIGNED_IN, Area, Route
from web.console.areas.filters import keeping

__all__ = ["AREA"]

AREA = Area(
    name="filters",
    title=Words("常用筛选", "Saved filters"),
    routes=(
        Route(method="POST", path="/filters/save", handler=keeping.save, needs=SIGNED_IN),
        Route(method="POST", path="/filters/drop", handler=keeping.drop, needs=SIGNED_IN),
    ),
)
