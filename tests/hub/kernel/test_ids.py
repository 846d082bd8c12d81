from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.ids import IdSource

MOMENTS = st.datetimes(
    datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC), allow_imaginary=False
)


@given(st.lists(MOMENTS, min_size=2, max_size=50))
def test_ids_sort_in_the_order_they_were_made_even_when_the_clock_goes_back(
    moments: list[datetime],
) -> None:
    source = IdSource()
    made = [source.new(moment) for moment in moments]
    assert made == sorted(set(made))


@given(MOMENTS)
def test_an_id_has_26_letters_that_begin_with_the_time(moment: datetime) -> None:
    made = IdSource().new(moment)
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    milliseconds = 0
    for letter in made[:10]:
        milliseconds = milliseconds * 32 + alphabet.index(letter)
    assert len(made) == 26
    assert milliseconds == int(moment.timestamp() * 1000)


@given(st.lists(st.tuples(MOMENTS, st.integers(0, 40)), max_size=8))
def test_ids_made_together_sort_after_all_that_were_made_before(
    wanted: list[tuple[datetime, int]],
) -> None:
    source = IdSource()
    made = [one for moment, count in wanted for one in source.many(moment, count)]
    assert made == sorted(set(made))
    assert len(made) == sum(count for _, count in wanted)
    assert {len(one) for one in made} <= {26}


def test_threads_never_get_the_same_id() -> None:
    source, moment = IdSource(), datetime(2026, 3, 2, tzinfo=UTC)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: source.new(moment), range(4_000)))
    assert len(set(made)) == 4_000
