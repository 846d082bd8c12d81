"""Opening hours as offices write them, and whether a place is open at a moment.

`周一至周五 09:00-12:00,13:00-17:00；周六 10:00-16:00；节假日休息`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.kernel.calendar import DayKind

__all__ = [
    "BadHours",
    "Holidays",
    "Hours",
    "Opening",
    "Rule",
    "hours_text",
    "open_at",
    "read_hours",
]

_DAYS = "一二三四五六日"
_NUMBERS: Mapping[str, int] = (
    {char: number for number, char in enumerate(_DAYS, 1)}
    | {"天": 7}
    | {str(number): number for number in range(1, 8)}
)
_WHOLE_DAY = 24 * 60
_TO = r"\s*(?:-|—|–|－|~|～|至|到)+\s*"
_DAY = r"(?:周|星期|礼拜)?([一二三四五六日天1-7])"
_DAY_SPAN = re.compile(f"{_DAY}(?:{_TO}{_DAY})?")
_TIME = re.compile(rf"(上午|下午|晚上)?\s*(\d{{1,2}})[:：](\d{{2}}){_TO}(\d{{1,2}})[:：](\d{{2}})")
_HOLIDAYS_SHUT = re.compile(r"(?:国家)?(?:法定)?节?假日(?:休息|除外|闭馆|不开放|关闭)")
_HOLIDAYS_OPEN = re.compile(r"(?:国家)?(?:法定)?节?假日(?:照常开放|照常|正常开放|不休息|开放)")
_SHUT = re.compile(r"(?:休息|闭馆|不开放|关闭)")
_EVERY = re.compile(r"每天|每日|全年|周一至周日")
_AFTERNOON = ("下午", "晚上")


class BadHours(ValueError):
    """The part of the text that cannot be read."""


class Holidays(StrEnum):
    UNSAID = "unsaid"
    OPEN = "open"
    SHUT = "shut"


class Opening(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    UNKNOWN = "unknown"  # a holiday of which the hours say nothing, or a year not announced yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """On these weekdays (1 is Monday) or, if `workdays`, on days people work; `spans` in minutes
    of the day, none: closed."""

    days: frozenset[int] = frozenset()
    workdays: bool = False
    spans: tuple[tuple[int, int], ...] = ()

    def within(self, minute: int) -> bool:
        return any(start <= minute < end for start, end in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    rules: tuple[Rule, ...]
    holidays: Holidays = Holidays.UNSAID


def read_hours(text: str) -> Hours:
    """Raises BadHours with the clause that cannot be read."""
    rules, holidays = [], Holidays.UNSAID
    for clause in filter(None, (part.strip(" 。") for part in re.split(r"[；;\n]", text))):
        if _HOLIDAYS_SHUT.search(clause):
            holidays, clause = Holidays.SHUT, _HOLIDAYS_SHUT.sub("", clause)
        elif _HOLIDAYS_OPEN.search(clause):
            holidays, clause = Holidays.OPEN, _HOLIDAYS_OPEN.sub("", clause)
        if clause.strip(" （）(),，、。"):
            rules.append(_rule(clause.strip(" （）()，,、。")))
    if not any(rule.spans for rule in rules):
        raise BadHours(text[:40])
    return Hours(rules=tuple(rules), holidays=holidays)


def hours_text(hours: Hours) -> str:
    """The one way these hours are written; reading it gives them again."""
    clauses = [
        f"{_days_text(rule)} "
        + (",".join(f"{_clock(a)}-{_clock(b)}" for a, b in rule.spans) or "休息")
        for rule in hours.rules
    ]
    said = {Holidays.SHUT: ["节假日休息"], Holidays.OPEN: ["节假日照常"]}
    return "；".join(clauses + said.get(hours.holidays, []))


def open_at(hours: Hours, local: datetime, kind: DayKind) -> Opening:
    """Whether a place with these hours is open at wall time `local`, on a day of that kind."""
    minute = local.hour * 60 + local.minute
    by_week = _by_week(hours, local.isoweekday(), minute)
    if kind is DayKind.HOLIDAY:
        if hours.holidays is Holidays.SHUT or not by_week:
            return Opening.SHUT
        return Opening.OPEN if hours.holidays is Holidays.OPEN else Opening.UNKNOWN
    at_work = any(rule.workdays and rule.within(minute) for rule in hours.rules)
    if kind is DayKind.UNKNOWN:  # it may be a holiday or a make-up day
        sure = by_week and hours.holidays is Holidays.OPEN
        maybe = by_week or at_work
        return Opening.OPEN if sure else Opening.UNKNOWN if maybe else Opening.SHUT
    if by_week or (at_work and kind in (DayKind.WORKDAY, DayKind.MAKE_UP)):
        return Opening.OPEN
    if kind is DayKind.MAKE_UP and _by_week(hours, 1, minute):
        return Opening.UNKNOWN  # people work today; whether Monday's hours hold was not said
    return Opening.SHUT


def _by_week(hours: Hours, weekday: int, minute: int) -> bool:
    rules = [rule for rule in hours.rules if weekday in rule.days]
    return all(rule.spans for rule in rules) and any(rule.within(minute) for rule in rules)


def _rule(clause: str) -> Rule:
    first_time = _TIME.search(clause)
    shut = _SHUT.search(clause)
    whole = re.search(r"24\s*小时", clause)
    mark = first_time or shut or whole
    if mark is None:
        raise BadHours(clause[:40])
    days, rest = clause[: mark.start()].strip(" ：:,，、"), clause[mark.start() :]
    if first_time is None:
        spans: tuple[tuple[int, int], ...] = () if shut else ((0, _WHOLE_DAY),)
    else:
        spans = tuple(_spans(rest))
    if days == "工作日":
        return Rule(workdays=True, spans=spans)
    return Rule(days=frozenset(_weekdays(days)), spans=spans)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    if _TIME.sub("", text).strip(" ,，、和及（）()"):
        raise BadHours(text[:40])
    for half, *digits in _TIME.findall(text):
        h1, m1, h2, m2 = map(int, digits)
        if half in _AFTERNOON and h1 < 12:
            h1, h2 = h1 + 12, h2 + 12 if h2 < 12 else h2
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if m1 > 59 or m2 > 59 or not start < end <= _WHOLE_DAY:
            raise BadHours(text[:40])
        yield start, end


def _weekdays(text: str) -> Iterator[int]:
    if _EVERY.fullmatch(text):
        yield from range(1, 8)
        return
    if text in ("周末", "双休日"):
        yield from (6, 7)
        return
    parts = [part.strip() for part in re.split(r"[、,，和及]", text)]
    for part in parts:
        found = _DAY_SPAN.fullmatch(part)
        if found is None:
            raise BadHours(text[:40] or "缺星期")
        first = _NUMBERS[found[1]]
        last = _NUMBERS[found[2]] if found[2] else first
        if last < first:
            raise BadHours(part[:40])
        yield from range(first, last + 1)


def _days_text(rule: Rule) -> str:
    if rule.workdays:
        return "工作日"
    days = sorted(rule.days)
    if days == list(range(1, 8)):
        return "每天"
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(
        f"周{_DAYS[run[0] - 1]}" + (f"至周{_DAYS[run[-1] - 1]}" if len(run) > 1 else "")
        for run in runs
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
