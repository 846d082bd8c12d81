"""Which posting times come next, and what a blackout covers. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.kernel.calendar import is_workday
from hub.kernel.clock import instant_of_rule
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Account
from hub.publishing.timing.models import Blackout, Candidate, Days, NewPostingTime, PostingTime

__all__ = ["HORIZON", "Blackouts", "check_posting_time", "minute_of", "upcoming"]

HORIZON = timedelta(days=366)  # how far ahead a free slot is looked for
_LONGEST = 1000  # a run of touching blackouts; a circle is impossible, this is a fuse


def upcoming(times: Sequence[PostingTime], after: datetime) -> Iterator[Candidate]:
    """The posting times later than `after` within HORIZON, in the order of their instants.

    Raises UnknownCalendar when a time that holds on workdays reaches a year whose holidays are
    not known.
    """
    last: datetime | None = None
    for candidate in heapq.merge(*(_of_one(one, after) for one in times)):
        if candidate.at != last:  # two rules may name one moment
            last = candidate.at
            yield candidate


def _of_one(one: PostingTime, after: datetime) -> Iterator[Candidate]:
    day = after.astimezone(ZoneInfo(one.zone)).date()
    last = day + HORIZON
    at_clock = time(one.minute // 60, one.minute % 60)
    while day <= last:
        wall = datetime.combine(day, at_clock)
        at = instant_of_rule(wall, one.zone)
        wanted = at > after and day.isoweekday() in one.weekdays
        if wanted and (one.days is Days.ANY or is_workday(day)):
            yield Candidate(at, wall, one.zone)
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Blackouts:
    """The blackouts that may matter; `bodies` has, by blackout, the bodies under its own."""

    known: tuple[Blackout, ...] = ()
    bodies: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def covering(self, account: Account, at: datetime) -> Blackout | None:
        """The blackout of this account at that moment that ends last, or None."""
        found = [b for b in self.known if b.starts_at <= at < b.ends_at and self.holds(b, account)]
        return max(found, key=lambda b: b.ends_at, default=None)

    def holds(self, blackout: Blackout, account: Account) -> bool:
        """Whether the blackout is about this account at all."""
        if blackout.channel and blackout.channel != account.channel:
            return False
        return not blackout.body_id or account.body_id in self.bodies.get(blackout.id, ())

    def next_possible(self, account: Account, at: datetime) -> datetime:
        """The first moment from `at` on that no blackout of this account covers."""
        for _ in range(_LONGEST):
            blackout = self.covering(account, at)
            if blackout is None:
                return at
            at = blackout.ends_at
        return at

    def next_start(self, account: Account, after: datetime) -> datetime | None:
        """When the next blackout of this account begins."""
        starts = (b.starts_at for b in self.known if b.starts_at > after and self.holds(b, account))
        return min(starts, default=None)

    def why(self, account: Account, at: datetime) -> Words | None:
        """Why a routine post must not go out on this account at `at`, or None."""
        blackout = self.covering(account, at)
        if blackout is None:
            return None
        free = self.next_possible(account, at).astimezone(ZoneInfo(blackout.zone))
        end = free.strftime("%Y-%m-%d %H:%M")
        return Words(
            f"静默期“{blackout.name}”不发布日常信息；最早可排 {end}（{blackout.zone}）",
            f"blackout '{blackout.name}': nothing routine goes out; possible from {end} "
            f"({blackout.zone})",
        )


def minute_of(clock: str) -> int:
    """Minutes after midnight of a wall-clock time such as 09:30; raises InvalidInput."""
    try:
        hour, minute = (int(part) for part in clock.split(":"))
        good = 0 <= hour < 24 and 0 <= minute < 60
    except ValueError:
        good = False
    if not good:
        raise InvalidInput(
            Words(f"“{clock}”不是时刻", f"'{clock}' is no time of day"),
            field="time",
            remedy=Words("写成 09:30", "write it as 09:30"),
        )
    return hour * 60 + minute


def check_posting_time(new: NewPostingTime) -> None:
    """Raises InvalidInput, naming the field."""
    instant_of_rule(datetime(2026, 1, 1), new.zone)  # refuses an unknown zone
    if bool(new.account_id) == bool(new.group):
        raise InvalidInput(
            Words("请指明一个账号或一个账号组", "name an account or a group"), field="account"
        )
    if not 0 <= new.minute < 24 * 60:
        raise InvalidInput(
            Words("时刻须在一天之内", "the time must be within a day"),
            field="time",
            remedy=Words("写成 09:30", "write it as 09:30"),
        )
    if not new.weekdays or not set(new.weekdays) <= set(range(1, 8)):
        raise InvalidInput(
            Words("星期须为 1（周一）至 7（周日）", "weekdays are 1 (Monday) to 7"),
            field="weekday",
            remedy=Words("如 --weekday 1 --weekday 5", "such as --weekday 1 --weekday 5"),
        )
