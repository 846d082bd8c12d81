"""How cases begin: proposed by figures and decided by a person, or opened by hand."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, Words
from hub.opinion.cases.models import CaseKind, CaseLevel, NewCase
from web.console.call import Call
from web.statuses import status_of

__all__ = ["ask", "decline", "listed", "open_case", "take"]

_SHOWN = 100
_ID, _TITLE, _REASON = 26, 300, 2_000


async def listed(call: Call) -> web.StreamResponse:
    return await _listed(call)


async def take(call: Call) -> web.StreamResponse:
    """As it was proposed; level and body are changed on the case's page."""
    proposal = call.text("proposal")[:_ID]
    case = await call.desk.listening.proposals.accept(proposal, actor=call.login)
    return call.go(f"/cases/{case.id}", said="opened")


async def decline(call: Call) -> web.StreamResponse:
    proposal, why = call.text("proposal")[:_ID], call.text("why")[:_REASON]
    try:
        await call.desk.listening.proposals.refuse(proposal, why, actor=call.login)
    except InvalidInput as error:
        return await _listed(call, error)
    return call.go("/cases/proposals", said="declined")


async def ask(call: Call) -> web.StreamResponse:
    return await _form(call)


async def open_case(call: Call) -> web.StreamResponse:
    """Its clocks start now. An issue or a signal has to be one of ours, in the reader's sight."""
    try:
        kind, level = call.text("kind"), call.text("level")
        if kind not in set(CaseKind) or level not in set(CaseLevel):
            raise InvalidInput(Words("请选类别和级别", "choose a kind and a level"), field="kind")
        issue, signal = call.text("issue").strip(), call.text("signal").strip()
        sight = await call.desk.sights.operated(call.login)
        if issue:
            await call.desk.listening.stream.require_issues([issue[:_ID]], sight)
        if signal:
            await call.desk.listening.stream.line(signal[:_ID], sight)
        new = NewCase(
            title=call.text("title")[:_TITLE],
            kind=CaseKind(kind),
            level=CaseLevel(level),
            issue_id=issue[:_ID],
            signal_id=signal[:_ID],
        )
        case = await call.desk.listening.cases.open(new, actor=call.login)
    except InvalidInput as error:
        return await _form(call, error)
    return call.go(f"/cases/{case.id}", said="opened")


async def _form(call: Call, problem: GongkaiError | None = None) -> web.Response:
    return call.page(
        "cases/new",
        status=status_of(problem) if problem else 200,
        kinds=list(CaseKind),
        levels=list(CaseLevel),
        problem=problem,
    )


async def _listed(call: Call, problem: GongkaiError | None = None) -> web.Response:
    return call.page(
        "cases/proposals",
        status=status_of(problem) if problem else 200,
        proposals=await call.desk.listening.proposals.open(_SHOWN),
        problem=problem,
    )
