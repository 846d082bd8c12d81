"""What happens to proposals of cases, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["CASE_PROPOSED", "PROPOSAL_ACCEPTED", "PROPOSAL_RAISED", "PROPOSAL_REFUSED"]

CASE_PROPOSED = Kind("opinion.case.proposed", Words("建议立件", "a case was proposed"))
PROPOSAL_RAISED = Kind(
    "opinion.proposal.raised", Words("立件建议升级", "a proposal of a case was raised")
)
PROPOSAL_ACCEPTED = Kind(
    "opinion.proposal.accepted", Words("采纳立件建议", "a proposal of a case was accepted")
)
PROPOSAL_REFUSED = Kind(
    "opinion.proposal.refused", Words("不采纳立件建议", "a proposal of a case was refused")
)
