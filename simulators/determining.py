"""The determination of an ordinary notice, for whoever needs one that may be published."""

from __future__ import annotations

from dataclasses import replace

from hub.catalogue.models import Attribute
from hub.review.determination.models import Limit, Matter, Proposal

__all__ = ["ORDINARY", "ordinary"]

ORDINARY = Proposal(
    attribute=Attribute.PROACTIVE,
    ground="20",
    reason="属法定主动公开内容",
    interpret=False,
    no_interpretation_reason="事务性通知，不涉及政策调整",
    unit="办公室",
    matter=Matter.OTHER,
    limit=Limit.STATUTORY,
)


def ordinary(**changed: object) -> Proposal:
    """`ORDINARY` with other parts."""
    return replace(ORDINARY, **changed)  # type: ignore[arg-type]
