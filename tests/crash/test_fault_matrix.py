"""A small sample of the fault matrix: four channels that differ in how a lost answer is settled.

With servers the decisive kills on one of them each. The whole of it, in each mode, is a benchmark:
`python -m benchmarks.fault_matrix --mode postgres`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from publishers.simulation import Fault
from tests.crash.conftest import lines_of
from tests.modes import Mode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_000)]

# read back; the same key again; a folder; nobody can be asked
CHANNELS = ("wechat", "mastodon", "website", "telegram")
ASKABLE = CHANNELS[:-1]
# what is tried in each mode
RUNS = {
    Mode.SQLITE: ("--quick", CHANNELS),
    Mode.POSTGRES: ("--kills", ("wechat",)),
    Mode.REDIS: ("--kills", ("telegram",)),
}


def matrix(mode: Mode) -> list[dict[str, Any]]:
    how, channels = RUNS[mode]
    chosen = [word for name in channels for word in ("--channel", name)]
    return lines_of("benchmarks.fault_matrix", how, "--cases", "--mode", mode, *chosen)


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    return matrix(Mode.SQLITE)


@pytest.fixture(scope="module")
def cases(told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in told if "verdict" in line]


def test_nothing_is_lost_or_doubled_or_left_open(
    mode: Mode, request: pytest.FixtureRequest
) -> None:
    told = request.getfixturevalue("told") if mode is Mode.SQLITE else matrix(mode)
    figures = told[-1]
    assert figures["cells"] == len(told) - 1
    assert (figures["lost"], figures["duplicated"], figures["unknown_left"]) == (0, 0, 0)
    assert figures["kills"] == 3 * len(RUNS[mode][1])


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
