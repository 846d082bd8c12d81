"""The axes and figures of charts."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from graphics.infographic.scales import Scale, share_texts, told, value_texts

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 3))


@given(st.lists(NUMBERS, min_size=1, max_size=12))
def test_an_axis_holds_every_value_and_zero_and_has_few_ticks(values: list[float]) -> None:
    scale = Scale.of(values)
    assert all(-1e-6 <= scale.at(value) <= 1 + 1e-6 for value in [*values, 0.0])
    assert 2 <= len(scale.ticks()) <= 8
    assert any(math.isclose(tick, 0, abs_tol=scale.step * 1e-6) for tick in scale.ticks())


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=8))
def test_shares_add_up_to_a_hundred(values: list[float]) -> None:
    shares = [text.removesuffix("%") for text in share_texts(values)]
    assert round(sum(map(float, shares)), 6) == 100


def test_figures_are_written_alike() -> None:
    assert value_texts([2865.2, 3891]) == ("2,865.2", "3,891.0")
    assert told(-1.5) == "−1.5"
    assert told(1e6) == "1,000,000"
    assert share_texts([1, 1, 1]) == ("33.4%", "33.3%", "33.3%")
