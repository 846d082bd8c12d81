"""Three hundred deliveries over thirty accounts, killed at a random moment."""

from __future__ import annotations

import pytest

from tests.crash.conftest import outcome_of
from tests.crash.fanout import DELIVERIES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_in_a_fan_out_loses_and_doubles_nothing(seed: int) -> None:
    row = outcome_of("fanout", "--seed", str(seed))
    assert row["killed"]
    assert 0 < row["begun"] < DELIVERIES
    assert row["in_flight"] > 0
    assert row["states"] == {"verified": DELIVERIES}
    assert (row["shown"], row["doubled"]) == (DELIVERIES, 0)
