"""The board: how many deliveries stand where at this moment, and a page of them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.organisations.authority.sight import Sight
from hub.publishing.board.models import GROUPS, Group, Looked
from hub.publishing.explanation import REASONS
from hub.publishing.models import DeliveryState
from web.console.call import Call
from web.console.looking import channel_titles, looking, may

__all__ = ["FILTERS", "board", "lines", "looked_at", "now"]

FILTERS = ("group", "state", "channel", "body", "account", "plan")
_PAGE = 50
_INCIDENTS = 5


async def board(call: Call) -> web.StreamResponse:
    """Trouble first: what is well needs nobody."""
    if call.partial:
        return await lines(call)
    looked, query = looked_at(call)
    seen = await looking(call)
    return call.page(
        "deliveries/board",
        **await _page(call, looked, seen.sight, query),
        **await _standing(call, seen.sight),
        bodies=seen.bodies,
        incidents=await call.desk.incidents.find(limit=_INCIDENTS),
        account=await _account_name(call, looked.account_id),
        operating=may(call),
        held=await _held(call),
    )


async def _held(call: Call) -> int:
    """How many of their accounts' deliveries an outage holds; nobody else is asked to let go."""
    if not may(call):
        return 0
    return await call.desk.handling.outages.count(await call.desk.sights.operated(call.login))


async def lines(call: Call) -> web.StreamResponse:
    """The list alone."""
    looked, query = looked_at(call)
    sight = (await looking(call)).sight
    return call.page("deliveries/_lines", **await _page(call, looked, sight, query))


async def now(call: Call) -> web.StreamResponse:
    """The figures alone, which the page asks for again whenever something has changed."""
    _, query = looked_at(call)
    sight = (await looking(call)).sight
    return call.page("deliveries/_now", query=query, **await _standing(call, sight))


async def _page(call: Call, looked: Looked, sight: Sight, query: dict[str, str]) -> dict[str, Any]:
    page = await call.desk.board.page(looked, sight)
    return {"page": page, "query": query, "channels": channel_titles(call), "reasons": REASONS}


async def _standing(call: Call, sight: Sight) -> dict[str, Any]:
    return {"standing": await call.desk.board.standing(sight), "groups": GROUPS}


def looked_at(call: Call) -> tuple[Looked, dict[str, str]]:
    """What is looked for, and the address's own words of it."""
    query = {name: call.asked(name)[:64] for name in FILTERS}
    if query["state"] in set(DeliveryState):
        states: tuple[DeliveryState, ...] = (DeliveryState(query["state"]),)
        query["group"] = next(group for group, those in GROUPS.items() if states[0] in those)
    else:
        query["state"] = ""
        narrowed = query["account"] or query["plan"]
        if query["group"] not in {*Group, "all"}:
            query["group"] = "all" if narrowed else Group.TROUBLE
        states = () if query["group"] == "all" else GROUPS[Group(query["group"])]
    looked = Looked(
        states=states,
        channel=query["channel"],
        account_id=query["account"],
        plan_id=query["plan"],
        after=call.asked("after"),
        limit=_PAGE,
    )
    return looked, query


async def _account_name(call: Call, account_id: str) -> str:
    if not account_id:
        return ""
    return (await call.desk.organisations.account(account_id)).name
