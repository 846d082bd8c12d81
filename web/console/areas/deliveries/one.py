"""One delivery: where it is, why, what comes next, and what a person can do about it."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.board.models import Line
from hub.publishing.models import LIFECYCLE, DeliveryEvent, DeliveryState, Purpose
from hub.publishing.operations import Explained
from web.console.call import Call
from web.console.looking import channel_titles, may, require

__all__ = ["cancel", "done", "resolve", "retry", "shown"]

_S, _E = DeliveryState, DeliveryEvent


async def shown(call: Call) -> web.StreamResponse:
    line = await _line(call)
    found = await call.desk.operations.explain(line.id)
    return call.page(
        "deliveries/one",
        line=line,
        found=found,
        measures=await call.desk.operations.measures(line.id),
        possible=_possible(found) if may(call) else frozenset(),
        declaration=call.desk.channels.get(line.channel),
        channels=channel_titles(call),
    )


async def retry(call: Call) -> web.StreamResponse:
    line = await _mine(call)
    await call.desk.operations.retry(line.id, call.login)
    return call.go(f"/deliveries/{line.id}", said="retried")


async def cancel(call: Call) -> web.StreamResponse:
    line = await _mine(call)
    await call.desk.publishing.cancel(call.login, delivery_id=line.id)
    return call.go(f"/deliveries/{line.id}", said="cancelled")


async def resolve(call: Call) -> web.StreamResponse:
    """A person has looked at the platform: it is there (with its id or address), or it is not."""
    line = await _mine(call)
    outcome, remote_id = call.text("outcome"), call.text("remote_id").strip()
    if outcome not in ("present", "absent"):
        raise InvalidInput(
            Words("请选择“已发布”或“未发布”", "say whether it is there or not"), field="outcome"
        )
    published = outcome == "present"
    await call.desk.operations.resolve(
        line.id, call.login, published=published, remote_id=remote_id[:255] if published else ""
    )
    return call.go(f"/deliveries/{line.id}", said="resolved")


async def done(call: Call) -> web.StreamResponse:
    line = await _mine(call)
    await call.desk.operations.done(line.id, call.login, call.text("note")[:500])
    return call.go(f"/deliveries/{line.id}", said="done")


async def _line(call: Call) -> Line:
    """The delivery that the address names, if its reader sees it."""
    sight = await call.desk.sights.of(call.login)
    return await call.desk.board.line(call.request.match_info["id"], sight)


async def _mine(call: Call) -> Line:
    line = await _line(call)
    await require(call, {line.account_id})
    return line


def _possible(found: Explained) -> frozenset[str]:
    """What a person may do about it as it stands; the services decide again."""
    delivery = found.delivery
    state = delivery.state
    can = set()
    if state in LIFECYCLE.sources(_E.RETRIED) and not delivery.reason.startswith("ring"):
        can.add("retry")
    if state in LIFECYCLE.sources(_E.CANCELLED):
        can.add("cancel")
    if state is _S.UNKNOWN or (state is _S.ACCEPTED and delivery.reason == "person"):
        can.add("resolve")
    by_hand = delivery.purpose in (Purpose.RECALL, Purpose.CORRECT)
    if by_hand and state in LIFECYCLE.sources(_E.DONE):
        can.add("done")
    if delivery.purpose is Purpose.PUBLISH and state in (_S.ACCEPTED, _S.VERIFIED):
        can.add("recall")
    return frozenset(can)
