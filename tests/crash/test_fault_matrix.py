"""A small sample of the fault matrix: four channels that differ in how a lost answer is settled.

The whole of it is a benchmark: `python -m benchmarks.fault_matrix`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from publishers.simulation import Fault
from tests.crash.conftest import lines_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(450)]

# read back; the same key again; a folder; nobody can be asked
CHANNELS = ("wechat", "mastodon", "website", "telegram")
ASKABLE = CHANNELS[:-1]


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    chosen = [word for name in CHANNELS for word in ("--channel", name)]
    return lines_of("benchmarks.fault_matrix", "--quick", "--cases", *chosen)


@pytest.fixture(scope="module")
def cases(told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in told if "verdict" in line]


def test_nothing_is_lost_or_doubled_or_left_open(told: Sequence[dict[str, Any]]) -> None:
    figures = told[-1]
    assert figures["cells"] == len(told) - 1
    assert (figures["lost"], figures["duplicated"], figures["unknown_left"]) == (0, 0, 0)
    assert figures["kills"] == 3 * len(CHANNELS)


@pytest.mark.parametrize("channel", ASKABLE)
def test_where_the_platform_can_be_asked_everything_is_published_once(
    cases: Sequence[dict[str, Any]], channel: str
) -> None:
    verdicts = {case["fault"]: case["verdict"] for case in cases if case["channel"] == channel}
    assert "killed" in verdicts
    assert set(verdicts.values()) == {"once"}


def test_where_nobody_can_be_asked_a_person_is_told_what_to_do(
    cases: Sequence[dict[str, Any]],
) -> None:
    ours = [case for case in cases if case["channel"] == "telegram"]
    clear = {case["fault"] for case in ours if case["verdict"] == "once"}
    assert clear == {"refused", Fault.LIMITED, "killed"}  # nothing had left, or all was recorded
    asked = [case["asked"] for case in ours if case["asked"]]
    assert {(one["state"], one["reason"]) for one in asked} == {("unknown", "person")}
    assert all("delivery resolve" in one["next"] for one in asked)


def test_a_platform_that_calls_back_too_early_or_twice_is_believed_once(
    cases: Sequence[dict[str, Any]],
) -> None:
    called = [case for case in cases if case["fault"].startswith("callback")]
    assert [case["channel"] for case in called] == ["wechat"] * 2
