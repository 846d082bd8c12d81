"""Supervision: how every body stands, and what is outside its limit."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.organisations.authority.sight import OPERATING
from hub.organisations.models import Role
from web.console.area import Area, Permission, Route
from web.console.areas.supervision import pages

__all__ = ["AREA", "LOOKING"]

LOOKING = Permission(name="supervision", roles=OPERATING | {Role.LEADER, Role.ADMIN})

AREA = Area(
    name="supervision",
    title=Words("监管", "Supervision"),
    home="/supervision",
    icon="supervision",
    place=90,
    needs=LOOKING,
    routes=(
        Route(
            method="GET",
            path="/supervision",
            handler=pages.board,
            needs=LOOKING,
            filters=("since", "until", "body"),
        ),
        Route(method="GET", path="/supervision/counted", handler=pages.counted, needs=LOOKING),
    ),
)
