"""Settings: one page that leads to every subject of theirs."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.settings import pages

__all__ = ["AREA"]

AREA = Area(
    name="settings",
    title=Words("设置", "Settings"),
    home="/settings",
    icon="settings",
    place=900,
    needs=SUPERVISING,
    routes=(Route(method="GET", path="/settings", handler=pages.home, needs=SUPERVISING),),
)
