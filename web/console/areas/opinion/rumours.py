"""Hearsay, what answers it, and what nothing answers yet."""

from __future__ import annotations

from aiohttp import web

from web.console.areas.opinion.asked import sight_of
from web.console.call import Call

__all__ = ["listed"]

_MOST = 200


async def listed(call: Call) -> web.StreamResponse:
    """Those without a clarification first: they are what there is to do."""
    services, unanswered = call.desk.listening, call.asked("only") == "unanswered"
    found = await services.rumours.rumours(unanswered=unanswered, limit=_MOST)
    seen = await services.stream.issues_in_sight(
        [one.issue.id for one in found], await sight_of(call)
    )
    found = [one for one in found if one.issue.id in seen]
    return call.page(
        "opinion/rumours",
        rumours=sorted(found, key=lambda one: one.clarification is not None),
        unanswered=unanswered,
    )
