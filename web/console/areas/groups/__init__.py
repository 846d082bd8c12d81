"""Groups and tags of accounts; time limits of reviews and who signs for whom."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, SUPERVISING, Area, Handler, Route
from web.console.areas.groups import editing, pages, reviews
from web.console.governing import ADMINISTERING

__all__ = ["AREA"]

_ONE = "/settings/groups/{id}"


def _stewards(method: str, path: str, handler: Handler) -> Route:
    return Route(method=method, path=path, handler=handler, needs=ADMINISTERING)


AREA = Area(
    name="groups",
    title=Words("账号组与代签", "Groups and delegations"),
    home="/settings/groups",
    routes=(
        Route(method="GET", path="/settings/groups", handler=pages.shown, needs=SUPERVISING),
        Route(method="POST", path="/settings/groups", handler=pages.add, needs=ADMINISTERING),
        Route(method="GET", path="/settings/groups/reviews", handler=reviews.shown, needs=READING),
        Route(
            method="GET",
            path="/settings/groups/delegate",
            handler=reviews.ask,
            needs=READING,
            proved=True,
        ),
        Route(
            method="POST",
            path="/settings/groups/delegate",
            handler=reviews.delegate,
            needs=READING,
            proved=True,
        ),
        Route(
            method="POST",
            path="/settings/groups/reviews/{id}/revoke",
            handler=reviews.revoke,
            needs=READING,
        ),
        _stewards("POST", "/settings/groups/count", editing.count),
        Route(method="GET", path=_ONE, handler=editing.shown, needs=SUPERVISING),
        _stewards("GET", f"{_ONE}/find", editing.find),
        _stewards("POST", _ONE, editing.change),
        _stewards("POST", f"{_ONE}/delete", editing.delete),
    ),
)
