"""Deliveries: the live board, one delivery and what can be done about it, incidents, recalls."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, Area, Handler, Permission, Route
from web.console.areas.deliveries import (
    exporting,
    incidents,
    lists,
    live,
    one,
    outage,
    recalls,
    retries,
)
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]

_ID = "{id}"
_ONE = f"/deliveries/{_ID}"
_INCIDENT = f"/deliveries/incidents/{_ID}"
_RECALL = f"/deliveries/recall/{_ID}"
_RECALLING = Permission(name="recalling", roles=recalls.RECALLING)


def _look(path: str, handler: Handler, *, quiet: bool = False) -> Route:
    return Route(method="GET", path=path, handler=handler, needs=READING, quiet=quiet)


def _act(path: str, handler: Handler) -> Route:
    return Route(method="POST", path=path, handler=handler, needs=OPERATING_BOARDS)


AREA = Area(
    name="deliveries",
    title=Words("投递", "Deliveries"),
    home="/deliveries",
    icon="deliveries",
    place=60,
    needs=READING,
    routes=(
        Route(
            method="GET",
            path="/deliveries",
            handler=lists.board,
            needs=READING,
            filters=lists.FILTERS,
        ),
        _look("/deliveries/export", exporting.export),
        _look("/deliveries/now", lists.now, quiet=True),
        _look("/deliveries/lines", lists.lines, quiet=True),
        _look("/deliveries/live", live.stream, quiet=True),
        Route(
            method="GET",
            path="/deliveries/retries",
            handler=retries.preview,
            needs=OPERATING_BOARDS,
        ),
        _act("/deliveries/retries", retries.retry),
        Route(
            method="GET",
            path="/deliveries/outage",
            handler=outage.shown,
            needs=OPERATING_BOARDS,
        ),
        _act("/deliveries/outage", outage.release),
        _look("/deliveries/incidents", incidents.listed),
        _look(_INCIDENT, incidents.shown),
        _act(f"{_INCIDENT}/resume", incidents.resume),
        _act(f"{_INCIDENT}/close", incidents.close),
        _look("/deliveries/recall", recalls.find),
        _look(_RECALL, recalls.shown),
        _look(f"{_RECALL}/progress", recalls.progress, quiet=True),
        Route(
            method="GET",
            path=f"{_RECALL}/order",
            handler=recalls.ask,
            needs=_RECALLING,
            proved=True,
        ),
        Route(
            method="POST",
            path=f"{_RECALL}/order",
            handler=recalls.order,
            needs=_RECALLING,
            proved=True,
        ),
        _look(_ONE, one.shown),
        _act(f"{_ONE}/retry", one.retry),
        _act(f"{_ONE}/cancel", one.cancel),
        _act(f"{_ONE}/resolve", one.resolve),
        _act(f"{_ONE}/done", one.done),
    ),
)
