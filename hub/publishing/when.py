"""The moment a plan is for: what people say, and the instant it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.kernel.clock import instant_of_wall_time
from hub.kernel.errors import InvalidInput, Words
from hub.publishing import rules

__all__ = ["When", "due", "refuse_embargoed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When to publish: `wall` is the naive local time in `zone`; None means now.

    With `next_slot` each account gets its next free posting time after that moment instead.
    `embargo_until` and `not_after` are instants; without `not_after` the default applies.
    """

    zone: str
    wall: datetime | None = None
    next_slot: bool = False
    embargo_until: datetime | None = None
    not_after: datetime | None = None
    instant: datetime | None = None  # set where a rule has said which moment `wall` means


def due(when: When, now: datetime, default_not_after: timedelta) -> tuple[datetime, str]:
    """The instant, and the wall-clock time it stands for; raises InvalidInput for a time that is
    past, impossible, or before its own embargo."""
    due_at = when.instant or now
    if when.wall is None:
        instant_of_wall_time(datetime(2026, 1, 1), when.zone)  # refuses an unknown zone
    elif when.instant is None:
        due_at = instant_of_wall_time(when.wall, when.zone)
    rules.refuse_past(due_at, now)
    refuse_embargoed(due_at, when.embargo_until)
    rules.refuse_empty_window(due_at, when.not_after or due_at + default_not_after)
    wall = when.wall.isoformat() if when.wall else "now"
    return due_at, wall


def refuse_embargoed(due_at: datetime, until: datetime | None) -> None:
    """Raise InvalidInput for what would go out before its embargo ends."""
    if until is not None and due_at < until:
        raise InvalidInput(
            Words("发布时间早于解禁时间", "the time is before the embargo ends"),
            field="at",
            remedy=Words("选择解禁之后的时间", "choose a time after the embargo"),
        )
