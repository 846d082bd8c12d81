"""The steps of a case; what is refused is said on the case's page, beside its field."""

from __future__ import annotations

from collections.abc import Awaitable

from aiohttp import web

from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.opinion.cases.models import Case, CaseLevel, DeadlineKind
from web.console.areas.cases.one import page
from web.console.areas.cases.who import case_of
from web.console.call import Call

__all__ = [
    "accept",
    "announce",
    "assign",
    "close",
    "draft",
    "level",
    "note",
    "rate",
    "reopen",
    "respond",
    "route",
    "send_back",
]

_LONG, _REASON = 100_000, 2_000


async def level(call: Call) -> web.StreamResponse:
    case, told = await case_of(call), call.text("level")
    if told not in set(CaseLevel):
        raise InvalidInput(Words("请选级别", "choose a level"), field="level")
    work = call.desk.listening.cases.set_level(case.id, CaseLevel(told), actor=call.login)
    return await _done(call, case, work, "level")


async def route(call: Call) -> web.StreamResponse:
    """To the body that was chosen, with the reason; without one to the body that is suggested."""
    case = await case_of(call)
    joint = [one for one in call.chosen.get("joint", []) if one]
    work = call.desk.listening.cases.route(
        case.id,
        actor=call.login,
        body_id=call.text("body"),
        reason=call.text("reason")[:_REASON],
        joint=joint,
    )
    return await _done(call, case, work, "routed")


async def send_back(call: Call) -> web.StreamResponse:
    case, reason = await case_of(call), call.text("reason")[:_REASON]
    work = call.desk.listening.cases.send_back(case.id, reason, actor=call.login)
    return await _done(call, case, work, "returned")


async def accept(call: Call) -> web.StreamResponse:
    case = await case_of(call)
    work = call.desk.listening.cases.accept(case.id, actor=call.login)
    return await _done(call, case, work, "accepted")


async def assign(call: Call) -> web.StreamResponse:
    """To who was chosen, or to nobody any more."""
    case, login = await case_of(call), call.text("assignee")[:64]
    work = call.desk.listening.cases.assign(case.id, login, actor=call.login)
    return await _done(call, case, work, "assigned" if login else "unassigned")


async def note(call: Call) -> web.StreamResponse:
    case = await case_of(call)
    work = call.desk.listening.cases.note(
        case.id,
        actor=call.login,
        assessment=call.text("assessment")[:_LONG],
        disposal=call.text("disposal")[:_LONG],
    )
    return await _done(call, case, work, "noted")


async def announce(call: Call) -> web.StreamResponse:
    case, kind = await case_of(call), call.text("kind")
    if kind not in set(DeadlineKind):
        raise InvalidInput(Words("请选时限", "choose a clock"), field="kind")
    work = call.desk.listening.cases.announce(case.id, DeadlineKind(kind), actor=call.login)
    return await _done(call, case, work, "announced")


async def draft(call: Call) -> web.StreamResponse:
    """The answer becomes an item, reviewed and planned as any other."""
    case = await case_of(call)
    title, body = call.text("title").strip(), call.text("text")[:_LONG]
    work = call.desk.listening.cases.draft(case.id, title, body, actor=call.login)
    return await _done(call, case, work, "drafted")


async def respond(call: Call) -> web.StreamResponse:
    case = await case_of(call)
    work = call.desk.listening.cases.respond(case.id, actor=call.login)
    return await _done(call, case, work, "responded")


async def rate(call: Call) -> web.StreamResponse:
    case, told = await case_of(call), call.text("stars")
    stars = int(told) if told.isascii() and told.isdecimal() and len(told) == 1 else 0
    work = call.desk.listening.cases.satisfied(case.id, stars, actor=call.login)
    return await _done(call, case, work, "rated")


async def close(call: Call) -> web.StreamResponse:
    case = await case_of(call)
    work = call.desk.listening.cases.close(case.id, call.text("review")[:_LONG], actor=call.login)
    return await _done(call, case, work, "closed")


async def reopen(call: Call) -> web.StreamResponse:
    case, reason = await case_of(call), call.text("reason")[:_REASON]
    work = call.desk.listening.cases.reopen(case.id, reason, actor=call.login)
    return await _done(call, case, work, "reopened")


async def _done(call: Call, case: Case, work: Awaitable[Case], said: str) -> web.StreamResponse:
    try:
        await work
    except (InvalidInput, Conflict) as error:
        return await page(call, case, error)
    return call.go(f"/cases/{case.id}", said=said)
