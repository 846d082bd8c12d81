"""The board: what runs by when it ends, overdue first; every state with its cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from hub.opinion.cases.board.models import Looked
from hub.opinion.cases.models import CaseLevel, CaseState
from web.console.areas.cases.who import OFFICE, view_of
from web.console.call import Call
from web.console.looking import looking, may

__all__ = ["board", "lines"]

_PAGE = 50


async def board(call: Call) -> web.StreamResponse:
    seen = await looking(call)
    view = await view_of(call)
    if seen.body:
        view = replace(view, sight=seen.sight, unrouted=False)
    counts, overdue = await call.desk.listening.case_board.counts(view)
    return call.page(
        "cases/board",
        counts=counts,
        overdue=overdue,
        states=list(CaseState),
        levels=list(CaseLevel),
        bodies=seen.bodies,
        may_open=may(call, OFFICE.roles),
        **await _lines(call),
    )


async def lines(call: Call) -> web.StreamResponse:
    """The rows alone, which the page asks for anew."""
    return call.page("cases/_lines", **await _lines(call))


async def _lines(call: Call) -> dict[str, Any]:
    seen = await looking(call)
    view = await view_of(call)
    if seen.body:
        view = replace(view, sight=seen.sight, unrouted=False)
    state, level = call.asked("state"), call.asked("level")
    looked = Looked(
        state=CaseState(state) if state in set(CaseState) else None,
        level=CaseLevel(level) if level in set(CaseLevel) else None,
        after=call.asked("after")[:80],
        limit=_PAGE,
    )
    page = await call.desk.listening.case_board.page(looked, view)
    return {
        "page": page,
        "names": {one.id: one.name for one in await call.desk.organisations.bodies()},
        "query": {"state": looked.state or "", "level": looked.level or "", "body": seen.body},
    }
