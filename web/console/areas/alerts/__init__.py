"""Alerts: what is told to whom and when, by which addresses, and a word to try them."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.alerts import pages
from web.console.governing import ADMINISTERING

__all__ = ["AREA"]

AREA = Area(
    name="alerts",
    title=Words("告警", "Alerts"),
    home="/settings/alerts",
    routes=(
        Route(method="GET", path="/settings/alerts", handler=pages.shown, needs=SUPERVISING),
        Route(
            method="POST", path="/settings/alerts/try", handler=pages.attempt, needs=ADMINISTERING
        ),
    ),
)
