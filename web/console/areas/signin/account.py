"""A person's own password, authenticator, recovery codes and sessions."""

from __future__ import annotations

from aiohttp import web
from segno import make as qr_code

from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.organisations.signin.errors import SignInRefused, WeakPassword, WrongCode
from hub.organisations.signin.models import Stage
from web.console.areas.signin.steps import next_step
from web.console.call import Call
from web.console.cookies import forget_session
from web.statuses import status_of

__all__ = [
    "ask_enrol",
    "ask_new",
    "leave_everywhere",
    "new_codes",
    "show",
    "take_enrol",
    "take_new",
]


async def ask_new(call: Call) -> web.StreamResponse:
    if call.visitor.session.stage is Stage.OPEN:
        call.desk.sessions.require_proved(call.visitor)
    return call.page("signin/new-password", error=None)


async def take_new(call: Call) -> web.StreamResponse:
    """Theirs from now on; who is signed in stays so, under a new secret."""
    visitor, sessions = call.visitor, call.desk.sessions
    if visitor.session.stage is Stage.OPEN:
        sessions.require_proved(visitor)
    try:
        _check_same(call.text("new_password"), call.text("again"))
        await call.desk.factors.change_password(
            visitor.person, call.text("new_password"), session_id=visitor.session.id
        )
    except (WeakPassword, InvalidInput) as error:
        return call.page("signin/new-password", status=status_of(error), error=error)
    return next_step(call, await sessions.advance(call.secret, call.origin))


async def ask_enrol(call: Call) -> web.StreamResponse:
    if call.visitor.enrolled:
        return call.go("/me")
    enrolment, sealed = call.desk.factors.enrolment(call.visitor.person)
    image = qr_code(enrolment.uri, error="m").svg_data_uri(scale=5, border=2)
    return call.page("signin/enrol", enrolment=enrolment, image=image, sealed=sealed, error=None)


async def take_enrol(call: Call) -> web.StreamResponse:
    """The authenticator is bound; the recovery codes are shown this once."""
    person, factors, sealed = call.visitor.person, call.desk.factors, call.text("sealed")
    try:
        made = await factors.enrol(person, sealed, call.text("code"))
    except WrongCode as error:
        return _again(call, sealed, error)
    except (Conflict, SignInRefused):
        return call.go("/me")
    opened = await call.desk.sessions.advance(call.secret, call.origin)
    response = call.page("signin/recovery", made=made)
    # the page that shows the codes is the new session's already
    carried = next_step(call, opened)
    for name, morsel in carried.cookies.items():
        response.cookies[name] = morsel
    return response


async def show(call: Call) -> web.StreamResponse:
    person = call.visitor.person
    codes = {body.id: body for body in await call.desk.organisations.bodies()}
    held = [(codes[body_id], sorted(roles)) for body_id, roles in call.visitor.roles.items()]
    return call.page(
        "signin/me",
        held=held,
        left=await call.desk.factors.codes_left(person),
        sessions=await call.desk.sessions.of(person.id),
    )


async def new_codes(call: Call) -> web.StreamResponse:
    return call.page("signin/recovery", made=await call.desk.factors.new_codes(call.visitor.person))


async def leave_everywhere(call: Call) -> web.StreamResponse:
    await call.desk.sessions.sign_out_everywhere(call.login, actor=call.login)
    response = call.go("/sign-in")
    forget_session(response, https=call.desk.https)
    return response


def _again(call: Call, sealed: str, error: WrongCode) -> web.Response:
    """The same authenticator's page again, unless what came was none of ours."""
    try:
        enrolment = call.desk.factors.offered(call.visitor.person, sealed)
    except WrongCode:
        enrolment, sealed = call.desk.factors.enrolment(call.visitor.person)
    image = qr_code(enrolment.uri, error="m").svg_data_uri(scale=5, border=2)
    return call.page(
        "signin/enrol",
        status=status_of(error),
        enrolment=enrolment,
        image=image,
        sealed=sealed,
        error=error,
    )


def _check_same(new: str, again: str) -> None:
    if new != again:
        raise InvalidInput(
            Words("两次输入的密码不一致", "the two passwords differ"),
            field="again",
            remedy=Words("重新输入一遍", "type it again"),
        )
