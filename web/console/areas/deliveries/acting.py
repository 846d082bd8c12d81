"""What a person does about a delivery: start it again, or say what they found on the platform."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Selection
from web.console.areas.deliveries.board import show_explained
from web.console.call import Call
from web.statuses import status_of

__all__ = ["resolve", "retry"]


async def retry(call: Call) -> web.StreamResponse:
    delivery_id = await _delivery(call)
    try:
        await call.desk.operations.retry(delivery_id, call.login)
    except GongkaiError as error:
        return await show_explained(call, error, status_of(error))
    return call.go(f"/deliveries/{delivery_id}", said="retried")


async def resolve(call: Call) -> web.StreamResponse:
    """An unknown outcome, settled by who looked: it is there with an id, or it surely is not."""
    delivery_id = await _delivery(call)
    published, remote_id = call.text("found") == "yes", call.text("remote_id").strip()
    try:
        await call.desk.operations.resolve(
            delivery_id, call.login, published=published, remote_id=remote_id if published else ""
        )
    except GongkaiError as error:
        return await show_explained(call, error, status_of(error))
    return call.go(f"/deliveries/{delivery_id}", said="resolved")


async def _delivery(call: Call) -> str:
    """The delivery of the path, once it is sure that its account is the caller's to operate."""
    told = await call.desk.operations.explain(call.request.match_info["delivery"])
    chosen = Selection(ids=(told.account.id,))
    about = {"attempt": call.attempt, "subject": told.delivery.id}
    await call.desk.doors.require_accounts(call.login, chosen, PLANNING, **about)
    return told.delivery.id
