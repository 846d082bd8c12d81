"""Recalling an item: what every account can do about it, the order, and how far it has got."""

from __future__ import annotations

from aiohttp import web

from hub.catalogue.models import Item
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Selection
from web.console.call import Call
from web.statuses import status_of

__all__ = ["ask", "order"]


async def ask(call: Call) -> web.StreamResponse:
    item = await call.item(call.request.match_info["item"], PLANNING)
    return await _page(call, item)


async def order(call: Call) -> web.StreamResponse:
    """From exactly the accounts that have it, or may have it; with a reason that is recorded."""
    item = await call.item(call.request.match_info["item"], PLANNING)
    try:
        if not call.text("reason").strip():
            raise InvalidInput(
                Words("须写明撤稿理由", "say why it is recalled"),
                field="reason",
                remedy=Words("理由记入审计记录", "the reason goes into the audit log"),
            )
        reach = await call.desk.recalling.reach(item.id)
        chosen = Selection(ids=tuple(one.account_id for one in reach.accounts))
        about = {"attempt": call.attempt, "subject": item.id}
        if reach.accounts:
            await call.desk.doors.require_accounts(call.login, chosen, PLANNING, **about)
        await call.desk.recalling.recall(item.id, call.login, call.text("reason").strip())
    except GongkaiError as error:
        return await _page(call, item, error)
    return call.go(f"/recalls/{item.id}", said="recalled")


async def _page(call: Call, item: Item, problem: GongkaiError | None = None) -> web.Response:
    reach = await call.desk.recalling.reach(item.id)
    return call.page(
        "deliveries/recall",
        status=status_of(problem) if problem else 200,
        item=item,
        reach=reach,
        problem=problem,
    )
