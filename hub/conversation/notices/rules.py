"""When notices may go, which window is open, what pauses they make. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.conversation.models import EventType, InboundKind, Message
from hub.conversation.notices.models import Reach
from hub.kernel.clock import instant_of_rule

__all__ = ["Manners", "day_start", "digest_at", "opened_by", "opening", "pause_after", "trigger_of"]

_MARGIN = timedelta(minutes=1)  # a window that ends while the call is on its way is over
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How people are treated: hours are local to `zone`; between `quiet_from` and `quiet_until`
    nobody is written to (equal: never quiet). `digest_hours` is by the id of the body whose
    account they follow."""

    zone: str = "Asia/Shanghai"
    quiet_from: int = 22
    quiet_until: int = 8
    digest_hour: int = 9
    digest_hours: Mapping[str, int] = field(default_factory=dict)
    most_a_day: int = 3
    expires_after: timedelta = timedelta(days=7)


def opening(now: datetime, manners: Manners) -> datetime:
    """The first moment from `now` on that is not quiet: `now` itself by day."""
    wall = now.astimezone(ZoneInfo(manners.zone))
    start, end, hour = manners.quiet_from, manners.quiet_until, wall.hour
    quiet = start <= hour < end if start <= end else hour >= start or hour < end
    if not quiet:
        return now
    day = wall.date() + timedelta(days=int(start > end and hour >= start))
    return instant_of_rule(datetime.combine(day, time(end)), manners.zone)


def day_start(now: datetime, zone: str) -> datetime:
    """Midnight at which the local day of `now` began."""
    day = now.astimezone(ZoneInfo(zone)).date()
    return instant_of_rule(datetime.combine(day, time()), zone)


def digest_at(after: datetime, hour: int, zone: str) -> datetime:
    """The next time of digests later than `after`."""
    day = after.astimezone(ZoneInfo(zone)).date()
    at = instant_of_rule(datetime.combine(day, time(hour)), zone)
    if at > after:
        return at
    return instant_of_rule(datetime.combine(day + timedelta(days=1), time(hour)), zone)


def pause_after(tries: int) -> timedelta:
    """How long a notice rests after so many messages that surely did not leave."""
    growth: int = 4 ** min(tries, 8)
    return min(_FIRST_PAUSE * growth, _LONGEST_PAUSE)


def trigger_of(message: Message) -> str:
    """What a person did, by the name that windows have."""
    context = message.context
    named = context.get("trigger") or context.get("via")
    if named:
        return named
    inbound = message.inbound
    is_event = inbound.kind is InboundKind.EVENT and inbound.event is not None
    return str(inbound.event) if is_event else "message"


def opened_by(
    history: Sequence[Message], reach: Reach, begun: Sequence[datetime], now: datetime
) -> Message | None:
    """The message of theirs, of `history` newest first, that lets us write to a person now.

    Of a window's count one is the answer, and each message `begun` since takes one. None where no
    window is open, also after the person left.
    """
    for message in history:
        if message.inbound.event is EventType.UNSUBSCRIBE:
            return None
        window, at = reach.windows.get(trigger_of(message)), message.inbound.received_at
        if window is None or now - at > window.within - min(_MARGIN, window.within / 4):
            continue
        if 1 + sum(one >= at for one in begun) < window.count:
            return message
    return None
