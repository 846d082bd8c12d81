"""Reports: the daily and weekly briefs, to read, download and make; who gets them, and when."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.reports import pages

__all__ = ["AREA"]

AREA = Area(
    name="reports",
    title=Words("简报", "Reports"),
    home="/reports",
    icon="file",
    place=84,
    needs=SUPERVISING,
    routes=(
        Route(method="GET", path="/reports", handler=pages.listed, needs=SUPERVISING),
        Route(method="POST", path="/reports/make", handler=pages.make, needs=SUPERVISING),
        Route(method="POST", path="/reports/subscribe", handler=pages.subscribe, needs=SUPERVISING),
        Route(
            method="POST", path="/reports/unsubscribe", handler=pages.unsubscribe, needs=SUPERVISING
        ),
        Route(method="GET", path="/reports/{id}", handler=pages.shown, needs=SUPERVISING),
        Route(method="GET", path="/reports/{id}/{file}", handler=pages.download, needs=SUPERVISING),
    ),
)
