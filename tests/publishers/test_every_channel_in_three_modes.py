"""Every channel that is found publishes, on SQLite, on PostgreSQL, and on PostgreSQL with Redis.

What a publisher does with its platform is the contract suite's, which knows no database. Here it
stands where it runs: media from the installation's database, progress and leases in its ledger,
rates and tokens in its Redis.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.crash.everywhere import ACCOUNTS
from publishers.registry import channels
from tests.crash.conftest import outcome_of
from tests.modes import Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]


@pytest.fixture(scope="module")
def published(mode: Mode) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = outcome_of("benchmarks.crash.everywhere", "--mode", mode)
    return found


@pytest.mark.parametrize("channel", sorted(channels()))
def test_a_channel_publishes_once_for_each_account(
    published: dict[str, dict[str, Any]], channel: str
) -> None:
    row = published[channel]
    assert row["shown"] == [1] * ACCOUNTS
    assert sum(row["states"].values()) == ACCOUNTS
    assert set(row["states"]) <= {"accepted", "verified"}
