"""The board: deliveries by state, of the accounts that the reader operates or supervises."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError
from hub.organisations.authority.rules import PLANNING
from hub.organisations.models import Account, Role, Selection
from hub.publishing.models import Delivery, DeliveryState
from web.console.call import Call

__all__ = ["explained", "listed", "operates", "show_explained"]

_S = DeliveryState
_PAGE = 100
_LOOKED_AT = 1_000  # of every account's, before those beyond the reader's reach are left out
# what needs a person first, then what is under way, then what has ended
_TABS = (
    _S.UNKNOWN, _S.FAILED, _S.BLOCKED, _S.PLANNED, _S.READY, _S.SENDING, _S.ACCEPTED,
    _S.VERIFIED, _S.EXPIRED, _S.CANCELLED, _S.RECALLED,
)  # fmt: skip
_LOOKING = PLANNING | {Role.DISCLOSURE_OFFICE}


async def listed(call: Call) -> web.StreamResponse:
    told = call.asked("state")
    state = _S(told) if told in set(_TABS) else _S.UNKNOWN
    channel = call.asked("channel")[:32]
    found = await call.desk.operations.find(state=state, channel=channel, limit=_LOOKED_AT)
    accounts = await _accounts(call)
    mine = [one for one in found if one.account_id in accounts]
    return call.page(
        "deliveries/_lines" if call.partial else "deliveries/board",
        deliveries=mine[:_PAGE],
        more=len(mine) > _PAGE or len(found) == _LOOKED_AT,
        accounts=accounts,
        titles=await _titles(call, mine[:_PAGE]),
        tabs=_TABS,
        state=state,
        channel=channel,
        channels=sorted({account.channel for account in accounts.values()}),
        overview=await call.desk.overviews.now(),
    )


async def explained(call: Call) -> web.StreamResponse:
    return await show_explained(call)


async def show_explained(
    call: Call, problem: GongkaiError | None = None, status: int = 200
) -> web.Response:
    """Where it is, why, what happens next, and every attempt."""
    told = await call.desk.operations.explain(call.request.match_info["delivery"])
    await _require_sight(call, told.account)
    titles = await call.desk.overviews.titles({told.delivery.plan_id})
    return call.page(
        "deliveries/explained",
        status=status,
        told=told,
        title=titles.get(told.delivery.plan_id, ""),
        mine=await operates(call, told.account),
        problem=problem,
    )


async def operates(call: Call, account: Account) -> bool:
    """Whether the reader plans for the account's body or one above it."""
    return account.body_id in await call.desk.doors.within_reach(call.login, PLANNING)


async def _require_sight(call: Call, account: Account) -> None:
    doors = call.desk.doors
    if account.body_id not in await doors.within_reach(call.login, _LOOKING):
        about = {"attempt": call.attempt, "subject": account.id}
        chosen = Selection(ids=(account.id,))
        await doors.require_accounts(call.login, chosen, _LOOKING, **about)


async def _accounts(call: Call) -> dict[str, Account]:
    """The accounts whose deliveries the reader may see, by id."""
    reached = await call.desk.doors.within_reach(call.login, _LOOKING)
    listed = await call.desk.organisations.accounts(Selection())
    return {account.id: account for account in listed if account.body_id in reached}


async def _titles(call: Call, deliveries: list[Delivery]) -> dict[str, str]:
    """What each plan publishes, by the plan's id."""
    return await call.desk.overviews.titles({one.plan_id for one in deliveries})
