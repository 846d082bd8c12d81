"""The recall of an item: who has it, what each channel can do, the order, and how far it got."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.authority.sight import OPERATING
from hub.organisations.models import Role
from hub.publishing.models import Capability, Declaration
from hub.publishing.recall.models import OrderKind, Reach, Standing
from web.console.call import Call
from web.console.looking import channel_titles, require
from web.console.naming import names_of

__all__ = ["RECALLING", "ask", "find", "order", "progress", "shown"]

RECALLING = OPERATING | {Role.LEADER}
_LISTED = 200
_ONGOING = frozenset({Standing.WAITING, Standing.BY_HAND})


async def find(call: Call) -> web.StreamResponse:
    """By id, index number or document number, as they are printed on every page."""
    text = call.asked("q").strip()[:200]
    sight = await call.desk.sights.of(call.login)
    found = await call.desk.listing.named(text, sight.bodies) if text else []
    if len(found) == 1:
        return call.go(f"/deliveries/recall/{found[0].id}")
    return call.page("deliveries/recall-find", text=text, found=found)


async def shown(call: Call) -> web.StreamResponse:
    item, reach = await _reach(call)
    return call.page("deliveries/recall", item=item, **await _told(call, reach))


async def progress(call: Call) -> web.StreamResponse:
    """The part that changes while platforms are asked."""
    item, reach = await _reach(call)
    return call.page("deliveries/_reach", item=item, **await _told(call, reach))


async def ask(call: Call) -> web.StreamResponse:
    """The form, once password and code have been given anew."""
    item, reach = await _reach(call)
    ways = Counter(
        _way(call.desk.channels.get(one.channel))
        for one in reach.accounts
        if one.standing is Standing.HAS
    )
    return call.page(
        "deliveries/recall-order", item=item, ways=ways, problem=None, **await _told(call, reach)
    )


async def order(call: Call) -> web.StreamResponse:
    item, reach = await _reach(call)
    await require(call, {one.account_id for one in reach.accounts}, RECALLING)
    kind, reason = call.text("kind"), call.text("reason").strip()
    if not reason:
        raise InvalidInput(
            Words("请写明理由", "say why"),
            field="reason",
            remedy=Words("理由会写入审计日志和撤稿说明", "it is kept in the audit log"),
        )
    recalling = call.desk.recalling
    give = recalling.correct if kind == OrderKind.CORRECT else recalling.recall
    ordered = await give(item.id, call.login, reason[:500])
    counts = {"made": ordered.deliveries, "stopped": ordered.cancelled}
    return call.go(f"/deliveries/recall/{item.id}", said="ordered", **counts)


async def _reach(call: Call) -> tuple[Item, Reach]:
    """Of an item of a body in sight."""
    item = await call.desk.catalogue.get(call.request.match_info["id"])
    sight = await call.desk.sights.of(call.login)
    if item.body_id not in sight.bodies:
        item = await call.item(item.id)
    return item, await call.desk.recalling.reach(item.id)


async def _told(call: Call, reach: Reach) -> dict[str, Any]:
    standings = Counter(one.standing for one in reach.accounts)
    return {
        "reach": reach,
        "names": await names_of(call, [reach.order.ordered_by] if reach.order else []),
        "standings": [(one, standings[one]) for one in Standing if standings[one]],
        "shown": reach.accounts[:_LISTED],
        "ongoing": any(standings[one] for one in _ONGOING),
        "channels": channel_titles(call),
        "recalling": call.visitor.holds(RECALLING),
        "ways_of": {name: _way(found) for name, found in call.desk.channels.items()},
    }


def _way(declaration: Declaration | None) -> str:
    """What a channel lets us do about a post, at best."""
    if declaration is None:
        return "person"
    if declaration.can(Capability.DELETE):
        return "delete-within" if declaration.delete_within else "delete"
    return "notice"
