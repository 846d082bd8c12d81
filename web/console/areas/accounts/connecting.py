"""Connecting: a channel, its form made from what it declares, and secrets that go in only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.models import Account, FilingState, NewAccount
from hub.publishing.connecting.models import Form
from web.console.call import Call
from web.console.governing import STEWARDS
from web.console.looking import channel_titles, require
from web.statuses import status_of

__all__ = [
    "ask",
    "ask_again",
    "ask_callback",
    "enter",
    "make_callback",
    "pick",
    "renew",
    "stewarded",
]

_OWN = ("name", "handle", "body", "base_url", "region", "tags", "until")


async def pick(call: Call) -> web.StreamResponse:
    """Every channel there is, with what it can."""
    forms = sorted(call.desk.handling.connecting.forms.values(), key=lambda one: one.channel)
    return call.page("accounts/channels", forms=forms, declarations=call.desk.channels)


async def ask(call: Call) -> web.StreamResponse:
    return await _new(call, _form(call))


async def enter(call: Call) -> web.StreamResponse:
    """The account with its secrets in one transaction, for a body that its reader administers."""
    form, desk = _form(call), call.desk
    try:
        body = await desk.organisations.body(call.text("body"))
        await desk.doors.require_within_reach(call.login, body.id, STEWARDS, attempt=call.attempt)
        account = await desk.handling.connecting.enter(
            NewAccount(
                channel=form.channel,
                name=_needed(call, "name"),
                handle=_needed(call, "handle"),
                body_code=body.code,
                base_url=call.text("base_url").strip()[:500],
                region=call.text("region").strip()[:64],
                tags=tuple(one for one in call.text("tags").replace("，", ",").split(",") if one),
                filing=FilingState.NOT_FILED,
                authorised_until=_until(call),
            ),
            _given(call, "c"),
            _given(call, "s"),
            actor=call.login,
        )
    except InvalidInput as error:
        return await _new(call, form, error)
    return call.go(f"/accounts/{account.id}/connect", said="entered")


async def ask_again(call: Call) -> web.StreamResponse:
    return await _again(call, await stewarded(call))


async def renew(call: Call) -> web.StreamResponse:
    """Connected anew; what was left empty keeps its value."""
    account = await stewarded(call)
    try:
        await call.desk.handling.connecting.renew(
            account.id, _given(call, "c"), actor=call.login, authorised_until=_until(call)
        )
    except InvalidInput as error:
        return await _again(call, account, error)
    return call.go(f"/accounts/{account.id}/connect", said="renewed")


async def ask_callback(call: Call) -> web.StreamResponse:
    return await _callback(call, await stewarded(call), {})


async def make_callback(call: Call) -> web.StreamResponse:
    """New secrets for the platform's page: on this answer, and never again."""
    account = await stewarded(call)
    made = await call.desk.handling.connecting.make_callback(account.id, actor=call.login)
    return await _callback(call, account, made)


async def stewarded(call: Call) -> Account:
    """The account of the address, in sight of its reader, who administers its body."""
    sight = await call.desk.sights.of(call.login)
    account = await call.desk.register.account(call.request.match_info["id"], sight)
    await require(call, {account.id}, STEWARDS)
    return account


def _form(call: Call) -> Form:
    return call.desk.handling.connecting.form(call.request.match_info["channel"])


def _given(call: Call, kind: str) -> dict[str, str]:
    """What was typed into the channel's own fields, which have a prefix of their own."""
    prefix = f"{kind}-"
    return {
        name.removeprefix(prefix): value
        for name, value in call.form.items()
        if name.startswith(prefix) and isinstance(value, str)
    }


def _needed(call: Call, name: str) -> str:
    value = call.text(name).strip()
    if not value or len(value) > 200:
        raise InvalidInput(
            Words("须填写，至多 200 字", "to be given, 200 characters at most"),
            field=name,
            remedy=Words("按平台上显示的填写", "as the platform shows it"),
        )
    return value


def _until(call: Call) -> datetime | None:
    text = call.text("until")
    if not text:
        return None
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InvalidInput(
            Words("不是时间", "that is no time"),
            field="until",
            remedy=Words("如 2026-12-01 09:00", "such as 2026-12-01 09:00"),
        ) from None
    return instant_of_wall_time(wall, call.desk.zone)


async def _new(call: Call, form: Form, problem: GongkaiError | None = None) -> web.Response:
    """The form; what is secret is never in it again, not even after a refusal."""
    sight = await call.desk.sights.of(call.login)
    typed = {one.name: call.text(f"s-{one.name}") or one.default for one in form.settings}
    typed |= {f"c-{o.name}": call.text(f"c-{o.name}") for o in form.credentials if not o.secret}
    return call.page(
        "accounts/connect-new",
        status=status_of(problem) if problem else 200,
        form=form,
        bodies=await call.desk.sights.choices(sight),
        typed={**typed, **{name: call.text(name) for name in _OWN}},
        problem=problem,
    )


async def _again(call: Call, account: Account, problem: GongkaiError | None = None) -> web.Response:
    connecting = call.desk.handling.connecting
    return call.page(
        "accounts/connect-renew",
        status=status_of(problem) if problem else 200,
        **_about(call, account),
        held=connecting.held(account),
        until=call.text("until"),
        problem=problem,
    )


async def _callback(call: Call, account: Account, made: dict[str, str]) -> web.Response:
    connecting = call.desk.handling.connecting
    return call.page(
        "accounts/connect-callback",
        **_about(call, account),
        address_of_ours=connecting.callback(account),
        made=made,
    )


def _about(call: Call, account: Account) -> dict[str, Any]:
    form = call.desk.handling.connecting.form(account.channel)
    return {"account": account, "form": form, "channels": channel_titles(call)}
