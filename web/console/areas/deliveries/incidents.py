"""Incidents: one cause, one row, one button that starts everything again."""

from __future__ import annotations

from aiohttp import web

from hub.organisations.models import Selection
from hub.publishing.incidents.models import Incident
from web.console.call import Call
from web.console.looking import channel_titles, may, require

__all__ = ["close", "listed", "resume", "shown"]

_MOST = 100


async def listed(call: Call) -> web.StreamResponse:
    everything = call.asked("all") == "yes"
    found = await call.desk.incidents.find(closed_too=everything, limit=_MOST)
    return call.page(
        "deliveries/incidents",
        incidents=found,
        everything=everything,
        channels=channel_titles(call),
    )


async def shown(call: Call) -> web.StreamResponse:
    """The cause, how many are unsolved, and the examples that its reader may see."""
    told = await call.desk.incidents.show(_id(call))
    sight = await call.desk.sights.of(call.login)
    ids = tuple({delivery.account_id for delivery in told.examples})
    known = await call.desk.organisations.accounts(Selection(ids=ids)) if ids else []
    accounts = {account.id: account for account in known}
    return call.page(
        "deliveries/incident",
        told=told,
        examples=[
            (delivery, accounts[delivery.account_id])
            for delivery in told.examples
            if sight.whole or accounts[delivery.account_id].body_id in sight.bodies
        ],
        operating=may(call),
        foreseen=await call.desk.incidents.foresee(told.incident.id),
        channels=channel_titles(call),
    )


async def resume(call: Call) -> web.StreamResponse:
    """What failed or waits goes again, all at once: by who operates for every account in it."""
    incident = await _mine(call)
    late = call.text("late") == "yes"
    done = await call.desk.incidents.resume(incident.id, call.login, late=late)
    counts = {"ready": done.ready, "late": done.late, "unknown": done.unknown}
    return call.go(f"/deliveries/incidents/{incident.id}", said="resumed", **counts)


async def close(call: Call) -> web.StreamResponse:
    incident = await _mine(call)
    await call.desk.incidents.close(incident.id, call.login)
    return call.go(f"/deliveries/incidents/{incident.id}", said="closed")


async def _mine(call: Call) -> Incident:
    incident = (await call.desk.incidents.show(_id(call))).incident
    await require(call, await call.desk.incidents.accounts(incident.id))
    return incident


def _id(call: Call) -> str:
    return call.request.match_info["id"]
