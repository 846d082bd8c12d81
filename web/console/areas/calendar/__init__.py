"""The calendar: plans by month, week, day or as a list; one plan, and moving it."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, Area, Route
from web.console.areas.calendar import pages, plan, slots
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]

_SLOT = "/calendar/slots/{id}"

AREA = Area(
    name="calendar",
    title=Words("日历", "Calendar"),
    home="/calendar",
    icon="calendar",
    place=50,
    needs=READING,
    routes=(
        Route(method="GET", path="/calendar", handler=pages.calendar, needs=READING),
        Route(method="GET", path="/calendar/slots", handler=slots.shown, needs=READING),
        Route(method="GET", path=_SLOT, handler=slots.ask, needs=OPERATING_BOARDS),
        Route(method="POST", path=_SLOT, handler=slots.move, needs=OPERATING_BOARDS),
        Route(method="GET", path="/calendar/plans/{id}", handler=plan.shown, needs=READING),
        Route(method="POST", path="/calendar/move", handler=plan.move, needs=OPERATING_BOARDS),
        Route(method="POST", path="/calendar/cancel", handler=plan.cancel, needs=OPERATING_BOARDS),
    ),
)
