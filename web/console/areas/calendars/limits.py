"""Rings and quotas as they hold: the settings file's, and what the platforms allow."""

from __future__ import annotations

from aiohttp import web

from web.console.call import Call

__all__ = ["shown"]


async def shown(call: Call) -> web.StreamResponse:
    """To be read only: a platform's limits are facts, and the rings are of the settings file."""
    return call.page(
        "calendars/limits",
        rings=call.desk.governing.rings,
        channels=sorted(call.desk.channels.values(), key=lambda one: call.say(one.title)),
    )
