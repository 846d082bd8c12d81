"""Rings, incident and alert, killed at each of their steps and started again."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.crash.watching import ACCOUNTS, SIDES
from tests.crash.conftest import outcome_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(450)]
ONE_BY_ONE = ["ring.released", "ring.passed"] * 3


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome_of("benchmarks.crash.watching")
    assert len(found) == 1 + len(found[0]["points"]) * len(SIDES)
    return found


def test_every_kind_of_step_was_killed(rows: list[dict[str, Any]]) -> None:
    died = {row["died_at"] for row in rows[1:]} - {""}
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
