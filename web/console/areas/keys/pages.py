"""One's own keys: what each may, until when, when it was last used; a new one, and the end of one.

For the programs of somebody else, or of a body (which is a person of its own in the register), who
administers every body they work in does the same with `login` in the address.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.organisations.models import Person
from hub.organisations.tokens.errors import UnknownToken
from hub.organisations.tokens.models import PER_MINUTE, Token
from hub.organisations.tokens.rules import DEFAULT_DAYS
from hub.organisations.tokens.scopes import SCOPES, Scope, scopes_of
from web.console.call import Call
from web.statuses import status_of

__all__ = ["ask", "make", "revoke", "shown"]

_DAYS = (30, 90, 180, 365)


async def shown(call: Call) -> web.StreamResponse:
    person = await _whose(call, call.asked("login"))
    return call.page("keys/list", made=None, **await _listed(call, person))


async def ask(call: Call) -> web.StreamResponse:
    """The form, once password and code have been given anew."""
    return _form(call, await _whose(call, call.asked("login")))


async def make(call: Call) -> web.StreamResponse:
    """The secret is in this answer and nowhere else."""
    person = await _whose(call, call.text("login"))
    try:
        issued = await call.desk.tokens.issue(
            person.login,
            call.text("label"),
            days=_number(call.text("days"), "days"),
            scopes=scopes_of(one.value for one in Scope if call.text(f"scope-{one.value}")),
            per_minute=_number(call.text("per_minute"), "per_minute"),
            actor=call.login,
        )
    except InvalidInput as error:
        return _form(call, person, error)
    return call.page("keys/list", made=issued, **await _listed(call, person))


async def revoke(call: Call) -> web.StreamResponse:
    person = await _whose(call, call.text("login"))
    token = await call.desk.tokens.get(call.text("key")[:26])
    if token.person_id != person.id:
        raise UnknownToken(token.id)
    await call.desk.tokens.revoke(token.id, actor=call.login)
    query = {} if person.login == call.login else {"login": person.login}
    return call.go("/me/keys", said="revoked", **query)


async def _whose(call: Call, login: str) -> Person:
    """Oneself, or who is named, once it is sure that one administers all their bodies."""
    if login in ("", call.login):
        return call.visitor.person
    profile = await call.desk.governing.personnel.profile(login[:64])
    await call.desk.doors.require_over(call.login, profile.person, attempt=call.attempt)
    return profile.person


async def _listed(call: Call, person: Person) -> dict[str, Any]:
    found = await call.desk.tokens.of(person.login)
    now = call.desk.clock.now()

    def works(token: Token) -> bool:
        return token.revoked_at is None and now < token.expires_at

    return {
        "person": person,
        "own": person.login == call.login,
        "keys": [(one, works(one)) for one in sorted(found, key=lambda t: t.id, reverse=True)],
        "scopes": SCOPES,
    }


def _form(call: Call, person: Person, problem: GongkaiError | None = None) -> web.Response:
    return call.page(
        "keys/new",
        status=status_of(problem) if problem else 200,
        person=person,
        own=person.login == call.login,
        scopes=SCOPES,
        chosen={one for one in Scope if call.text(f"scope-{one.value}")} or {Scope.READ},
        label=call.text("label"),
        days=call.text("days") or str(DEFAULT_DAYS),
        choices=_DAYS,
        per_minute=call.text("per_minute") or str(PER_MINUTE),
        problem=problem,
    )


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise InvalidInput(
            Words("须为数字", "that has to be a number"),
            field=field,
            remedy=Words("填写一个正整数", "give a positive whole number"),
        )
    return int(text)
