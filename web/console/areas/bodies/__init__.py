"""Bodies: the tree, one of them with its people and filing, entering and changing."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.bodies import changing, pages
from web.console.governing import ADMINISTERING

__all__ = ["AREA"]

AREA = Area(
    name="bodies",
    title=Words("单位", "Bodies"),
    home="/settings/bodies",
    routes=(
        Route(method="GET", path="/settings/bodies", handler=pages.tree, needs=SUPERVISING),
        Route(method="GET", path="/settings/bodies/new", handler=changing.new, needs=ADMINISTERING),
        Route(method="POST", path="/settings/bodies", handler=changing.add, needs=ADMINISTERING),
        Route(method="GET", path="/settings/bodies/{code}", handler=pages.one, needs=SUPERVISING),
        Route(
            method="POST",
            path="/settings/bodies/{code}",
            handler=changing.change,
            needs=ADMINISTERING,
        ),
    ),
)
