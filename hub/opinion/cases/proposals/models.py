"""A proposal: which case the figures of an issue suggest, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.kernel.errors import Words
from hub.kernel.states import StateTable
from hub.opinion.cases.models import CaseKind, CaseLevel

__all__ = ["PROPOSALS", "IssueFigures", "Proposal", "ProposalEvent", "ProposalState"]


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ProposalEvent(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"


PROPOSALS: StateTable[ProposalState, ProposalEvent] = StateTable(
    {
        ProposalEvent.ACCEPTED: ((ProposalState.OPEN,), ProposalState.ACCEPTED),
        ProposalEvent.REFUSED: ((ProposalState.OPEN,), ProposalState.REFUSED),
    }
)


@dataclass(frozen=True, slots=True)
class IssueFigures:
    """Of an issue's signals of the last seven days: how many are acute, how many have which
    intent."""

    acute: int = 0
    intents: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`week` and `acute` are the figures when it was made or raised; `case_id` is the case it
    became, `why` is said by who refused it."""

    id: str
    issue_id: str
    title: str
    kind: CaseKind
    level: CaseLevel
    reason: Words
    week: int
    acute: int
    state: ProposalState
    made_at: datetime
    case_id: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    why: str = ""
