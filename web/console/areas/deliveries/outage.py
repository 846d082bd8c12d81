"""What an outage holds back: seen by account, let go by channel or account, with a reason."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["release", "shown"]

_SHOWN = 200


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call)


async def release(call: Call) -> web.StreamResponse:
    """Of the accounts that they operate, and of no others."""
    limit = call.text("limit").strip()
    try:
        count = await call.desk.handling.outages.release(
            await call.desk.sights.operated(call.login),
            call.login,
            call.text("reason"),
            channel=call.text("channel")[:32],
            account_id=call.text("account")[:26],
            limit=int(limit) if limit.isdecimal() and len(limit) < 7 else 0,
        )
    except GongkaiError as error:
        return await _page(call, error)
    return call.go("/deliveries", said="released", count=count)


async def _page(call: Call, problem: GongkaiError | None = None) -> web.Response:
    sight = await call.desk.sights.operated(call.login)
    backlog = await call.desk.handling.outages.backlog(sight)
    names = ("channel", "account", "limit", "reason")
    return call.page(
        "deliveries/outage",
        status=status_of(problem) if problem else 200,
        backlog=backlog,
        shown=backlog.held[:_SHOWN],
        typed={name: call.text(name) or call.asked(name)[:64] for name in names},
        channels=channel_titles(call),
        problem=problem,
    )
