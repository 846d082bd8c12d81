"""One kill before and after each kind of step, on every channel: the matrix in small."""

from __future__ import annotations

from typing import Any

import pytest

from hub.publishing.models import Capability
from publishers.registry import channels
from tests.crash.conftest import outcome_of
from tests.crash.matrix import CHANNELS

STEPS = ("commit: started", "commit: ended", "the call that publishes")
PROVABLE = ("wechat", "weibo", "mastodon", "website", "wecom")


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome_of("matrix", "--sample")["cases"]
    assert len(found) == len(CHANNELS) * len(STEPS) * 2
    assert all(len(case["deaths"]) == 1 for case in found)
    return found


@pytest.mark.parametrize("channel", PROVABLE)
def test_where_the_platform_can_be_asked_it_is_published_exactly_once(
    cases: list[dict[str, Any]], channel: str
) -> None:
    ours = [case for case in cases if case["channel"] == channel]
    assert [case["verdict"] for case in ours] == ["once"] * len(ours)
    readable = channels()[channel].declaration.can(Capability.VERIFY)
    assert {case["state"] for case in ours} == {"verified" if readable else "accepted"}


def test_where_nobody_can_ask_a_person_is_told_what_to_do(cases: list[dict[str, Any]]) -> None:
    ours = [case for case in cases if case["channel"] == "telegram"]
    before = [case for case in ours if not case["asked"]]
    asked = [case["asked"] for case in ours if case["asked"]]
    assert [case["verdict"] for case in before] == ["once"] * 2  # nothing had begun; all was told
    assert {(one["state"], one["reason"]) for one in asked} == {("unknown", "person")}
    assert all("delivery resolve" in one["next"] for one in asked)


def test_what_a_person_settled_is_published_exactly_once(cases: list[dict[str, Any]]) -> None:
    verdicts = [case["verdict"] for case in cases if case["asked"]]
    assert verdicts == ["person"] * 4
