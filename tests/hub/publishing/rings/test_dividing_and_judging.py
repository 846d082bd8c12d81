"""Who is in which ring, and when a ring passes or stops: the rules alone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel.errors import InvalidInput
from hub.publishing.models import Priority
from hub.publishing.rings.models import Ring, RingEvent, RingOrder, RingState, Tally
from hub.publishing.rings.rules import Member, check_order, divide, verdict

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
RUNNING = Ring(plan_id="p", number=1, state=RingState.RUNNING, error_share=0.05, errors=1)


def members(**channels: int) -> list[Member]:
    return [
        Member(f"{channel}-{n:05}", channel, NOW)
        for channel, count in channels.items()
        for n in range(count)
    ]


def test_one_account_then_one_in_a_hundred_then_all() -> None:
    rings = divide(members(weibo=1000), RingOrder())
    assert [len(ring) for ring in rings] == [1, 10, 989]


def test_every_channel_has_its_own_first_account() -> None:
    rings = divide(members(weibo=200, wechat=150, telegram=1), RingOrder())
    assert sorted(rings[0]) == ["telegram-00000", "wechat-00000", "weibo-00000"]
    assert [len(ring) for ring in rings] == [3, 4, 344]


def test_the_first_ring_is_due_first() -> None:
    late = Member("a", "weibo", NOW + timedelta(hours=2))
    rings = divide([late, *members(weibo=50)], RingOrder())
    assert rings[0] == ["weibo-00000"]
    assert "a" in rings[2]


def test_a_chosen_account_goes_first_and_the_other_channels_give_their_own() -> None:
    order = RingOrder(first=("weibo-00007",))
    rings = divide(members(weibo=100, wechat=100), order)
    assert sorted(rings[0]) == ["wechat-00000", "weibo-00007"]


def test_an_account_that_the_plan_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        divide(members(weibo=3), RingOrder(first=("elsewhere",)))
    assert caught.value.field == "canary"


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 400), min_size=1),
    st.floats(0.001, 0.9),
)
def test_every_account_is_in_exactly_one_ring(channels: dict[str, int], share: float) -> None:
    there = members(**channels)
    rings = divide(there, RingOrder(share=share))
    assert sorted(a for ring in rings for a in ring) == sorted(m.account_id for m in there)
    assert all(rings)
    assert len(rings[0]) == len(channels)


@pytest.mark.parametrize(
    "order",
    [RingOrder(share=0), RingOrder(share=1), RingOrder(error_share=1), RingOrder(errors=0)],
)
def test_shares_that_make_no_sense_are_refused(order: RingOrder) -> None:
    with pytest.raises(InvalidInput):
        check_order(order, Priority.ROUTINE)


def test_an_emergency_goes_to_everybody_at_once() -> None:
    with pytest.raises(InvalidInput, match="emergency"):
        check_order(RingOrder(), Priority.EMERGENCY)


def judged(
    accounts: int, proven: int = 0, failed: int = 0, cancelled: int = 0, **ring: int
) -> RingEvent | None:
    values = {"excused": 0, "waived": False} | ring
    one = Ring(plan_id="p", number=1, state=RingState.RUNNING, error_share=0.05, errors=1, **values)  # type: ignore[arg-type]
    tally = Tally(accounts=accounts, proven=proven, failed=failed, cancelled=cancelled)
    return verdict(one, tally, more_waits=True)


@pytest.mark.parametrize(
    ("found", "event"),
    [
        (judged(1), None),
        (judged(1, proven=1), RingEvent.PASSED),
        (judged(1, failed=1), RingEvent.STOPPED),
        (judged(100, proven=94), None),
        (judged(100, proven=95), RingEvent.PASSED),
        (judged(100, proven=10, failed=5), None),  # five in a hundred is the share
        (judged(100, proven=10, failed=6), RingEvent.STOPPED),
        (judged(10, proven=9, failed=1), RingEvent.STOPPED),
        (judged(3, cancelled=3), RingEvent.STOPPED),  # nothing was proven
        (judged(3, proven=1, cancelled=2), RingEvent.PASSED),
        (judged(1, failed=1, excused=1, waived=True), RingEvent.PASSED),  # a person took it on
        (judged(100, proven=30, failed=6, excused=6), None),
        (judged(100, proven=30, failed=12, excused=6), RingEvent.STOPPED),
        (judged(100, proven=89, failed=6, excused=6), RingEvent.PASSED),
        (judged(3, cancelled=3, waived=True), RingEvent.PASSED),
    ],
)
def test_a_ring_passes_when_proven_and_stops_past_its_share(
    found: RingEvent | None, event: RingEvent | None
) -> None:
    assert found is event


def test_a_cancelled_plan_stops_nothing() -> None:
    tally = Tally(accounts=3, proven=0, failed=0, cancelled=3)
    assert verdict(RUNNING, tally, more_waits=False) is RingEvent.PASSED


@settings(deadline=None)
@given(st.integers(1, 300), st.data())
def test_what_passed_could_not_have_been_stopped_by_the_rest(
    accounts: int, data: st.DataObject
) -> None:
    failed = data.draw(st.integers(0, accounts))
    proven = data.draw(st.integers(0, accounts - failed))
    event = judged(accounts, proven=proven, failed=failed)
    if event is RingEvent.PASSED:
        assert accounts - proven <= math.floor(0.05 * accounts)
    if failed + proven == accounts:
        assert event is not None  # everything is known: it is decided
