"""Masking what the checks found, and submitting an item with its editions to the review."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.authority.rules import ENTERING
from hub.organisations.models import Selection
from hub.review.checks.service import Chosen
from web.console.areas.items.pages import show_item
from web.console.call import Call
from web.statuses import status_of

__all__ = ["mask", "submit"]


async def mask(call: Call) -> web.StreamResponse:
    """One finding, by one press: a new version, whose review begins anew."""
    item = await call.item(call.request.match_info["item"], ENTERING)
    chosen = Chosen(hashes=(call.text("finding"),))
    try:
        await call.desk.checks.mask(item.id, chosen, call.login)
    except GongkaiError as error:
        return await show_item(call, item, error, status_of(error))
    return call.go(f"/items/{item.id}", said="masked")


async def submit(call: Call) -> web.StreamResponse:
    """To the accounts of the item's body and those below it, of the channels that were ticked."""
    item = await call.item(call.request.match_info["item"], ENTERING)
    channels = tuple(call.chosen.get("channel", ()))
    selection = Selection(body_id=item.body_id, channels=channels)
    about = {"attempt": call.attempt, "subject": item.id}
    try:
        if not channels:  # to the selection none would mean all
            raise _no_channel()
        await call.desk.doors.require_accounts(call.login, selection, ENTERING, **about)
        await call.desk.publishing.submit(item.id, selection, call.login)
    except GongkaiError as error:
        return await show_item(call, item, error, status_of(error))
    return call.go(f"/items/{item.id}", said="submitted")


def _no_channel() -> InvalidInput:
    return InvalidInput(
        Words("没有选择渠道", "no channel is chosen"),
        field="channel",
        remedy=Words("至少选一个渠道", "choose one at least"),
    )
