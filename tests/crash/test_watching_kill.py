"""Rings, incident and alert, killed at each of their steps and started again.

With servers at each sixth step; all of them: `python -m benchmarks.crash.watching --mode postgres`.
"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.crash.watching import ACCOUNTS, SIDES
from tests.crash.conftest import outcome_of
from tests.modes import Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]
EVERY = {Mode.SQLITE: 1, Mode.POSTGRES: 6, Mode.REDIS: 5}  # another choice of steps in each
ONE_BY_ONE = ["ring.released", "ring.passed"] * 3


@pytest.fixture(scope="module")
def rows(mode: Mode) -> list[dict[str, Any]]:
    every = EVERY[mode]
    found: list[dict[str, Any]] = outcome_of(
        "benchmarks.crash.watching", "--mode", mode, "--every", str(every)
    )
    steps = range(1, len(found[0]["points"]) + 1, every)
    assert len(found) == 1 + len(steps) * len(SIDES)
    return found


def test_every_kind_of_step_was_killed(rows: list[dict[str, Any]], mode: Mode) -> None:
    died = {row["died_at"] for row in rows[1:]} - {""}
    assert died
    if EVERY[mode] > 1:
        return
    wanted = ("ring.passed+publishing.ring.released", "incident.opened", "_take", "alert.sent")
    assert all(any(step in place for place in died) for step in wanted)


def test_every_ring_is_let_go_once_and_in_order(rows: list[dict[str, Any]]) -> None:
    assert [row["rings"] for row in rows] == [ONE_BY_ONE] * len(rows)
    states = ["blocked"] + ["verified"] * (ACCOUNTS - 1)
    assert [row["states"] for row in rows] == [states] * len(rows)


def test_one_cause_stays_one_incident(rows: list[dict[str, Any]]) -> None:
    assert [row["incidents"] for row in rows] == [[["account", 1]]] * len(rows)


def test_an_alert_is_neither_lost_nor_repeated_more_than_once(rows: list[dict[str, Any]]) -> None:
    assert {tuple(row["alerts"]) for row in rows} == {("sent",)}
    assert rows[0]["sent"] == 1
    assert {row["sent"] for row in rows} <= {1, 2}
