"""Signing in, or proving oneself again, at an identity provider; and leaving there, too."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, NotFound, Unavailable, Words
from hub.organisations.identities.errors import NotLinked, ProviderRefused
from hub.organisations.signin.models import Stage
from web.console.areas.signin.steps import back_of, check_rate
from web.console.call import ROOT, Call
from web.console.cookies import forget_away, keep_away, keep_session, sealed_away
from web.console.federation.models import Started
from web.console.federation.provider import Provider
from web.statuses import TooManyAttempts, status_of

__all__ = ["come_back", "go", "leave", "prove"]


async def go(call: Call) -> web.StreamResponse:
    """To the provider; who is in already goes on."""
    back = back_of(call.asked("next"))
    provider = _provider(call)
    if call.known and call.known.session.stage is Stage.OPEN:
        return call.go("/")
    try:
        await check_rate(call)
        return await _sent(call, provider, back, session_id="")
    except (TooManyAttempts, Unavailable) as error:
        return _refused(call, error, back)


async def prove(call: Call) -> web.StreamResponse:
    """To the provider, which asks them anew."""
    back = back_of(call.asked("next"))
    try:
        return await _sent(call, _provider(call), back, session_id=call.visitor.session.id)
    except Unavailable as error:
        return call.page("signin/prove", status=status_of(error), back=back, error=error)


async def come_back(call: Call) -> web.StreamResponse:
    """With the provider's answer, which counts once and only where its question was asked."""
    provider, started = _provider(call), None
    try:
        await check_rate(call)
        started = provider.opened(sealed_away(call.request, https=call.desk.https))
        response = await _taken(call, provider, started)
    except (ProviderRefused, NotLinked, TooManyAttempts, Unavailable) as error:
        response = _refused(call, error, started.back if started else "")
    forget_away(response, https=call.desk.https)
    return response


async def leave(call: Call) -> web.StreamResponse:
    """The provider's own session ends there, after ours."""
    target = await _provider(call).farewell(f"{ROOT}/sign-in")
    return web.Response(status=303, headers={"Location": target}) if target else call.go("/sign-in")


async def _sent(call: Call, provider: Provider, back: str, *, session_id: str) -> web.Response:
    target, started = await provider.begin(back=back, session_id=session_id)
    response = web.Response(status=303, headers={"Location": target})
    keep_away(response, provider.sealed(started), https=call.desk.https)
    return response


async def _taken(call: Call, provider: Provider, started: Started) -> web.Response:
    identities, proving = call.desk.identities, bool(started.session_id)
    try:
        found = await provider.finish(call.request.query, started)
    except ProviderRefused as error:
        await identities.refused(error.why, call.origin, proving=proving)
        raise
    if proving:
        since = found.signed_in_at
        if since is None:
            raise ProviderRefused("auth_time")
        session_id, subject = started.session_id, found.subject
        await identities.prove(found.issuer, subject, session_id, since, call.origin)
        return _onward(call, started.back)
    opened = await identities.sign_in(found.issuer, found.subject, call.origin)
    response = _onward(call, started.back)
    keep_session(response, opened.secret, https=call.desk.https)
    return response


def _onward(call: Call, back: str) -> web.Response:
    """A page that leads on: browsers send a strict cookie only from a page of ours, and this
    request came from the provider's."""
    return call.page("signin/onward", target=back or f"{ROOT}/")


def _refused(call: Call, error: GongkaiError, back: str) -> web.Response:
    status = status_of(error)
    return call.page("signin/password", status=status, back=back, error=error, login="")


def _provider(call: Call) -> Provider:
    if call.desk.provider is None:
        raise NotFound(
            Words("没有设置统一身份平台", "no identity provider is set"),
            field="provider",
            remedy=Words("用本系统的密码登录", "sign in with a password of ours"),
        )
    return call.desk.provider
