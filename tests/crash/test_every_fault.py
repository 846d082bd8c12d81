"""Every fault of network and platform on the call that publishes, through the whole engine."""

from __future__ import annotations

from typing import Any

import pytest

from publishers.simulation import Fault
from tests.crash.conftest import outcome_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome_of("faults")
    return found


@pytest.mark.parametrize("channel", ["wechat", "weibo", "mastodon", "wecom"])
def test_only_a_wrong_address_needs_a_person_where_the_platform_can_be_asked(
    rows: list[dict[str, Any]], channel: str
) -> None:
    verdicts = {row["fault"]: row["verdict"] for row in rows if row["channel"] == channel}
    expected = {str(fault): "once" for fault in Fault} | {"redirect": "person"}
    assert verdicts == expected


def test_without_read_back_only_a_late_answer_is_clear(rows: list[dict[str, Any]]) -> None:
    verdicts = {row["fault"]: row["verdict"] for row in rows if row["channel"] == "telegram"}
    expected = {str(fault): "person" for fault in Fault} | {"slow": "once"}
    assert verdicts == expected


def test_whoever_is_asked_is_told_the_next_step(rows: list[dict[str, Any]]) -> None:
    told = {(r["asked"]["state"], r["asked"]["next"]) for r in rows if r["asked"]}
    assert len(told) == 2
    for state, following in told:
        assert {"unknown": "delivery resolve", "failed": "delivery retry"}[state] in following
