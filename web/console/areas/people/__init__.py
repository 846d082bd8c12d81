"""People: found by body and role, with what each may do where, and how they come in."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import SUPERVISING, Area, Route
from web.console.areas.people import listing, lists, one, roles, signin
from web.console.governing import ADMINISTERING

__all__ = ["AREA"]

_ONE = "/settings/people/{login}"

AREA = Area(
    name="people",
    title=Words("人员", "People"),
    home="/settings/people",
    routes=(
        Route(method="GET", path="/settings/people", handler=listing.register, needs=SUPERVISING),
        Route(method="GET", path="/settings/people/new", handler=one.new, needs=ADMINISTERING),
        Route(method="POST", path="/settings/people", handler=one.add, needs=ADMINISTERING),
        Route(method="GET", path="/settings/people/import", handler=lists.ask, needs=ADMINISTERING),
        Route(
            method="GET",
            path="/settings/people/import/template.csv",
            handler=lists.template,
            needs=ADMINISTERING,
        ),
        Route(
            method="POST", path="/settings/people/try", handler=lists.attempt, needs=ADMINISTERING
        ),
        Route(
            method="POST",
            path="/settings/people/import",
            handler=lists.take,
            needs=ADMINISTERING,
            proved=True,
        ),
        Route(method="GET", path=_ONE, handler=one.shown, needs=SUPERVISING),
        Route(method="POST", path=_ONE, handler=one.rename, needs=ADMINISTERING),
        Route(
            method="GET",
            path=f"{_ONE}/roles",
            handler=roles.shown,
            needs=ADMINISTERING,
            proved=True,
        ),
        Route(
            method="POST",
            path=f"{_ONE}/grant",
            handler=roles.grant,
            needs=ADMINISTERING,
            proved=True,
        ),
        Route(
            method="POST",
            path=f"{_ONE}/revoke",
            handler=roles.revoke,
            needs=ADMINISTERING,
            proved=True,
        ),
        Route(
            method="GET",
            path=f"{_ONE}/sign-in",
            handler=signin.shown,
            needs=ADMINISTERING,
            proved=True,
        ),
        Route(
            method="POST",
            path=f"{_ONE}/sign-in",
            handler=signin.change,
            needs=ADMINISTERING,
            proved=True,
        ),
    ),
)
