"""One account: registry and filing, health, quotas, liveness; pausing and resuming it."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.authority.sight import OPERATING
from hub.organisations.models import Account, FilingState, Role, Selection
from hub.organisations.rules import why_not_publishable, why_paused
from hub.publishing.restraint.errors import NotHeld
from hub.publishing.restraint.models import Scope
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import channel_titles, may, require
from web.statuses import status_of

__all__ = ["filing", "pause", "release", "resume", "shown"]

_FILING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await _account(call))


async def pause(call: Call) -> web.StreamResponse:
    account = await _account(call)
    await require(call, {account.id})
    try:
        until = _instant(call.text("until"), call.desk.zone)
        reason = call.text("reason").strip()[:500]
        await call.desk.organisations.pause(account.id, until, reason, actor=call.login)
    except InvalidInput as error:
        return await _page(call, account, error)
    return call.go(f"/accounts/{account.id}", said="paused")


async def resume(call: Call) -> web.StreamResponse:
    account = await _account(call)
    await require(call, {account.id})
    await call.desk.organisations.resume(account.id, actor=call.login)
    return call.go(f"/accounts/{account.id}", said="resumed")


async def release(call: Call) -> web.StreamResponse:
    """Close the breaker: the account's by who operates it, the platform's, under which others
    wait too, by who operates every body's."""
    account, told = await _account(call), call.text("scope")
    await require(call, {account.id})
    if told not in set(Scope):
        raise InvalidInput(Words("没有这种熔断", "no such breaker"), field="scope")
    if told == Scope.PLATFORM:
        await call.desk.doors.require_whole(call.login, OPERATING, attempt=call.attempt)
    try:
        released = await call.desk.handling.restraint.release(
            account, Scope(told), actor=call.login
        )
    except NotHeld as error:
        return await _page(call, account, error)
    return call.go(f"/accounts/{account.id}", said="released", count=released)


async def filing(call: Call) -> web.StreamResponse:
    """The register of new-media accounts is the disclosure office's."""
    account = await _account(call)
    await require(call, {account.id}, _FILING)
    told = call.text("filing")
    if told not in set(FilingState):
        raise InvalidInput(Words("没有这种备案状态", "no such filing"), field="filing")
    await call.desk.organisations.change_account(
        account.id, actor=call.login, filing=FilingState(told)
    )
    return call.go(f"/accounts/{account.id}", said="filed")


async def _page(call: Call, account: Account, problem: GongkaiError | None = None) -> web.Response:
    desk, now = call.desk, call.desk.clock.now()
    board = await desk.liveness.board(selection=Selection(ids=(account.id,)))
    return call.page(
        "accounts/one",
        status=status_of(problem) if problem else 200,
        account=account,
        body=(await desk.organisations.bodies(account.body_id))[0],
        channels=channel_titles(call),
        why=why_not_publishable(account, now) or why_paused(account, now),
        paused=account.paused_until is not None and account.paused_until > now,
        periods=await desk.publishing.quota(account.id),
        breakers=await desk.handling.restraint.over(account),
        life=next(iter(board.lives), None),
        filings=list(FilingState),
        operating=may(call),
        may_file=may(call, _FILING),
        administering=may(call, STEWARDS),
        problem=problem,
    )


async def _account(call: Call) -> Account:
    sight = await call.desk.sights.of(call.login)
    return await call.desk.register.account(call.request.match_info["id"], sight)


def _instant(text: str, zone: str) -> datetime:
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InvalidInput(
            Words("请填写暂停到什么时候", "say until when"),
            field="until",
            remedy=Words("如 2026-12-01 09:00", "such as 2026-12-01 09:00"),
        ) from None
    return instant_of_wall_time(wall, zone)
