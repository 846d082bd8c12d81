"""Subscribers are told of a release by a process that is killed again and again."""

from __future__ import annotations

import pytest

from benchmarks.crash.notices import PEOPLE
from tests.crash.conftest import outcome_of
from tests.modes import Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]


def test_where_the_platform_knows_a_message_nobody_is_missing_or_told_twice(mode: Mode) -> None:
    row = outcome_of("benchmarks.crash.notices", "--seed", "1", "--mode", mode)
    assert row["kills"] > 3
    assert row["calls"] > PEOPLE, "no kill came between a call and its record"
    assert (row["lost"], row["doubled"]) == (0, 0)
    assert row["states"] == {"sent": PEOPLE}


def test_where_it_does_not_nobody_is_told_twice_and_who_may_be_missing_is_seen() -> None:
    row = outcome_of("benchmarks.crash.notices", "--seed", "2", "--plain")
    assert row["kills"] > 3
    assert (row["lost"], row["doubled"]) == (0, 0)
    assert row["unknown"] > 0
    assert row["states"]["sent"] + row["unknown"] == PEOPLE
