"""The board: what runs by when it ends, overdue first; every state with its cases."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.opinion.cases.board.models import Looked, View
from hub.opinion.cases.models import CaseLevel, CaseState
from web.console.areas.cases.who import OFFICE
from web.console.call import Call
from web.console.looking import Looking, looking, may
from web.console.naming import names_of

__all__ = ["board", "lines", "looked_for", "whose"]

_PAGE = 50
_MINE = "-"  # no login begins so


async def board(call: Call) -> web.StreamResponse:
    seen, view = await whose(call)
    opening = may(call, OFFICE.roles)
    counts, overdue = await call.desk.listening.case_board.counts(view)
    return call.page(
        "cases/board",
        counts=counts,
        overdue=overdue,
        states=list(CaseState),
        levels=list(CaseLevel),
        bodies=seen.bodies,
        people=await _people(call, view),
        may_open=opening,
        proposed=len(await call.desk.listening.proposals.open(_PAGE)) if opening else 0,
        **await _lines(call, seen, view),
    )


async def lines(call: Call) -> web.StreamResponse:
    """The rows alone, which the page asks for anew."""
    return call.page("cases/_lines", **await _lines(call, *await whose(call)))


async def whose(call: Call) -> tuple[Looking, View]:
    """Those of a body that is chosen, else all that the reader sees."""
    seen = await looking(call)
    if seen.body:
        return seen, View(sight=seen.sight)
    return seen, View(sight=seen.sight, unrouted=call.visitor.holds(OFFICE.roles))


def looked_for(call: Call) -> Looked:
    """What the address asks for."""
    state, level = call.asked("state"), call.asked("level")
    who = call.asked("who")[:64]
    return Looked(
        assignee=call.login if who == _MINE else who,
        state=CaseState(state) if state in set(CaseState) else None,
        level=CaseLevel(level) if level in set(CaseLevel) else None,
        after=call.asked("after")[:80],
        limit=_PAGE,
    )


async def _lines(call: Call, seen: Looking, view: View) -> dict[str, Any]:
    looked = looked_for(call)
    page = await call.desk.listening.case_board.page(looked, view)
    return {
        "page": page,
        "names": await call.desk.organisations.body_names(row.case.body_id for row in page.rows),
        "who": await names_of(call, [row.case.assignee for row in page.rows]),
        "own": {one for one, held in call.visitor.roles.items() if held},
        "query": {
            "state": looked.state or "",
            "level": looked.level or "",
            "body": seen.body,
            "who": call.asked("who")[:64],
        },
    }


async def _people(call: Call, view: View) -> list[tuple[str, str]]:
    """Oneself, then whoever else has cases."""
    found = await call.desk.listening.case_board.assignees(view)
    others = [(one.login, one.name) for one in found if one.login != call.login]
    return [(_MINE, call.word("cases.mine")), *others]
