"""Whether a connected account works: the platform is asked, a test post sent and taken back."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.models import Account
from hub.publishing.connecting.models import TrialKind
from web.console.areas.accounts.connecting import stewarded
from web.console.call import Call
from web.console.looking import channel_titles
from web.statuses import status_of

__all__ = ["ask", "check", "seen", "send", "settle", "shown", "withdraw"]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call, await stewarded(call))


async def check(call: Call) -> web.StreamResponse:
    account = await stewarded(call)
    await call.desk.handling.connecting.check(account.id, actor=call.login)
    return call.go(f"/accounts/{account.id}/connect")


async def ask(call: Call) -> web.StreamResponse:
    """What a test post will be, before it is sent."""
    account = await stewarded(call)
    return call.page(
        "accounts/connect-test",
        account=account,
        form=call.desk.handling.connecting.form(account.channel),
        channels=channel_titles(call),
        problem=None,
    )


async def send(call: Call) -> web.StreamResponse:
    account = await stewarded(call)
    try:
        await call.desk.handling.tests.send(
            account.id, actor=call.login, seen=call.text("seen") == "yes"
        )
    except GongkaiError as error:
        return await _page(call, account, error)
    return call.go(f"/accounts/{account.id}/connect")


async def settle(call: Call) -> web.StreamResponse:
    """The platform is asked what became of it."""
    account = await _tested(call)
    try:
        await call.desk.handling.tests.settle(_test(call), actor=call.login)
    except GongkaiError as error:
        return await _page(call, account, error)
    return call.go(f"/accounts/{account.id}/connect")


async def seen(call: Call) -> web.StreamResponse:
    """A person has looked: it is there, with its id or address, or it is not."""
    account = await _tested(call)
    there, remote_id = call.text("outcome"), call.text("remote_id").strip()[:255]
    try:
        if there not in ("present", "absent") or (there == "present") != bool(remote_id):
            raise InvalidInput(
                Words("请选择；已发布的须填平台编号", "say which, with its id if it is there"),
                field="remote_id",
                remedy=Words("到平台查看后填写", "look at the platform first"),
            )
        await call.desk.handling.tests.seen(_test(call), actor=call.login, remote_id=remote_id)
    except GongkaiError as error:
        return await _page(call, account, error)
    return call.go(f"/accounts/{account.id}/connect")


async def withdraw(call: Call) -> web.StreamResponse:
    account = await _tested(call)
    try:
        await call.desk.handling.tests.withdraw(_test(call), actor=call.login)
    except GongkaiError as error:
        return await _page(call, account, error)
    return call.go(f"/accounts/{account.id}/connect")


def _test(call: Call) -> str:
    return call.request.match_info["test"]


async def _tested(call: Call) -> Account:
    """The account, once it is sure that the test is one of its own."""
    account = await stewarded(call)
    await call.desk.handling.tests.of(_test(call), account.id)
    return account


async def _page(call: Call, account: Account, problem: GongkaiError | None = None) -> web.Response:
    connecting = call.desk.handling.connecting
    trials = await connecting.trials(account.id)
    checks = [one for one in trials if one.kind is TrialKind.CHECK]
    form = connecting.form(account.channel)
    return call.page(
        "accounts/connect",
        status=status_of(problem) if problem else 200,
        account=account,
        form=form,
        held=connecting.held(account),
        address_of_ours=connecting.callback(account),
        makes=any(one.made for one in form.credentials),
        checked=checks[0] if checks else None,
        tests=[one for one in trials if one.kind is TrialKind.POST],
        channels=channel_titles(call),
        problem=problem,
    )
