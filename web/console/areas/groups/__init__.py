"""Groups and tags of accounts; time limits of reviews and who signs for whom."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, SUPERVISING, Area, Route
from web.console.areas.groups import pages, reviews
from web.console.governing import ADMINISTERING

__all__ = ["AREA"]

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
    ),
)
