"""`explain` says something in both languages about every row there can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.organisations.models import Account
from hub.publishing.explanation import REASONS, explain
from hub.publishing.models import SETTLED, Attempt, Delivery, DeliveryState, Purpose

S = DeliveryState
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ACCOUNT = Account(id="A", channel="toy", name="四川发布", handle="h", body_id="B", base_url="x")
BY_WORKER = {S.READY, S.CLAIMED, S.SENDING, S.PLANNED, S.UNKNOWN, S.BLOCKED, S.ACCEPTED}


def delivery(state: DeliveryState, **changed: Any) -> Delivery:
    values: dict[str, Any] = dict.fromkeys(Delivery.__dataclass_fields__, "")
    values |= {"purpose": Purpose.PUBLISH, "state": state, "due_at": NOW, "not_after": NOW}
    values |= {"next_at": None, "first_started_at": None, "handed_over_at": None}
    values |= {"progress": {}, "receipt": {}}
    values |= dict.fromkeys(("part", "priority", "fence", "attempts", "tries"), 0)
    return Delivery(**(values | changed))


def said(row: Delivery, *attempts: Attempt, beat: datetime | None = NOW) -> list[str]:
    """where, why and next, Chinese and English."""
    found = explain(row, ACCOUNT, attempts, beat, NOW)
    return [text for words in found for text in (words.zh, words.en)]


@pytest.mark.parametrize("reason", ["", *REASONS])
@pytest.mark.parametrize("state", list(DeliveryState))
@pytest.mark.parametrize("next_at", [None, NOW], ids=["person", "time"])
def test_there_are_words_for_everything(
    state: DeliveryState, reason: str, next_at: datetime | None
) -> None:
    words = said(delivery(state, reason=reason, next_at=next_at))
    assert len(words) == 6
    assert all(text.strip() for text in words)
    for chinese, english in zip(words[::2], words[1::2], strict=True):
        assert any("一" <= char <= "鿿" for char in chinese), chinese
        assert not any("一" <= char <= "鿿" for char in english), english


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_reason_is_told_as_the_why(reason: str) -> None:
    words = said(delivery(S.BLOCKED, reason=reason))
    assert words[2:4] == [REASONS[reason].zh, REASONS[reason].en]


@pytest.mark.parametrize("state", sorted(BY_WORKER))
def test_a_scheduler_that_is_not_running_is_named(state: DeliveryState) -> None:
    row = delivery(state, next_at=NOW)
    for beat in (None, NOW - timedelta(seconds=61)):
        *_, chinese, english = said(row, beat=beat)
        assert "gongkai run" in chinese
        assert "gongkai run" in english
    assert "gongkai run" not in said(row, beat=NOW - timedelta(seconds=59))[-1]


@pytest.mark.parametrize("state", sorted(SETTLED))
def test_what_is_settled_waits_for_no_scheduler(state: DeliveryState) -> None:
    assert "gongkai run" not in "".join(said(delivery(state), beat=None))


def test_the_platform_s_own_words_come_first() -> None:
    row = delivery(S.FAILED, reason="busy", error_zh="内容违规（10013）", error_en="refused")
    assert said(row)[2:4] == ["内容违规（10013）", "refused"]


def test_the_last_attempt_is_told_where_nothing_else_is() -> None:
    attempt = Attempt(
        delivery_id="D",
        no=3,
        started_at=NOW,
        finished_at=NOW,
        outcome="throttled",
        platform_code="45009",
        platform_message="",
    )
    assert said(delivery(S.READY), attempt)[3] == "attempt 3: throttled 45009"


def test_times_are_told_in_the_readers_zone() -> None:
    assert "2026-03-02 09:00:00" in said(delivery(S.PLANNED))[4]


def test_a_receipt_is_told_as_a_place() -> None:
    assert said(delivery(S.ACCEPTED, remote_url="https://toy/1"))[0].endswith("https://toy/1")
    assert said(delivery(S.VERIFIED, remote_id="r-7"))[1].endswith("r-7")


def test_what_a_platform_took_with_a_reservation_is_told() -> None:
    note = {"zh": "未送达：成员 nobody", "en": "not reached: users nobody"}
    chinese, english, *_ = said(delivery(S.ACCEPTED, remote_id="m-1", receipt={"note": note}))
    assert chinese.endswith("m-1（未送达：成员 nobody）")
    assert english.endswith("m-1 (not reached: users nobody)")
