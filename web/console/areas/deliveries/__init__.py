"""Deliveries: what needs a person, one delivery explained, and the recall of an item."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Role
from web.console.area import PLANNING_POSTS, Area, Permission, Route
from web.console.areas.deliveries import acting, board, recalling

__all__ = ["AREA"]

_LOOKING = Permission(name="operating", roles=PLANNING | {Role.DISCLOSURE_OFFICE})
_ONE, _RECALL = "/deliveries/{delivery}", "/recalls/{item}"

AREA = Area(
    name="deliveries",
    title=Words("投递", "Deliveries"),
    icon="deliveries",
    home="/deliveries",
    place=60,
    needs=_LOOKING,
    routes=(
        Route(method="GET", path="/deliveries", handler=board.listed, needs=_LOOKING),
        Route(method="GET", path=_ONE, handler=board.explained, needs=_LOOKING),
        Route(method="POST", path=f"{_ONE}/retry", handler=acting.retry, needs=PLANNING_POSTS),
        Route(method="POST", path=f"{_ONE}/resolve", handler=acting.resolve, needs=PLANNING_POSTS),
        Route(method="GET", path=_RECALL, handler=recalling.ask, needs=PLANNING_POSTS, proved=True),
        Route(
            method="POST", path=_RECALL, handler=recalling.order, needs=PLANNING_POSTS, proved=True
        ),
    ),
)
