"""Milestones of a project: a due date and a name per line, `（已完成）` behind what is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

__all__ = ["Milestone", "milestone_line", "read_milestone"]

_LINE = re.compile(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2}))?[日月]?"
    r"[\s:：,，]*(?P<name>.+?)\s*(?P<done>[（(]?(?:已完成|done)[）)]?)?\s*"
)
_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    due: date
    name: str
    done: bool = False


def read_milestone(line: str) -> Milestone:
    """`2026-06-30 主体完工（已完成）`; a month alone means its last day. Raises ValueError."""
    found = _LINE.fullmatch(line.strip())
    if found is None or len(found["name"]) > _LONGEST:
        raise ValueError(line[:60])
    year, month = int(found["year"]), int(found["month"])
    due = date(year, month, int(found["day"])) if found["day"] else _last_day(year, month)
    return Milestone(due=due, name=found["name"], done=found["done"] is not None)


def milestone_line(milestone: Milestone) -> str:
    """The one way a milestone is written."""
    done = "（已完成）" if milestone.done else ""
    return f"{milestone.due.isoformat()} {milestone.name}{done}"


def _last_day(year: int, month: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)
