"""The walk over the whole chain: begun by a person, watched, and its outcome."""

from __future__ import annotations

from aiohttp import web

from hub.organisations.auditing import events
from hub.organisations.auditing.models import WantedEvents
from web.console.call import Call

__all__ = ["begin", "progress", "shown"]

_SHOWN = 10


async def shown(call: Call) -> web.StreamResponse:
    """With the outcomes of former walks, which are events themselves."""
    auditing = call.desk.governing.auditing
    wanted = WantedEvents(subject="audit", limit=_SHOWN)
    outcomes = {events.VERIFIED.name, events.FOUND_BROKEN.name}
    found = (await auditing.page(wanted)).events
    return call.page(
        "audit/proof",
        checking=auditing.checking,
        former=[one for one in found if one["kind"] in outcomes],
        broken=events.FOUND_BROKEN.name,
    )


async def begin(call: Call) -> web.StreamResponse:
    await call.desk.governing.auditing.check(call.login)
    return call.go("/settings/audit/proof")


async def progress(call: Call) -> web.StreamResponse:
    """The part of the page that changes, asked for by itself every two seconds."""
    return call.page("audit/_progress", checking=call.desk.governing.auditing.checking)
