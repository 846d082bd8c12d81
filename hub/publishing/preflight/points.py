"""Which check points of a plan have come, from its state alone: so a missed one is found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from hub.publishing.preflight.models import LEADS, CheckPoint

__all__ = ["moment", "next_moment", "reached"]


def moment(point: CheckPoint, due_at: datetime, created_at: datetime) -> datetime:
    """When the point is; it may lie before the plan was made."""
    lead = LEADS.get(point)
    return created_at if lead is None else due_at - lead


def reached(
    due_at: datetime, created_at: datetime, done: Collection[CheckPoint], now: datetime
) -> list[CheckPoint]:
    """The points whose time has come and that are not done, in the order of time.

    One look does for all of them: it is the last one's, and covers those before it. What is due
    already is not looked at any more: it is being sent.
    """
    if now >= due_at:
        return []
    come = [
        (moment(point, due_at, created_at), place, point)
        for place, point in enumerate(CheckPoint)
        if point not in done
    ]
    return [point for at, _, point in sorted(come) if at <= now]


def next_moment(
    due_at: datetime, created_at: datetime, done: Collection[CheckPoint], now: datetime
) -> datetime | None:
    """When the next point comes that is not done; None where none is left before it is due."""
    if now >= due_at:
        return None
    waiting = [moment(p, due_at, created_at) for p in CheckPoint if p not in done]
    return min((max(at, now) for at in waiting), default=None)
