"""Accounts: the register, how each stands, when it has to be authorised anew, what is left."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, SUPERVISING, Area, Route
from web.console.areas.accounts import exporting, lists, one
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]

AREA = Area(
    name="accounts",
    title=Words("账号", "Accounts"),
    home="/accounts",
    icon="accounts",
    place=70,
    needs=READING,
    routes=(
        Route(method="GET", path="/accounts", handler=lists.register, needs=READING),
        Route(method="GET", path="/accounts/export", handler=exporting.export, needs=READING),
        Route(method="GET", path="/accounts/liveness", handler=lists.liveness, needs=READING),
        Route(method="GET", path="/accounts/{id}", handler=one.shown, needs=READING),
        Route(
            method="POST", path="/accounts/{id}/pause", handler=one.pause, needs=OPERATING_BOARDS
        ),
        Route(
            method="POST", path="/accounts/{id}/resume", handler=one.resume, needs=OPERATING_BOARDS
        ),
        Route(method="POST", path="/accounts/{id}/filing", handler=one.filing, needs=SUPERVISING),
    ),
)
