"""Posts are recalled, and the hub is killed at a random moment of it.

More of it in every mode: `python -m benchmarks.crash.recall --mode postgres --seed 7`.
"""

from __future__ import annotations

import pytest

from benchmarks.crash.recall import ITEMS, posts_of
from tests.crash.conftest import outcome_of
from tests.modes import Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]

# mode → items, and when it is killed: at a moment of the seed, or at an exact point
RUNS: dict[Mode, tuple[int, str, str]] = {
    Mode.SQLITE: (ITEMS, "--seed", "1"),
    Mode.POSTGRES: (2, "--side", "before"),
    Mode.REDIS: (2, "--side", "after"),
}


def test_a_kill_in_a_recall_leaves_nothing_public(mode: Mode) -> None:
    items, *when = RUNS[mode]
    row = outcome_of("benchmarks.crash.recall", *when, "--items", str(items), "--mode", mode)
    posts = posts_of(items)
    assert row["killed"]
    assert row["public"] == posts
    assert 0 < row["left"] < posts
    assert row["states"] == {"publish recalled": posts, "recall verified": posts}
    assert row["shown"] == 0
