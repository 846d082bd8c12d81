"""Reports: the daily and weekly briefs, and those that staff put together; who gets them, when."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Handler, Permission, Route
from web.console.areas.reports import building, own, pages
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]


def _look(path: str, handler: Handler) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=OPERATING_BOARDS)


def _act(path: str, handler: Handler, needs: Permission = OPERATING_BOARDS) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=needs)


_OWN = "/reports/own/{id}"

AREA = Area(
    name="reports",
    title=Words("简报", "Reports"),
    home="/reports",
    icon="file",
    place=84,
    needs=OPERATING_BOARDS,
    routes=(
        _look("/reports", pages.listed),
        _act("/reports/make", pages.make, SUPERVISING),
        _act("/reports/subscribe", pages.subscribe, SUPERVISING),
        _act("/reports/unsubscribe", pages.unsubscribe, SUPERVISING),
        _look("/reports/own", own.listed),
        _look("/reports/own/new", building.begin),
        _act("/reports/own/preview", building.preview),
        _act("/reports/own/save", building.save),
        _look(_OWN, own.shown),
        _look(f"{_OWN}/edit", building.edit),
        _act(f"{_OWN}/make", own.make),
        _act(f"{_OWN}/schedule", own.schedule),
        _act(f"{_OWN}/delete", own.delete),
        _look("/reports/{id}", pages.shown),
        _look("/reports/{id}/{file}", pages.download),
    ),
)
