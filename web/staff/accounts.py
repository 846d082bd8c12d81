"""What the staff API does with accounts: list, read, pause, resume. Credentials are never told."""

from __future__ import annotations

from datetime import datetime

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Account
from hub.organisations.roster.models import Wanted
from hub.organisations.rules import why_not_publishable, why_paused
from web.staff.asked import instant
from web.staff.asked_boards import PauseAccount
from web.staff.board_shapes import StaffAccount, StaffAccountPage
from web.staff.desk import Call
from web.staff.queries import AskAccounts
from web.staff.shapes import Said

__all__ = ["account_told", "get_account", "list_accounts", "pause_account", "resume_account"]


async def list_accounts(call: Call) -> StaffAccountPage:
    """Those in the caller's sight."""
    asked: AskAccounts = call.asked
    wanted = Wanted(
        sight=await call.services.sights.of(call.login, under=asked.body),
        channel=asked.channel,
        health=asked.health,
        text=asked.text.strip(),
        after=asked.after,
        limit=asked.limit,
    )
    page = await call.services.register.page(wanted)
    now = call.services.clock.now()
    return StaffAccountPage(
        accounts=tuple(account_told(one, now) for one in page.accounts), next=page.next
    )


async def get_account(call: Call) -> StaffAccount:
    return account_told(await _seen(call), call.services.clock.now())


async def pause_account(call: Call) -> StaffAccount:
    """Its deliveries wait until then."""
    told: PauseAccount = call.told
    account = await _mine(call)
    until = instant(told.until, "until")
    if until is None or not told.reason.strip():
        raise InvalidInput(
            Words("请写明暂停的理由", "say why it is paused"),
            field="reason",
            remedy=Words("补上理由", "add the reason"),
        )
    organisations = call.services.organisations
    paused = await organisations.pause(account.id, until, told.reason.strip(), actor=call.login)
    return account_told(paused, call.services.clock.now())


async def resume_account(call: Call) -> StaffAccount:
    account = await _mine(call)
    resumed = await call.services.organisations.resume(account.id, actor=call.login)
    return account_told(resumed, call.services.clock.now())


async def _seen(call: Call) -> Account:
    """The account of the path, if the caller sees its body; UnknownAccount."""
    sight = await call.services.sights.of(call.login)
    return await call.services.register.account(call.request.match_info["account"], sight)


async def _mine(call: Call) -> Account:
    account = await _seen(call)
    await call.operates([account.id])
    return account


def account_told(one: Account, now: datetime) -> StaffAccount:
    why = why_not_publishable(one, now) or why_paused(one, now)
    return StaffAccount(
        id=one.id,
        channel=one.channel,
        name=one.name,
        handle=one.handle,
        body=one.body_id,
        region=one.region,
        tags=tuple(one.tags),
        filing=one.filing.value,
        active=one.active,
        needs_reconnecting=one.needs_reconnecting,
        paused_until=one.paused_until,
        pause_reason=one.pause_reason,
        authorised_until=one.authorised_until,
        why_not=Said.of(why) if why else None,
    )
