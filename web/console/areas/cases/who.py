"""Whom the pages of cases let in, and which cases somebody sees."""

from __future__ import annotations

from hub.opinion.cases.board.models import View
from hub.opinion.cases.models import Case
from hub.opinion.cases.roles import CASE_ROLES, CaseStep
from hub.organisations.models import Role
from web.console.area import Permission
from web.console.call import Call

__all__ = ["HANDLING", "HEADING", "OFFICE", "case_of", "view_of"]


def _roles(*steps: CaseStep) -> frozenset[Role]:
    return frozenset[Role]().union(*(rule.roles for step in steps for rule in CASE_ROLES[step]))


OFFICE = Permission(name="case-office", roles=_roles(CaseStep.OPEN, CaseStep.ROUTE))
HEADING = Permission(name="case-heads", roles=_roles(CaseStep.RETURN))
HANDLING = Permission(
    name="case-handling", roles=_roles(CaseStep.NOTE, CaseStep.DRAFT, CaseStep.RESPOND)
)


async def view_of(call: Call) -> View:
    """Those of the reader's bodies; who hands cases out sees those that no body has yet."""
    sight = await call.desk.sights.of(call.login)
    return View(sight=sight, unrouted=call.visitor.holds(OFFICE.roles))


async def case_of(call: Call) -> Case:
    """The case of the address; raises UnknownCase for one that is out of sight."""
    view = await view_of(call)
    return await call.desk.listening.case_board.require(call.request.match_info["id"], view)
