"""Webhooks: which programs are told of what, and what came of it."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Handler, Route
from web.console.areas.webhooks import pages, steps

__all__ = ["AREA"]

_ONE = "/settings/webhooks/{id}"


def _look(path: str, handler: Handler, *, proved: bool = False) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=SUPERVISING, proved=proved)


def _act(path: str, handler: Handler, *, proved: bool = False) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=SUPERVISING, proved=proved)


AREA = Area(
    name="webhooks",
    title=Words("推送", "Webhooks"),
    home="/settings/webhooks",
    routes=(
        _look("/settings/webhooks", pages.listed),
        _look("/settings/webhooks/new", pages.ask, proved=True),
        _act("/settings/webhooks", pages.make, proved=True),
        _look(_ONE, pages.shown),
        _look(f"{_ONE}/messages", pages.messages),
        _act(f"{_ONE}/ping", steps.ping),
        _act(f"{_ONE}/switch", steps.switch),
        _act(f"{_ONE}/resend", steps.resend),
        _act(f"{_ONE}/rotate", pages.rotate, proved=True),
        _act(f"{_ONE}/delete", steps.delete, proved=True),
    ),
)
