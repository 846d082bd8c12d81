"""The pure rules of the desk: when somebody is there, when an answer is due, what a word means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hub.catalogue.keyareas.hours import BadHours, Hours, Opening, open_at, read_hours
from hub.conversation.desk.errors import BadDeskHours
from hub.conversation.desk.models import Notice
from hub.kernel.calendar import DayKind, day_kind
from hub.kernel.clock import CHINA

__all__ = [
    "KindOf",
    "due_after",
    "failed_repeatedly",
    "goes_back",
    "hours_of",
    "is_courtesy",
    "next_notice",
    "notice_due",
    "opens_at",
    "shut",
    "worked_minutes",
]

KindOf = Callable[[date], DayKind]

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_AHEAD = 30  # days looked at: longer than any holiday
# Measured by bench_answers: of questions that have an answer 2.5 % find none, of messages that have
# none 96 %. After one failure every fortieth good question would call a person; two in a row are
# 0.06 % of the good ones and still 92 % of the others.
_FAILURES = 2
_PATIENCE = timedelta(minutes=30)

_BACK = re.compile(
    r"(?:菜单|選單|返回|返回菜单|返回机器人|退出人工|结束人工|menu|back|/menu|/start)"
)
_COURTESY = re.compile(
    r"(?:好的?|嗯+|行|可以|知道了|明白了?|收到|ok|okay)?[，,。 ]*"
    r"(?:谢谢|多谢|感谢|謝謝|thanks?|thank you|再见|拜拜|bye)?(?:你|您|你们|了|啦|a lot|very much)*"
)
_TRIM = re.compile(r"^[\s“”\"'`]+|[\s。.！!“”\"'`]+$")


def hours_of(text: str) -> Hours:
    """Raises BadDeskHours."""
    try:
        return read_hours(text)
    except BadHours as error:
        raise BadDeskHours(str(error)) from None


def shut(hours: Hours, at: datetime, kind_of: KindOf = day_kind) -> bool:
    """Whether surely nobody is there at `at`; on a day of which nobody knows whether people work,
    the hours of its weekday count."""
    local = at.astimezone(CHINA)
    return open_at(hours, local, kind_of(local.date())) is Opening.SHUT


def opens_at(hours: Hours, at: datetime, kind_of: KindOf = day_kind) -> datetime | None:
    """The first moment from `at` at which somebody is surely there, in UTC; None where that
    cannot be said: it would come after a day of a year whose holidays are not announced."""
    for start, _, sure in _spans(hours, at, kind_of):
        return max(start, at) if sure else None
    return None


def due_after(
    hours: Hours, start: datetime, minutes: int, kind_of: KindOf = day_kind
) -> datetime | None:
    """When `minutes` of working time from `start` are over; None where the desk opens so seldom
    that they are not within a month. A reminder is no statutory limit: days nobody has announced
    count as their weekday."""
    left = timedelta(minutes=minutes)
    for begin, end, _ in _spans(hours, start, kind_of):
        begin = max(begin, start)
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None


def worked_minutes(
    hours: Hours, start: datetime, end: datetime, kind_of: KindOf = day_kind
) -> float:
    """Minutes of working time between two moments."""
    total = timedelta()
    for begin, close, _ in _spans(hours, start, kind_of, until=end):
        total += max(timedelta(), min(close, end) - max(begin, start))
    return total / _MINUTE


def _spans(
    hours: Hours, at: datetime, kind_of: KindOf, until: datetime | None = None
) -> Iterator[tuple[datetime, datetime, bool]]:
    """Every span of open minutes from the one that holds `at` on: (begin, end, surely)."""
    first = at.astimezone(CHINA).date()
    last = until.astimezone(CHINA).date() if until else first + _AHEAD * _DAY
    edges = sorted({edge for rule in hours.rules for span in rule.spans for edge in span})
    day = first
    while day <= last:
        kind = kind_of(day)
        midnight = datetime.combine(day, time(), CHINA)
        for begin, end in pairwise(edges):
            opening = open_at(hours, midnight + begin * _MINUTE, kind)
            close = (midnight + end * _MINUTE).astimezone(at.tzinfo)
            if opening is not Opening.SHUT and close > at:
                start = (midnight + begin * _MINUTE).astimezone(at.tzinfo)
                yield start, close, opening is Opening.OPEN
        day += _DAY


def notice_due(
    told: Notice, half: datetime | None, due: datetime | None, twice: datetime | None, now: datetime
) -> Notice:
    """Who is to be told by now, at the highest; never less than who was."""
    moments = ((half, Notice.OFFICER), (due, Notice.HEAD), (twice, Notice.LEADER))
    reached = [notice for at, notice in moments if at is not None and at <= now]
    return max([told, *reached], key=list(Notice).index)


def next_notice(moments: Sequence[datetime | None], now: datetime) -> datetime | None:
    """When to look again."""
    return min((at for at in moments if at is not None and at > now), default=None)


def failed_repeatedly(outcomes: Sequence[tuple[datetime, bool]], now: datetime) -> bool:
    """Whether the last answers of the bot, newest first, as (when, without an answer), are enough
    in vain within half an hour that a person is called."""
    recent = [vain for at, vain in outcomes[:_FAILURES] if now - at <= _PATIENCE]
    return len(recent) == _FAILURES and all(recent)


def goes_back(text: str) -> bool:
    """Whether a citizen wants the bot again: the word stands alone."""
    return _BACK.fullmatch(_TRIM.sub("", text).casefold()) is not None


def is_courtesy(text: str) -> bool:
    """Whether a text says thanks or goodbye and nothing else: no reason to open anything again."""
    return _COURTESY.fullmatch(_TRIM.sub("", text).casefold()) is not None
