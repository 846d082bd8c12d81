"""A hundred and twenty posts are recalled, and the hub is killed at a random moment of it."""

from __future__ import annotations

import pytest

from benchmarks.crash.recall import POSTS
from tests.crash.conftest import outcome_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(450)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kill_in_a_recall_leaves_nothing_public(seed: int) -> None:
    row = outcome_of("benchmarks.crash.recall", "--seed", str(seed))
    assert row["killed"]
    assert row["public"] == POSTS
    assert 0 < row["left"] < POSTS
    assert row["states"] == {"publish recalled": POSTS, "recall verified": POSTS}
    assert row["shown"] == 0
