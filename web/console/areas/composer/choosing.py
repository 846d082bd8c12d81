"""Choosing accounts, by group, body, region, channel and tag; and submitting to the review."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError
from hub.organisations.authority.rules import ENTERING
from web.console.areas.composer.stages import stages_of
from web.console.call import Call
from web.console.choosing import Chosen, chosen, require_channel
from web.console.choosing import choices as offered
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["choices", "look", "show", "submit"]


async def show(call: Call) -> web.StreamResponse:
    item = await call.item(call.request.match_info["item"], ENTERING)
    return await _page(call, item, await chosen(call, item))


async def look(call: Call) -> web.StreamResponse:
    """What the choice comes to, at every change of it."""
    item = await call.item(call.request.match_info["item"], ENTERING)
    told = await chosen(call, item)
    if not call.partial:
        return await _page(call, item, told)
    reach = await call.desk.outreach.reach(told.selection, call.login, ENTERING)
    return call.page("composer/_reach", reach=reach, channels=channel_titles(call))


async def submit(call: Call) -> web.StreamResponse:
    """Render for the chosen accounts, and open the review of exactly that."""
    item = await call.item(call.request.match_info["item"], ENTERING)
    told = await chosen(call, item)
    about = {"attempt": call.attempt, "subject": item.id}
    try:
        require_channel(told)
        await call.desk.doors.require_accounts(call.login, told.selection, ENTERING, **about)
        approval = await call.desk.publishing.submit(item.id, told.selection, call.login)
    except GongkaiError as error:
        return await _page(call, item, told, error)
    return call.go(f"/reviews/{approval.id}", said="submitted")


async def choices(call: Call, item: Item) -> dict[str, Any]:
    """What the fields offer, and the steps around them."""
    return {**await offered(call, item), "stages": stages_of(call, item)}


async def _page(
    call: Call, item: Item, told: Chosen, problem: GongkaiError | None = None
) -> web.Response:
    desk = call.desk
    try:
        reach = await desk.outreach.reach(told.selection, call.login, ENTERING)
    except GongkaiError as error:
        reach, problem = None, problem or error
    return call.page(
        "composer/accounts",
        status=status_of(problem) if problem else 200,
        item=item,
        values=told.values,
        reach=reach,
        draft=await desk.drafting.draft(item.id, call.login),
        signers=await desk.outreach.signers(item.body_id),
        approval=await desk.review.current(item.id, item.version),
        problem=problem,
        **await choices(call, item),
    )
