"""Nobody is told at night of what can wait."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.opinion.telling.quiet import QuietHours

_MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC)
)
_TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """A moment in Shanghai, in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def test_what_is_found_at_midnight_waits_for_the_morning() -> None:
    quiet = QuietHours()
    assert quiet.next_loud(at(23, 30)) == at(7, day=3)
    assert quiet.next_loud(at(3)) == at(7)
    assert quiet.next_loud(at(7)) == at(7)
    assert quiet.next_loud(at(12)) == at(12)


@given(_MOMENTS, _TIMES, _TIMES)
def test_the_next_loud_moment_is_loud_and_within_a_day(
    now: datetime, begins: time, ends: time
) -> None:
    quiet = QuietHours(begins, ends)
    loud = quiet.next_loud(now)
    assert not quiet.quiet(loud)
    assert timedelta() <= loud - now <= timedelta(days=1)


@given(_MOMENTS, _TIMES)
def test_equal_hours_are_never_quiet(now: datetime, hour: time) -> None:
    assert QuietHours(hour, hour).next_loud(now) == now
