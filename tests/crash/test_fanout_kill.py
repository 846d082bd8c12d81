"""Hundreds of deliveries over thirty accounts, killed at a random moment.

The whole of it in every mode: `python -m benchmarks.crash.fanout --mode postgres --seed 7`.
"""

from __future__ import annotations

import pytest

from benchmarks.crash.fanout import ITEMS, deliveries_of
from tests.crash.conftest import outcome_of
from tests.modes import Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]

# mode → items, and when it is killed: at a moment of the seed, or at an exact point
RUNS: dict[Mode, tuple[int, str, str]] = {
    Mode.SQLITE: (ITEMS, "--seed", "1"),
    Mode.POSTGRES: (2, "--side", "before"),
    Mode.REDIS: (2, "--side", "after"),
}


def test_a_kill_in_a_fan_out_loses_and_doubles_nothing(mode: Mode) -> None:
    items, *when = RUNS[mode]
    row = outcome_of("benchmarks.crash.fanout", *when, "--items", str(items), "--mode", mode)
    planned = deliveries_of(items)
    assert row["killed"]
    assert 0 < row["begun"] < planned
    assert row["in_flight"] > 0 or mode is not Mode.SQLITE
    assert row["in_flight"] > 0 or mode is not Mode.SQLITE
    assert row["states"] == {"verified": planned}
    assert (row["shown"], row["doubled"]) == (planned, 0)
