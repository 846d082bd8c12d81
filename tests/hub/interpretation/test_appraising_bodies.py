"""An appraisal is the weighted mean of what is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.interpretation.appraisal.models import DEFAULT_WEIGHTS, Case, Criterion, Weights
from hub.interpretation.appraisal.rules import appraised, checked_weights
from hub.kernel.errors import InvalidInput

WEIGHTS = Weights(version=1, values=DEFAULT_WEIGHTS, set_by="system")
GOOD = Case(
    item_id="a", owed=True, planned=True, punctual=True, varied=True, coverage=1.0,
    repeated=0.1, readers=5_000,
)  # fmt: skip

shares = st.none() | st.floats(0, 1)
facts = st.none() | st.booleans()
cases = st.builds(
    Case, item_id=st.just("a"), owed=st.booleans(), reasoned=facts, planned=facts, punctual=facts,
    varied=facts, coverage=shares, repeated=shares, readers=st.none() | st.integers(0, 10**7),
)  # fmt: skip


def test_the_default_weights_make_a_hundred() -> None:
    assert checked_weights({c.value: w for c, w in DEFAULT_WEIGHTS.items()}) == DEFAULT_WEIGHTS


def test_whoever_does_everything_has_full_marks() -> None:
    told = Case(item_id="b", owed=False, reasoned=True)
    assert appraised("body", [GOOD, told], WEIGHTS).score == pytest.approx(100)


def test_what_is_not_known_is_neither_zero_nor_full_marks() -> None:
    half = Case(item_id="a", owed=True, planned=True, punctual=False)
    found = appraised("body", [half], WEIGHTS)
    assert found.score == pytest.approx(100 * 20 / 45)
    assert Criterion.READ in found.unknown


def test_a_body_with_nothing_to_appraise_has_no_score() -> None:
    assert appraised("body", [], WEIGHTS).score is None


@given(st.lists(cases, max_size=6))
def test_a_score_is_never_outside_of_its_scale(listed: list[Case]) -> None:
    found = appraised("body", listed, WEIGHTS)
    assert found.score is None or -1e-9 <= found.score <= 100 + 1e-9
    assert found.owed <= found.documents == len(listed)


@pytest.mark.parametrize(
    "change", [{"planned": 21}, {"planned": -20, "read": 45}, {"strange": 0}], ids=str
)
def test_weights_that_are_no_weights_are_refused(change: dict[str, int]) -> None:
    values = {c.value: w for c, w in DEFAULT_WEIGHTS.items()} | change
    with pytest.raises(InvalidInput) as refused:
        checked_weights(values)
    assert refused.value.field == "weights"
