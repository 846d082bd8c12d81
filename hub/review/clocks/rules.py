"""Which clock an item has, and how it stands with it. Pure.

Two hours after printing for documents of the government and its office and 24 hours after the end
of meetings and activities about people's livelihood: Sichuan's rule. 20 working days otherwise:
Regulation art. 26. Three working days for interpretations: 国办发〔2016〕19号.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hub.catalogue.models import Attribute
from hub.kernel.errors import Words
from hub.review.clocks.counting import count_workdays, end_of
from hub.review.clocks.explaining import local, remedy_late
from hub.review.clocks.models import Clock, ClockKind, Level, Standing, Thresholds
from hub.review.determination.models import Determination, Matter
from hub.review.errors import ClockExpired

__all__ = [
    "clock_of",
    "due_level",
    "interpretation_clock",
    "next_look",
    "refuse_unexplained",
    "standing_of",
]

PRINTED_WITHIN = timedelta(hours=2)
ENDED_WITHIN = timedelta(hours=24)
FORMED_WITHIN = 20  # working days
INTERPRETED_WITHIN = 3  # working days
_HOURS_CLOCKS = (ClockKind.PRINTED, ClockKind.ENDED)
_LOOK_AGAIN = timedelta(days=1)


def clock_of(determination: Determination, formed_on: date | None) -> Clock | None:
    """The clock that ends first of those that an item has; None when it has none.

    `formed_on` is the item's own day, unless its determination has one. A document that is not
    printed yet still has the law's 20 working days from when it was formed.
    """
    if determination.attribute is not Attribute.PROACTIVE or determination.rule is not None:
        return None
    starts = determination.starts
    first = _matter_clock(determination)
    formed = _formed(starts.formed_on or formed_on)
    own = _own(determination.limit_on)
    clocks = [clock for clock in (first, formed, own) if clock is not None and clock.started]
    ending = [clock for clock in clocks if clock.due_at is not None]
    if ending:
        return min(ending, key=lambda clock: (clock.due_at, clock.kind))
    return next(iter(clocks), first or formed)


def interpretation_clock(published_on: date) -> Clock:
    """三个工作日: until when a document that became public then is to be interpreted."""
    counted = count_workdays(published_on, INTERPRETED_WITHIN)
    return Clock(
        kind=ClockKind.INTERPRETATION,
        started_on=published_on,
        due_at=end_of(counted.due) if counted.due else None,
        counted=counted,
    )


def standing_of(
    clock: Clock | None, published_at: datetime | None, now: datetime, thresholds: Thresholds
) -> Standing:
    """How it stands at `now`."""
    if clock is None:
        return Standing.NONE
    if published_at is not None:
        late = clock.due_at is not None and published_at >= clock.due_at
        return Standing.LATE if late else Standing.MET
    if not clock.started:
        return Standing.NOT_STARTED
    if clock.due_at is None:
        return Standing.UNKNOWN
    if clock.due_at <= now:
        return Standing.EXPIRED
    near = clock.due_at - now <= _ahead(clock, thresholds)
    return Standing.NEAR if near else Standing.RUNNING


def due_level(clock: Clock | None, now: datetime, thresholds: Thresholds) -> Level | None:
    """Who is to be told by now, at the highest; None before the warning."""
    if clock is None:
        return None
    reached = [level for at, level in _moments(clock, thresholds) if at <= now]
    return reached[-1] if reached else None


def next_look(clock: Clock | None, now: datetime, thresholds: Thresholds) -> datetime | None:
    """When the clock is to be looked at again; None when there is nothing to look at.

    After the last level once a day, for it may be published any time; an end that is not known
    may become known.
    """
    if clock is None:
        return None
    ahead = [at for at, _ in _moments(clock, thresholds) if at > now]
    return ahead[0] if ahead else now + _LOOK_AGAIN


def refuse_unexplained(
    clock: Clock | None, published_at: datetime | None, remark: str, now: datetime
) -> bool:
    """Whether signing off now is late; raises ClockExpired when it is and no remark says why."""
    late = (
        clock is not None
        and published_at is None
        and clock.due_at is not None
        and clock.due_at <= now
    )
    if late and not remark.strip():
        due = local(clock.due_at) if clock is not None and clock.due_at else ""
        raise ClockExpired(
            Words(
                f"公开时限已于 {due} 届满，审发须说明原因",
                f"its time limit ended at {due}: signing it off needs a remark saying why",
            ),
            field="remark",
            remedy=remedy_late(),
        )
    return late


def _matter_clock(determination: Determination) -> Clock | None:
    starts = determination.starts
    if determination.matter is Matter.GOVERNMENT_DOCUMENT:
        return _hours(ClockKind.PRINTED, starts.printed_at, PRINTED_WITHIN)
    if determination.matter is Matter.LIVELIHOOD_EVENT:
        return _hours(ClockKind.ENDED, starts.ended_at, ENDED_WITHIN)
    return None


def _hours(kind: ClockKind, start: datetime | None, within: timedelta) -> Clock:
    return Clock(kind=kind, started_at=start, due_at=start + within if start else None)


def _formed(formed_on: date | None) -> Clock:
    if formed_on is None:
        return Clock(kind=ClockKind.FORMED)
    counted = count_workdays(formed_on, FORMED_WITHIN)
    return Clock(
        kind=ClockKind.FORMED,
        started_on=formed_on,
        due_at=end_of(counted.due) if counted.due else None,
        counted=counted,
    )


def _own(limit_on: date | None) -> Clock | None:
    if limit_on is None:
        return None
    return Clock(kind=ClockKind.OWN, started_on=limit_on, due_at=end_of(limit_on))


def _ahead(clock: Clock, thresholds: Thresholds) -> timedelta:
    hours = clock.kind in _HOURS_CLOCKS
    return timedelta(seconds=thresholds.warn_hours_clock if hours else thresholds.warn_days_clock)


def _moments(clock: Clock, thresholds: Thresholds) -> list[tuple[datetime, Level]]:
    """When each level is reached, in order."""
    if clock.due_at is None:
        return []
    return [
        (clock.due_at - _ahead(clock, thresholds), Level.WARNING),
        (clock.due_at, Level.SECTION_HEAD),
        (clock.due_at + timedelta(seconds=thresholds.leader_after), Level.LEADER),
        (clock.due_at + timedelta(seconds=thresholds.office_after), Level.DISCLOSURE_OFFICE),
    ]
