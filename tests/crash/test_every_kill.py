"""A delivery killed at every commit and every outside call, and once more while it recovers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.crash.conftest import outcome_of
from tests.crash.matrix import CHANNELS, SIDES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def outcome() -> dict[str, Any]:
    found: dict[str, Any] = outcome_of("matrix")
    return found


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_kill_loses_or_doubles_a_post(outcome: dict[str, Any], channel: str) -> None:
    cases = [case for case in outcome["cases"] if case["channel"] == channel]
    assert [case for case in cases if case["verdict"] not in ("once", "person")] == []
    assert _died_at(cases) >= _sides_of(outcome["points"][channel])
    assert max(len(case["deaths"]) for case in cases) == 2


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_person_is_asked_only_where_the_platform_cannot_be(
    outcome: dict[str, Any], channel: str
) -> None:
    cases = [case for case in outcome["cases"] if case["channel"] == channel]
    asked = [case["asked"] for case in cases if case["asked"]]
    assert bool(asked) == (channel == "telegram")
    assert all(one["reason"] == "person" and "resolve" in one["next"] for one in asked)


def _sides_of(points: Mapping[str, list[str]]) -> set[tuple[str, str, str]]:
    """(before or after, commit or call, its name): every kind of step that a delivery has."""
    return {(side, kind, n) for side in SIDES for kind, names in points.items() for n in names}


def _died_at(cases: Sequence[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    places = [death.partition(": ") for case in cases for death in case["deaths"]]
    return {(place.split()[0], place.split()[1], name) for place, _, name in places}
