"""Sending many again: a page that says what would go and what would not, and one button."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError
from web.console.areas.deliveries.lists import looked_at
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["preview", "retry"]


async def preview(call: Call) -> web.StreamResponse:
    """What of the board's list, as it is filtered, would be sent again."""
    return await _page(call)


async def retry(call: Call) -> web.StreamResponse:
    """Exactly what was shown, as far as it may still be sent; the rest stays as it is."""
    ids = [one for one in call.text("ids").split(",") if one]
    sight = await call.desk.sights.operated(call.login)
    try:
        done = await call.desk.handling.retrying.retry(
            ids, sight, call.login, late=call.text("late") == "yes"
        )
    except GongkaiError as error:
        return await _page(call, error)
    return call.go(
        "/deliveries", group="all", said="retried-many", ready=done.ready, stayed=done.left or ""
    )


async def _page(call: Call, problem: GongkaiError | None = None) -> web.Response:
    looked, query = looked_at(call)
    late = "yes" in (call.asked("late"), call.text("late"))
    sight = await call.desk.sights.operated(call.login, under=query["body"])
    return call.page(
        "deliveries/retries",
        status=status_of(problem) if problem else 200,
        found=await call.desk.handling.retrying.look(looked, sight, late=late),
        query={**query, "late": "yes" if late else ""},
        late=late,
        problem=problem,
        channels=channel_titles(call),
    )
