"""Recurrence rules: what of RFC 5545 is taken, and which moment comes next. Pure.

A rule names days; the time of day is that of the start, by the wall clock of its zone. So a post
at 09:00 stays at 09:00 when the clocks change.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from hub.catalogue.models import Item, Standing
from hub.catalogue.validity.rules import standing
from hub.kernel.clock import instant_of_rule
from hub.kernel.errors import InvalidInput, Words

__all__ = ["Rule", "occurrence_key", "read_rule", "why_invalid"]

_TAKEN = (
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_LONGEST_INTERVAL = 1000
_LEAP_YEAR = 2024


class Rule:
    """A recurrence that was read: `text` is its canonical form."""

    def __init__(self, text: str, days: rrule, zone: str) -> None:
        self.text = text
        self._days = days
        self._zone = zone

    def after(self, wall: datetime, *, inclusive: bool = False) -> datetime | None:
        """The first occurrence after `wall` (or at it), as wall-clock time; None at the end."""
        found: datetime | None = self._days.after(wall, inc=inclusive)
        return found

    def from_moment(self, at: datetime) -> datetime | None:
        """The first occurrence whose instant is not before `at`."""
        wall = at.astimezone(ZoneInfo(self._zone)).replace(tzinfo=None)
        found = self.after(datetime.combine(wall.date(), datetime.min.time()), inclusive=True)
        while found is not None and self.instant(found) < at:
            found = self.after(found)
        return found

    def instant(self, wall: datetime) -> datetime:
        """The UTC instant of an occurrence."""
        return instant_of_rule(wall, self._zone)

    def coming(self, wall: datetime | None, count: int) -> list[datetime]:
        """`count` occurrences from the one at `wall` on, as wall-clock times."""
        if wall is None:
            return []
        following: Iterator[datetime] = self._days.xafter(wall, inc=True)
        return list(islice(following, count))


def occurrence_key(at: datetime) -> str:
    """What tells the deliveries of one occurrence from those of the next: its moment."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%MZ")


def read_rule(text: str, starts: datetime, zone: str) -> Rule:
    """The rule in `text` for a first occurrence at `starts`; raises InvalidInput.

    Takes FREQ (DAILY to YEARLY), INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and
    WKST. UNTIL with a Z is UTC as the RFC wants it, without one a time in the rule's zone.
    """
    instant_of_rule(starts, zone)  # refuses an unknown zone and year
    if starts.tzinfo is not None or starts.second or starts.microsecond:
        raise _refused(
            Words("开始时间应为整分的当地时间", "the start is a local time, in whole minutes"), "at"
        )
    parts = _parts(text)
    _refuse_impossible(parts)
    if "UNTIL" in parts:
        parts["UNTIL"] = _local_until(parts["UNTIL"], zone)
    canonical = ";".join(f"{name}={parts[name]}" for name in _TAKEN if name in parts)
    try:
        days: Any = rrulestr(canonical, dtstart=starts)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise _refused(
            Words(f"重复规则有误：{error}", f"the rule cannot be read: {error}")
        ) from error
    return Rule(canonical, days, zone)


def _parts(text: str) -> dict[str, str]:
    """NAME=VALUE pairs, in capitals; what is not taken is refused by name."""
    parts: dict[str, str] = {}
    for pair in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = pair.partition("=")
        if name not in _TAKEN or not equals or not value or name in parts:
            raise _refused(Words(f"重复规则中不接受“{pair}”", f"'{pair}' is not taken in a rule"))
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise _refused(
            Words("FREQ 须为按日、周、月或年", "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")
        )
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refused(Words("COUNT 与 UNTIL 只能取一", "give COUNT or UNTIL, not both"))
    return parts


def _refuse_impossible(parts: Mapping[str, str]) -> None:
    """Refuse what no day could match: looking for it would take until the year 9999."""
    for name, most in (("INTERVAL", _LONGEST_INTERVAL), ("COUNT", 100_000)):
        if name in parts and not (parts[name].isdecimal() and 0 < int(parts[name]) <= most):
            raise _refused(Words(f"{name} 须为 1 至 {most}", f"{name} is 1 to {most}"))
    if "BYSETPOS" in parts and parts["FREQ"] in ("DAILY", "WEEKLY"):
        raise _refused(
            Words("BYSETPOS 只用于按月或按年", "BYSETPOS is for MONTHLY and YEARLY only")
        )
    months, days = _numbers(parts, "BYMONTH", 12), _numbers(parts, "BYMONTHDAY", 31)
    if any(month < 1 for month in months):
        raise _refused(Words("BYMONTH 须为 1 至 12", "BYMONTH is 1 to 12"))
    longest = max(calendar.monthrange(_LEAP_YEAR, month)[1] for month in months or range(1, 13))
    if days and min(abs(day) for day in days) > longest:
        raise _refused(Words("没有这样的日子", "there is no such day"))


def _numbers(parts: Mapping[str, str], name: str, most: int) -> list[int]:
    try:
        numbers = [int(number) for number in parts[name].split(",")] if name in parts else []
    except ValueError:
        numbers = [0]
    if any(not 0 < abs(number) <= most for number in numbers):
        raise _refused(Words(f"{name} 须为 1 至 {most}", f"{name} is 1 to {most}"))
    return numbers


def _local_until(value: str, zone: str) -> str:
    """UNTIL as a wall-clock time in the rule's zone; a date means the end of that day."""
    utc = value.endswith("Z")
    try:
        if len(value) == len("20261231"):
            day = date.fromisoformat(f"{value[:4]}-{value[4:6]}-{value[6:]}")
            return datetime.combine(day, datetime.max.time()).strftime("%Y%m%dT%H%M%S")
        moment = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")
    except ValueError as error:
        raise _refused(Words(f"UNTIL={value} 不是时间", f"UNTIL={value} is no time")) from error
    if utc:
        moment = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return moment.strftime("%Y%m%dT%H%M%S")


def why_invalid(item: Item, wall: datetime) -> Words | None:
    """Why an item must not be posted again on that day, or None."""
    stands = standing(item, wall.date())
    if stands in (Standing.IN_FORCE, Standing.AMENDED, Standing.NOT_YET):
        return None
    if item.valid_until is not None and wall.date() > item.valid_until:
        return Words(
            f"信息有效期至 {item.valid_until}", f"the item is valid until {item.valid_until}"
        )
    return Words("信息已废止或失效", "the item is no longer in force")


def _refused(words: Words, field: str = "rule") -> InvalidInput:
    remedy = Words("如 FREQ=WEEKLY;BYDAY=MO,TH", "such as FREQ=WEEKLY;BYDAY=MO,TH")
    return InvalidInput(words, field=field, remedy=remedy if field == "rule" else None)
