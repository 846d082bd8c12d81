"""The review desk: what waits for a signature, looked at, signed or returned."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, SIGNED_IN, Area, Route
from web.console.areas.reviews import desk, signing

__all__ = ["AREA"]

# Somebody to whom a role is lent may hold none of their own; the review itself asks who may sign.
AREA = Area(
    name="reviews",
    title=Words("签审", "Reviews"),
    icon="reviews",
    home="/reviews",
    place=30,
    needs=READING,
    routes=(
        Route(method="GET", path="/reviews", handler=desk.queue, needs=SIGNED_IN),
        Route(method="GET", path="/reviews/{approval}", handler=desk.approval, needs=SIGNED_IN),
        Route(
            method="POST", path="/reviews/{approval}/sign", handler=signing.sign, needs=SIGNED_IN
        ),
        Route(
            method="POST",
            path="/reviews/{approval}/return",
            handler=signing.send_back,
            needs=SIGNED_IN,
        ),
    ),
)
