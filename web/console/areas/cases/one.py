"""One case: its clocks, what is behind it, what happened, and what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from hub.catalogue.models import Item, ItemState
from hub.kernel.errors import GongkaiError
from hub.opinion.cases.models import Case, CaseLevel, CaseState, DeadlineKind
from hub.opinion.stream.models import Line, Wanted
from hub.organisations.authority.rules import ENTERING
from hub.organisations.authority.sight import OPERATING
from hub.organisations.models import Role
from web.console.areas.cases.who import HANDLING, HEADING, OFFICE, case_of
from web.console.call import Call
from web.console.kinds import kind_words
from web.console.looking import may
from web.console.naming import names_of
from web.statuses import status_of

__all__ = ["page", "shown"]

_BEHIND = 8


async def shown(call: Call) -> web.StreamResponse:
    return await page(call, await case_of(call))


async def page(call: Call, case: Case, problem: GongkaiError | None = None) -> web.Response:
    """The case with `problem` beside the field it is about."""
    desk = call.desk
    case, clocks = await desk.listening.cases.case(case.id)
    bodies = await desk.organisations.bodies()
    history = await desk.listening.case_board.history(case.id)
    return call.page(
        "cases/one",
        status=status_of(problem) if problem else 200,
        case=case,
        clocks=clocks,
        states=tuple(CaseState),
        history=history,
        people=await names_of(call, _people(case, history)),
        outcome=await desk.listening.case_board.outcome(case),
        kinds=kind_words(),
        names={one.id: one.name for one in bodies},
        bodies=bodies,
        item=await _answer(call, case),
        lines=await _behind(call, case),
        facts=await desk.listening.quoting.facts(case.id),
        problem=problem,
        **await _offered(call, case),
    )


async def _offered(call: Call, case: Case) -> dict[str, Any]:
    """What it is worth showing a button for; the service decides."""
    office, waits = may(call, OFFICE.roles), case.state is CaseState.REGISTERED
    roles = call.visitor.roles
    own = roles.get(case.body_id, frozenset())
    beside = frozenset[Role]().union(*(roles.get(one, frozenset()) for one in case.joint))
    return {
        "office": office,
        "answering": bool(own & ENTERING),
        "quoting": bool(own & ENTERING) and await _quotable(call, case),
        "noting": office or bool((own | beside) & ENTERING),
        "handling": office or bool(own & HANDLING.roles),
        "heading": bool(own & HEADING.roles),
        "handlers": await call.desk.listening.cases.handlers(case.id),
        "levels": list(CaseLevel),
        "announcing": [one for one in DeadlineKind if one is not DeadlineKind.ANSWER],
        "suggested": await call.desk.listening.cases.routing(case.id) if office and waits else None,
    }


def _people(case: Case, history: Sequence[Mapping[str, Any]]) -> list[str]:
    """The logins that the page has to call by name."""
    given = [one["data"].get("assignee", "") for one in history]
    return [case.assignee, *given, *(one["actor"] for one in history)]


async def _quotable(call: Call, case: Case) -> bool:
    """Whether its answer is not written yet, or not under review."""
    if case.state is not CaseState.DRAFTED:
        return case.state is CaseState.HANDLING
    answer = await _answer(call, case)
    return answer is not None and answer.state in (ItemState.DRAFT, ItemState.RETURNED)


async def _answer(call: Call, case: Case) -> Item | None:
    return await call.desk.catalogue.get(case.item_id) if case.item_id else None


async def _behind(call: Call, case: Case) -> list[Line]:
    """Pseudonymous, and only what the reader may look through in the stream, too."""
    if not case.issue_id or not may(call, OPERATING):
        return []
    sight = await call.desk.sights.operated(call.login)
    wanted = Wanted(issue_id=case.issue_id, limit=_BEHIND)
    return list((await call.desk.listening.stream.page(wanted, sight)).lines)
