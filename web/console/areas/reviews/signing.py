"""Signing and returning: who may is asked, and refusals are recorded, by the review itself."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.review.models import ReviewStep
from web.console.areas.reviews.desk import show_approval
from web.console.call import Call
from web.statuses import status_of

__all__ = ["send_back", "sign"]


async def sign(call: Call) -> web.StreamResponse:
    """One step over the hash of what was looked at; then the next that waits."""
    approval_id = call.request.match_info["approval"]
    try:
        step, seen = _step(call.text("step")), call.text("hash")
        await call.desk.review.sign(approval_id, step, call.login, seen, call.text("remark"))
    except GongkaiError as error:
        return await show_approval(call, approval_id, error, status_of(error))
    return await _next(call, "signed")


async def send_back(call: Call) -> web.StreamResponse:
    """退文 to the author, or to a lower step, with a reason."""
    approval_id = call.request.match_info["approval"]
    review, to, reason = call.desk.review, call.text("to"), call.text("reason").strip()
    try:
        if to:
            await review.send_back_to(approval_id, _step(to), call.login, reason)
        else:
            await review.send_back(approval_id, call.login, reason)
    except GongkaiError as error:
        return await show_approval(call, approval_id, error, status_of(error))
    return await _next(call, "returned")


async def _next(call: Call, said: str) -> web.Response:
    """On to what waits next, so that a morning's work needs no list in between."""
    waiting = await call.desk.queue.to_sign(call.login, limit=1)
    if waiting:
        return call.go(f"/reviews/{waiting[0].approval_id}", said=said)
    return call.go("/reviews", said=said)


def _step(text: str) -> ReviewStep:
    try:
        return ReviewStep(text)
    except ValueError:
        raise InvalidInput(
            Words("没有这一审级", "there is no such step"),
            field="step",
            remedy=Words("重新打开签审单", "open the approval again"),
        ) from None
