"""Templates: every graphic theme with a live preview, on an item that is chosen."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, Area, Route
from web.console.areas.templates import pages, posts

__all__ = ["AREA"]

AREA = Area(
    name="templates",
    title=Words("样式", "Templates"),
    icon="templates",
    home="/templates",
    place=95,
    needs=READING,
    routes=(
        Route(method="GET", path="/templates", handler=pages.show, needs=READING),
        Route(method="GET", path="/templates/posts", handler=posts.show, needs=READING),
        Route(
            method="GET",
            path="/templates/{item}/sheets/{digest}",
            handler=posts.sheet,
            needs=READING,
        ),
        Route(
            method="GET",
            path="/templates/{item}/pictures/{sha256}",
            handler=posts.picture,
            needs=READING,
        ),
        Route(
            method="GET",
            path="/templates/{item}/covers/{theme}",
            handler=pages.cover,
            needs=READING,
        ),
    ),
)
