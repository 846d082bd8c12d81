"""Findings of the checks, and what people say to them in writing."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import Area, Route
from web.console.areas.findings import pages
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]

AREA = Area(
    name="findings",
    title=Words("检查发现", "Findings"),
    home="/findings",
    icon="find",
    place=65,
    needs=OPERATING_BOARDS,
    routes=(
        Route(method="GET", path="/findings", handler=pages.listed, needs=OPERATING_BOARDS),
        Route(method="POST", path="/findings", handler=pages.acknowledge, needs=OPERATING_BOARDS),
    ),
)
