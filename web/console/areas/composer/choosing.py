"""Choosing accounts, by group, body, region, channel and tag; and submitting to the review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Body, Selection
from web.console.areas.composer.stages import stages_of
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["Chosen", "choices", "chosen", "look", "require_channel", "show", "submit"]


_NO_CHANNEL = "-"  # to a selection, naming none would mean all


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice as its fields have it, and what it means."""

    values: dict[str, Any]
    selection: Selection


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
    return call.go(f"/reviews/{approval.id}")


async def chosen(call: Call, item: Item) -> Chosen:
    """As the form has it; before there is one, every channel of the item's body and below."""
    bodies = await call.desk.organisations.bodies(item.body_id)
    body = next((one for one in bodies if one.code == call.text("body")), bodies[0])
    facets = await call.desk.outreach.facets(item.body_id)
    sent = bool(call.form)
    channels = [one for one in call.chosen.get("channel", ()) if one in facets.channels]
    values: dict[str, Any] = {
        "body": body.code,
        "channels": channels if sent else list(facets.channels),
        "group": call.text("group")[:120],
        "region": call.text("region")[:64],
        "tag": call.text("tag")[:64],
    }
    selection = Selection(
        channels=tuple(values["channels"]) or (_NO_CHANNEL,),
        body_id=body.id,
        region=values["region"],
        tag=values["tag"],
        group=values["group"],
    )
    return Chosen(values=values, selection=selection)


def require_channel(told: Chosen) -> None:
    """Raises InvalidInput where nothing is ticked."""
    if not told.values["channels"]:
        raise InvalidInput(
            Words("没有选择渠道", "no channel is chosen"),
            field="channel",
            remedy=Words("至少选一个渠道", "choose one at least"),
        )


async def choices(call: Call, item: Item) -> dict[str, Any]:
    """What the fields offer."""
    bodies: list[Body] = await call.desk.organisations.bodies(item.body_id)
    return {
        "bodies": bodies,
        "facets": await call.desk.outreach.facets(item.body_id),
        "channels": channel_titles(call),
        "stages": stages_of(call, item),
    }


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
