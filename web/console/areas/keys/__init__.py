"""Keys: with what a person's programs come in over the staff API."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SIGNED_IN, Area, Route
from web.console.areas.keys import pages

__all__ = ["AREA"]

AREA = Area(
    name="keys",
    title=Words("接口密钥", "API keys"),
    home="/me/keys",
    routes=(
        Route(method="GET", path="/me/keys", handler=pages.shown, needs=SIGNED_IN),
        Route(method="GET", path="/me/keys/new", handler=pages.ask, needs=SIGNED_IN, proved=True),
        Route(method="POST", path="/me/keys", handler=pages.make, needs=SIGNED_IN, proved=True),
        Route(
            method="POST",
            path="/me/keys/revoke",
            handler=pages.revoke,
            needs=SIGNED_IN,
            proved=True,
        ),
    ),
)
