"""Calendars: holidays and make-up days, silence, desks' hours, rings and quotas."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.calendars import limits, pages, silence

__all__ = ["AREA"]

AREA = Area(
    name="calendars",
    title=Words("日历与时限", "Calendars and limits"),
    home="/settings/calendars",
    routes=(
        Route(method="GET", path="/settings/calendars", handler=pages.year, needs=SUPERVISING),
        Route(
            method="GET",
            path="/settings/calendars/silence",
            handler=silence.shown,
            needs=SUPERVISING,
        ),
        Route(
            method="POST",
            path="/settings/calendars/silence",
            handler=silence.declare,
            needs=SUPERVISING,
        ),
        Route(
            method="POST",
            path="/settings/calendars/silence/{id}/lift",
            handler=silence.lift,
            needs=SUPERVISING,
        ),
        Route(
            method="GET", path="/settings/calendars/hours", handler=pages.hours, needs=SUPERVISING
        ),
        Route(
            method="POST",
            path="/settings/calendars/hours",
            handler=pages.set_hours,
            needs=SUPERVISING,
        ),
        Route(
            method="GET", path="/settings/calendars/limits", handler=limits.shown, needs=SUPERVISING
        ),
    ),
)
