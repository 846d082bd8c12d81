"""When something was written, in the many ways feeds say it. Unreadable is unknown, never now."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

__all__ = ["moment_of"]

_WALL = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?秒?)?分?)?"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")  # seconds, or milliseconds
_FIRST_YEAR = 1990


def moment_of(text: str, zone: str) -> datetime | None:
    """The instant in UTC: RFC 822, ISO 8601, Chinese dates, seconds or milliseconds since 1970.

    Without an offset it is read on clocks in `zone`; a day alone is its beginning.
    """
    text = text.strip()
    if _EPOCH.fullmatch(text):
        return _sane(datetime.fromtimestamp(int(text[:10]), UTC))
    for read in (datetime.fromisoformat, parsedate_to_datetime, _wall):
        try:
            found = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(zone))
        return _sane(found)
    return None


def _wall(text: str) -> datetime:
    found = _WALL.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = map(int, found.groups(default="0"))
    return datetime(year, month, day, hour, minute, second)


def _sane(at: datetime) -> datetime | None:
    """Feeds say 1970 or 0001 for a time they do not know."""
    try:
        return at.astimezone(UTC) if at.year >= _FIRST_YEAR else None
    except OverflowError:
        return None
