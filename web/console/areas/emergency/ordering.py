"""Ordering an emergency: the item, the accounts and the reason, a last look, and the order.

What was chosen stands in the address, so that giving password and code again leads back to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from hub.catalogue.listing.models import Line, Wanted
from hub.catalogue.models import Item, ItemState
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.publishing.emergency.models import Outlook
from web.console.call import Call
from web.console.choosing import Chosen, choices, chosen, require_channel
from web.console.looking import SCHEDULING, channel_titles
from web.statuses import status_of

__all__ = ["choose", "confirm", "look", "pick", "send"]

_LISTED = 20
_LONGEST = 500


async def pick(call: Call) -> web.StreamResponse:
    """What has its three signatures, newest first, or what is named; and what was ordered last."""
    bodies = frozenset(one for one, held in call.visitor.roles.items() if held & SCHEDULING)
    text = call.asked("q").strip()[:200]
    sight = await call.desk.sights.of(call.login)
    return call.page(
        "emergency/pick",
        text=text,
        lines=await _lines(call, text, bodies),
        names={body.id: body.name for body in await call.desk.organisations.bodies()},
        orders=await call.desk.handling.emergencies.recent(sight),
    )


async def choose(call: Call) -> web.StreamResponse:
    item = await _item(call)
    return await _page(call, item, await _chosen(call, item))


async def look(call: Call) -> web.StreamResponse:
    """What the choice comes to, at every change of it."""
    item = await _item(call)
    told = await chosen(call, item)
    outlook, problem = await _outlook(call, item, told)
    if not call.partial:
        return await _page(call, item, told)
    return call.page(
        "emergency/_outlook", outlook=outlook, problem=problem, channels=channel_titles(call)
    )


async def confirm(call: Call) -> web.StreamResponse:
    """The last look, once password and code have been given anew."""
    item = await _item(call)
    if not call.request.query.getall("channel", []):
        return call.go(f"/emergency/{item.id}")
    told = await _chosen(call, item)
    outlook, problem = await _outlook(call, item, told, reasoned=True)
    if outlook is None or problem is not None:
        return await _page(call, item, told, problem)
    return call.page(
        "emergency/confirm",
        item=item,
        outlook=outlook,
        approval=await call.desk.review.current(item.id, item.version),
        values=told.values,
        reason=_reason(call),
        take=_takes(call),
        **await choices(call, item),
    )


async def send(call: Call) -> web.StreamResponse:
    """The order, for exactly as many as were confirmed."""
    item = await _item(call)
    told = await chosen(call, item)
    try:
        await _require(call, item, told)
        expected = call.text("expected")
        order = await call.desk.handling.emergencies.order(
            item.id,
            told.selection,
            call.login,
            _reason(call),
            expected=int(expected) if expected.isdecimal() else None,
            take_slots=_takes(call),
        )
    except GongkaiError as error:
        return await _page(call, item, told, error)
    return call.go(f"/emergency/sent/{order.plan_id}", said="sent")


async def _item(call: Call) -> Item:
    return await call.item(call.request.match_info["item"], SCHEDULING)


async def _lines(call: Call, text: str, bodies: frozenset[str]) -> list[Line]:
    if text:
        return await call.desk.listing.named(text, bodies)
    wanted = Wanted(bodies=bodies, state=ItemState.APPROVED, limit=_LISTED)
    return await call.desk.listing.page(wanted)


async def _chosen(call: Call, item: Item) -> Chosen:
    """As the address has it, where the form was sent by it."""
    query = call.request.query
    asked = {name: list(query.getall(name)) for name in query}
    sent = replace(call, form=call.form or dict(query), chosen=call.chosen or asked)
    return await chosen(sent, item)


async def _require(call: Call, item: Item, told: Chosen) -> None:
    require_channel(told)
    about = {"attempt": call.attempt, "subject": item.id}
    await call.desk.doors.require_accounts(call.login, told.selection, SCHEDULING, **about)


async def _outlook(
    call: Call, item: Item, told: Chosen, *, reasoned: bool = False
) -> tuple[Outlook | None, GongkaiError | None]:
    """What it comes to, or why it cannot be; `reasoned`: not without a reason."""
    try:
        await _require(call, item, told)
        reason = _reason(call)
        if reasoned and not reason:
            raise InvalidInput(
                Words("请写明应急发布的理由", "say why it is an emergency"),
                field="reason",
                remedy=Words("理由写入审计日志，供事后核查", "it is kept in the audit log"),
            )
        emergencies = call.desk.handling.emergencies
        return await emergencies.outlook(item.id, told.selection, call.login, reason=reason), None
    except GongkaiError as error:
        return None, error


def _reason(call: Call) -> str:
    return (call.text("reason") or call.asked("reason")).strip()[:_LONGEST]


def _takes(call: Call) -> bool:
    return "yes" in (call.text("take"), call.asked("take"))


async def _page(
    call: Call, item: Item, told: Chosen, problem: GongkaiError | None = None
) -> web.Response:
    outlook, trouble = await _outlook(call, item, told)
    values: dict[str, Any] = {"reason": _reason(call), "take": _takes(call)}
    return call.page(
        "emergency/choose",
        status=status_of(problem) if problem else 200,
        item=item,
        values=told.values,
        outlook=outlook,
        problem=problem or trouble,
        **values,
        **await choices(call, item),
    )
