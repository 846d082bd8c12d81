"""Emergencies: a signed item, its accounts, a reason, the proof of who one is, and it goes."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import Area, Handler, Permission, Route
from web.console.areas.emergency import ordering, watching
from web.console.looking import SCHEDULING

__all__ = ["AREA"]

_ITEM = "/emergency/{item}"
_SENT = "/emergency/sent/{plan}"
_ORDERING = Permission(name="scheduling", roles=SCHEDULING)


def _route(
    method: str, path: str, handler: Handler, *, proved: bool = False, quiet: bool = False
) -> Route:
    return Route(
        method=method, path=path, handler=handler, needs=_ORDERING, proved=proved, quiet=quiet
    )


AREA = Area(
    name="emergency",
    title=Words("应急发布", "Emergency"),
    icon="warning",
    home="/emergency",
    place=28,
    needs=_ORDERING,
    routes=(
        _route("GET", "/emergency", ordering.pick),
        _route("GET", _SENT, watching.sent),
        _route("GET", f"{_SENT}/progress", watching.progress, quiet=True),
        _route("GET", _ITEM, ordering.choose),
        _route("POST", f"{_ITEM}/outlook", ordering.look),
        _route("GET", f"{_ITEM}/confirm", ordering.confirm, proved=True),
        _route("POST", f"{_ITEM}/send", ordering.send, proved=True),
    ),
)
