"""A line of somebody's queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.review.models import ReviewStep

__all__ = ["Returned", "Waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An approval whose next signature one person may give. `since`: when it came to this step;
    `on_behalf`: by a role that was delegated to them."""

    approval_id: str
    item_id: str
    item_version: int
    title: str
    body_id: str
    step: ReviewStep
    submitted_by: str
    since: datetime
    emergency: bool
    on_behalf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An item that came back to its author, and why."""

    item_id: str
    title: str
    body_id: str
    entered_by: str
    reason: str
    at: datetime
