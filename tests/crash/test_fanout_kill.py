"""Three hundred deliveries over thirty accounts, killed at a random moment."""

from __future__ import annotations

import pytest

from benchmarks.crash.fanout import DELIVERIES
from tests.crash.conftest import outcome_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(450)]


def test_a_kill_in_a_fan_out_loses_and_doubles_nothing() -> None:
    row = outcome_of("benchmarks.crash.fanout", "--seed", "1")
    assert row["killed"]
    assert 0 < row["begun"] < DELIVERIES
    assert row["in_flight"] > 0
    assert row["states"] == {"verified": DELIVERIES}
    assert (row["shown"], row["doubled"]) == (DELIVERIES, 0)
