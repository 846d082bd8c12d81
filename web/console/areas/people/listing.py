"""Everybody who works in the bodies in sight."""

from __future__ import annotations

from aiohttp import web

from hub.organisations.models import Role
from hub.organisations.personnel.models import WantedPeople
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import looking

__all__ = ["register"]

_PAGE = 50
_ACTIVE = {"": None, "yes": True, "no": False}


async def register(call: Call) -> web.StreamResponse:
    """Who holds no role anywhere is seen by those who see all bodies."""
    seen = await looking(call)
    role = call.asked("role")
    query = {
        "body": seen.body,
        "role": role if role in set(Role) else "",
        "active": call.asked("active") if call.asked("active") in _ACTIVE else "",
        "q": call.asked("q").strip()[:100],
    }
    wanted = WantedPeople(
        bodies=None if seen.sight.whole and not seen.body else seen.sight.bodies,
        role=Role(query["role"]) if query["role"] else None,
        text=query["q"],
        active=_ACTIVE[query["active"]],
        after=call.asked("after")[:64],
        limit=_PAGE,
    )
    return call.page(
        "people/register",
        page=await call.desk.governing.personnel.page(wanted),
        query=query,
        bodies=seen.bodies,
        roles=list(Role),
        stewarding=call.visitor.holds(STEWARDS),
    )
