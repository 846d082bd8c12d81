"""Memory beside the database is bounded by number and by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from hub.kernel.remembering import Remembered

START = datetime(2026, 6, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_an_entry_is_known_until_its_time_is_over() -> None:
    clock = ManualClock(START)
    kept: Remembered[str, int] = Remembered(clock, MINUTE, 10)
    kept.put("a", 1)
    clock.advance(59)
    assert kept.get("a") == 1
    clock.advance(1)
    assert kept.get("a") is None


def test_the_oldest_goes_where_there_is_no_room() -> None:
    kept: Remembered[int, int] = Remembered(ManualClock(START), MINUTE, 3)
    for number in range(5):
        kept.put(number, number)
    assert [kept.get(number) for number in range(5)] == [None, None, 2, 3, 4]
    assert len(kept) == 3


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 90)), max_size=60))
def test_nothing_is_held_longer_than_its_time_while_others_come(
    steps: list[tuple[int, float]],
) -> None:
    clock = ManualClock(START)
    kept: Remembered[int, float] = Remembered(clock, MINUTE, 100)
    last: dict[int, float] = {}
    for key, wait in steps:
        clock.advance(wait)
        kept.put(key, clock.monotonic())
        last[key] = clock.monotonic()
        fresh = {k for k, at in last.items() if clock.monotonic() - at < 60}
        assert len(kept) == len(fresh)
        assert all(kept.get(k) == last[k] for k in fresh)
