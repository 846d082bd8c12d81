"""Password, then code; the same again where something is dangerous; and out."""

from __future__ import annotations

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hub.kernel.errors import GongkaiError, Words
from hub.organisations.signin.errors import SignInRefused, WrongCode
from hub.organisations.signin.models import Opened, Stage
from web.console.call import ROOT, Call
from web.console.cookies import forget_session, keep_session
from web.statuses import TooManyAttempts, status_of

__all__ = [
    "ask_code",
    "ask_password",
    "ask_proof",
    "back_of",
    "check_rate",
    "leave",
    "next_step",
    "take_code",
    "take_password",
    "take_proof",
]

# An office may share one address: beside each person's own lock this bounds what one address
# costs in hashing and in lines of the audit log.
_TRIES: RateLimitItem = RateLimitItemPerMinute(30)
_LIMITER = MovingWindowRateLimiter(MemoryStorage())


async def ask_password(call: Call) -> web.StreamResponse:
    if call.known and call.known.session.stage is Stage.OPEN:
        return call.go("/")
    return call.page("signin/password", back=back_of(call.asked("next")), error=None, login="")


async def take_password(call: Call) -> web.StreamResponse:
    login, back = call.text("login").strip().lower(), back_of(call.text("next"))
    try:
        await check_rate(call)
        opened = await call.desk.sessions.sign_in(login, call.text("password"), call.origin)
    except (SignInRefused, TooManyAttempts) as error:
        status = status_of(error)
        return call.page("signin/password", status=status, back=back, error=error, login=login)
    return next_step(call, opened, back)


async def ask_code(call: Call) -> web.StreamResponse:
    return call.page("signin/code", back=back_of(call.asked("next")), error=None)


async def take_code(call: Call) -> web.StreamResponse:
    back = back_of(call.text("next"))
    try:
        opened = await call.desk.sessions.give_code(call.secret, call.text("code"), call.origin)
    except (SignInRefused, WrongCode) as error:
        return call.page("signin/code", status=status_of(error), back=back, error=error)
    return next_step(call, opened, back)


async def ask_proof(call: Call) -> web.StreamResponse:
    return call.page("signin/prove", back=back_of(call.asked("next")), error=None)


async def take_proof(call: Call) -> web.StreamResponse:
    back = back_of(call.text("next"))
    try:
        await call.desk.sessions.prove(
            call.secret, call.text("password"), call.text("code"), call.origin
        )
    except (SignInRefused, WrongCode) as error:
        return call.page("signin/prove", status=status_of(error), back=back, error=error)
    return _away(back)


async def leave(call: Call) -> web.StreamResponse:
    await call.desk.sessions.sign_out(call.secret, call.origin)
    response = call.go("/sign-in", left="1" if call.desk.provider else "")
    forget_session(response, https=call.desk.https)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def next_step(call: Call, opened: Opened, back: str = "") -> web.Response:
    """To what the session waits for, or to the page that was wanted, under its new secret."""
    steps = {
        Stage.CODE: "/sign-in/code",
        Stage.PASSWORD: "/sign-in/password",
        Stage.ENROL: "/sign-in/enrol",
    }
    step = steps.get(opened.session.stage)
    response = call.go(step, next=back) if step else _away(back)
    keep_session(response, opened.secret, https=call.desk.https)
    return response


def back_of(told: str) -> str:
    """A page of ours to go back to; whatever else is told leads to the first page.

    Browsers read backslashes as slashes and drop tabs and line breaks, so an address with such
    signs could lead to another host.
    """
    plain = told.startswith(f"{ROOT}/") and not any(c in told for c in "\\\t\r\n")
    return told if plain and told.isascii() and told.isprintable() else ""


async def check_rate(call: Call) -> None:
    """Raise TooManyAttempts where one address tries too often."""
    if not await _LIMITER.hit(_TRIES, call.request.remote or "unknown"):
        raise _too_many()


def _away(back: str) -> web.Response:
    return web.Response(status=303, headers={"Location": back or f"{ROOT}/"})


def _too_many() -> GongkaiError:
    return TooManyAttempts(
        Words("这个网络地址尝试过多", "too many tries from this address"),
        field="password",
        remedy=Words("一分钟后再试", "try again in a minute"),
    )
