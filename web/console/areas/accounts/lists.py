"""The register with its figures, and the board of who has to publish something again."""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from hub.organisations.models import Selection
from hub.organisations.roster.models import Health, Wanted
from hub.organisations.rules import why_not_publishable, why_paused
from hub.publishing.liveness.models import Standing
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import Looking, channel_titles, looking, may

__all__ = ["liveness", "register", "wanted_of"]

_PAGE = 50
_LIVES = 50


async def register(call: Call) -> web.StreamResponse:
    """What keeps accounts from publishing comes as figures, which are filters, too."""
    seen = await looking(call)
    wanted, query = wanted_of(call, seen)
    page = await call.desk.register.page(wanted)
    now = call.desk.clock.now()
    return call.page(
        "accounts/register",
        administering=may(call, STEWARDS),
        page=page,
        why={
            one.id: why_not_publishable(one, now) or why_paused(one, now) for one in page.accounts
        },
        held=await call.desk.handling.restraint.held(page.accounts),
        names=await call.desk.organisations.body_names(one.body_id for one in page.accounts),
        roster=await call.desk.register.roster(seen.sight, query["channel"]),
        query=query,
        healths=list(Health),
        bodies=seen.bodies,
        channels=channel_titles(call),
    )


def wanted_of(call: Call, seen: Looking) -> tuple[Wanted, dict[str, str]]:
    """What is looked for, and the address's own words of it."""
    health = call.asked("health")
    query = {
        "health": health if health in set(Health) else "",
        "channel": call.asked("channel")[:64],
        "body": seen.body,
        "q": call.asked("q").strip()[:100],
    }
    wanted = Wanted(
        sight=seen.sight,
        channel=query["channel"],
        health=Health(query["health"]) if query["health"] else None,
        text=query["q"],
        after=call.asked("after"),
        limit=_PAGE,
    )
    return wanted, query


async def liveness(call: Call) -> web.StreamResponse:
    """Who is over its limit without an update, or near it, and what would suit."""
    seen = await looking(call)
    channel = call.asked("channel")[:64]
    selection = Selection(channels=(channel,) if channel else ())
    board = await call.desk.liveness.board(selection=selection, sight=seen.sight, limit=_LIVES)
    counts = Counter[str]()
    for (_, standing), count in board.counts.items():
        counts[standing] += count
    return call.page(
        "accounts/liveness",
        lives=board.lives,
        counts={one: counts[one] for one in Standing},
        query={"channel": channel, "body": seen.body},
        bodies=seen.bodies,
        channels=channel_titles(call),
    )
