"""What the staff API does with a case beside `listening`: the further steps, and how cases are
proposed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.opinion.cases.models import CaseKind, CaseLevel, DeadlineKind
from hub.opinion.cases.proposals.models import ProposalState
from web.console.areas.cases.who import HANDLING, OFFICE
from web.staff.desk import Call
from web.staff.listening import case_in_sight, case_view
from web.staff.opinion_shapes import StaffCaseView
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "AnnounceCase",
    "AssignCase",
    "CloseCase",
    "DraftCase",
    "RateCase",
    "RefuseProposal",
    "ReopenCase",
    "StaffProposals",
    "accept_proposal",
    "announce_case",
    "assign_case",
    "close_case",
    "draft_case",
    "list_proposals",
    "rate_case",
    "refuse_proposal",
    "reopen_case",
    "respond_case",
]

_MOST = 100
Long = Annotated[str, Meta(max_length=100_000)]
Reason = Annotated[str, Meta(min_length=1, max_length=2_000)]


class AssignCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`handler` is a login; empty: nobody any more."""

    handler: Annotated[str, Meta(max_length=64)] = ""


class AnnounceCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which clock was met: authoritative information is out, or the conference was held."""

    kind: DeadlineKind


class DraftCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The answer, which becomes an item."""

    title: Annotated[str, Meta(min_length=1, max_length=300)]
    text: Long


class RateCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How satisfied the citizen is, 1 to 5."""

    stars: Annotated[int, Meta(ge=1, le=5)]


class CloseCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A review of how it was handled."""

    review: Long


class ReopenCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    reason: Reason


class RefuseProposal(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    why: Reason


class StaffProposal(Told, frozen=True, kw_only=True):
    """A case that figures suggest: `week` signals in seven days, `acute` of them."""

    id: str
    issue_id: str
    title: str
    kind: CaseKind
    level: CaseLevel
    reason: Said
    week: int
    acute: int
    state: ProposalState
    made_at: datetime


class StaffProposals(Struct, frozen=True, kw_only=True):
    proposals: tuple[StaffProposal, ...]


async def list_proposals(call: Call) -> StaffProposals:
    """Those that nobody has decided about."""
    await call.somewhere(OFFICE.roles)
    found = await call.services.console.listening.proposals.open(_MOST)
    return StaffProposals(proposals=tuple(told(StaffProposal, one) for one in found))


async def accept_proposal(call: Call) -> StaffCaseView:
    """As it was proposed; level and body are changed afterwards."""
    await call.somewhere(OFFICE.roles)
    proposals = call.services.console.listening.proposals
    case = await proposals.accept(call.part("proposal"), actor=call.login)
    return await case_view(call, case.id)


async def refuse_proposal(call: Call) -> StaffProposals:
    """With the reason; those that are left."""
    asked: RefuseProposal = call.told
    await call.somewhere(OFFICE.roles)
    proposals = call.services.console.listening.proposals
    await proposals.refuse(call.part("proposal"), asked.why, actor=call.login)
    return await list_proposals(call)


async def assign_case(call: Call) -> StaffCaseView:
    asked: AssignCase = call.told
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    cases = call.services.console.listening.cases
    return await case_view(call, (await cases.assign(case_id, asked.handler, actor=call.login)).id)


async def announce_case(call: Call) -> StaffCaseView:
    asked: AnnounceCase = call.told
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    cases = call.services.console.listening.cases
    return await case_view(call, (await cases.announce(case_id, asked.kind, actor=call.login)).id)


async def draft_case(call: Call) -> StaffCaseView:
    """Reviewed and planned as any other item."""
    asked: DraftCase = call.told
    await call.somewhere(HANDLING.roles)
    case_id, title = (await case_in_sight(call)).id, asked.title.strip()
    cases = call.services.console.listening.cases
    return await case_view(
        call, (await cases.draft(case_id, title, asked.text, actor=call.login)).id
    )


async def respond_case(call: Call) -> StaffCaseView:
    """The answer is public."""
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    cases = call.services.console.listening.cases
    return await case_view(call, (await cases.respond(case_id, actor=call.login)).id)


async def rate_case(call: Call) -> StaffCaseView:
    asked: RateCase = call.told
    await call.somewhere(HANDLING.roles)
    case_id = (await case_in_sight(call)).id
    cases = call.services.console.listening.cases
    return await case_view(call, (await cases.satisfied(case_id, asked.stars, actor=call.login)).id)


async def close_case(call: Call) -> StaffCaseView:
    asked: CloseCase = call.told
    await call.somewhere(OFFICE.roles)
    case_id = (await case_in_sight(call)).id
    cases = call.services.console.listening.cases
    return await case_view(call, (await cases.close(case_id, asked.review, actor=call.login)).id)


async def reopen_case(call: Call) -> StaffCaseView:
    """Not solved: back to the body, with new clocks."""
    asked: ReopenCase = call.told
    await call.somewhere(OFFICE.roles)
    case_id = (await case_in_sight(call)).id
    cases = call.services.console.listening.cases
    return await case_view(call, (await cases.reopen(case_id, asked.reason, actor=call.login)).id)
