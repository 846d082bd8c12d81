"""The circuit breaker: what opens it, who probes, and that nobody is left alone for ever."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Exhausted,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import Outcome, Priority
from hub.publishing.restraint.models import Scope
from scheduler.breaker import Breaker, BreakerSettings
from scheduler.endings import Case, ending_of_error
from scheduler.job import Prepared
from tests.scheduler.making import NOW, prepared
from tests.scheduler.toys import TOY

SAID = Words("出错", "it failed")
GONE = NotSent(SAID, platform_code="refused")
FIVE = BreakerSettings(account_failures=5, platform_failures=6)
REST = FIVE.first_rest


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker(clock, Random(7), FIVE)


def one(n: int, account: str = "a", priority: Priority = Priority.ROUTINE) -> Prepared:
    return prepared(f"d{n}", priority, account=account)


def fail(breaker: Breaker, times: int, error: Exception = GONE, account: str = "a") -> None:
    for n in range(times):
        breaker.failed(one(n, account), error)


def opened(breaker: Breaker) -> list[tuple[str, str]]:
    return sorted((b.scope.value, b.subject) for b in breaker.changes()[0])


@pytest.mark.parametrize("error", [GONE, Busy(SAID), Unknown(SAID)])
def test_so_many_failures_in_a_row_open_an_account_s_breaker(
    breaker: Breaker, error: Exception
) -> None:
    fail(breaker, 4, error)
    assert not breaker.resting
    assert breaker.failed(one(5), error) == REST
    assert opened(breaker) == [("account", "a")]
    assert breaker.holds(one(6)) == NOW + REST
    assert breaker.holds(one(6, "b")) is None


def test_it_says_what_was_met_last_as_a_platform_can_be_trusted_to_write(breaker: Breaker) -> None:
    fail(breaker, 4)
    breaker.failed(one(5), Busy(Words("平台\0繁忙", "the platform is busy"), platform_code="503\0"))
    [told] = breaker.changes()[0]
    assert (told.cause, told.words) == ("503�", Words("平台�繁忙", "the platform is busy"))


@pytest.mark.parametrize(
    "error",
    [Rejected(SAID), Exhausted(SAID), Unauthorised(SAID), Throttled(SAID), KeyError("defect")],
)
def test_what_is_no_platform_s_fault_never_opens_it(breaker: Breaker, error: Exception) -> None:
    for account in "abcdef":
        fail(breaker, 50, error, account)
    assert not breaker.resting


def test_a_post_that_was_taken_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(10):
        fail(breaker, 4)
        breaker.taken(one(9))
    assert not breaker.resting
    assert not breaker.watching


def test_failures_far_apart_do_not_add_up(breaker: Breaker, clock: ManualClock) -> None:
    for _ in range(20):
        fail(breaker, 1)
        clock.advance(FIVE.window.total_seconds() / 3)
    assert not breaker.resting


def test_one_broken_account_is_not_a_broken_platform(breaker: Breaker) -> None:
    fail(breaker, 50)
    assert opened(breaker) == [("account", "a")]


def test_several_accounts_failing_are_a_platform_that_fails(breaker: Breaker) -> None:
    for account in "abcabc":
        fail(breaker, 1, account=account)
    assert opened(breaker) == [("platform", "https://api.example.cn")]
    assert breaker.holds(one(1, "z")) is not None
    elsewhere = prepared("e", account="z", base_url="https://other.example")
    assert breaker.holds(elsewhere) is None


def test_exactly_one_probes_when_the_rest_is_over(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 5)
    clock.advance(REST.total_seconds())
    assert breaker.holds(one(1)) is None
    assert breaker.holds(one(1)) is None  # asked twice on its way
    assert [n for n in range(2, 50) if breaker.holds(one(n)) is None] == []


def test_a_probe_that_is_taken_lets_everybody_go(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 5)
    clock.advance(REST.total_seconds())
    breaker.holds(one(1))
    breaker.taken(one(1))
    assert breaker.holds(one(2)) is None
    assert breaker.changes() == ([], [(Scope.ACCOUNT, "c", "a")])


def test_a_probe_that_fails_doubles_the_rest_up_to_the_longest(
    breaker: Breaker, clock: ManualClock
) -> None:
    fail(breaker, 5)
    rests = []
    for n in range(8):
        clock.advance(FIVE.longest_rest.total_seconds())
        assert breaker.holds(one(n)) is None
        rest = breaker.failed(one(n), GONE)
        assert rest is not None
        rests.append(rest / REST)
    assert rests == [2, 4, 8, 16, 20, 20, 20, 20]


def test_a_probe_that_goes_nowhere_leaves_its_place_to_another(
    breaker: Breaker, clock: ManualClock
) -> None:
    fail(breaker, 5)
    clock.advance(REST.total_seconds())
    assert breaker.holds(one(1)) is None
    breaker.leave(one(1))  # cancelled, say
    assert breaker.holds(one(2)) is None
    breaker.failed(one(2), Rejected(SAID))  # says nothing about the platform
    assert breaker.holds(one(3)) is None


def test_a_failure_from_before_it_opened_neither_probes_nor_prolongs(
    breaker: Breaker, clock: ManualClock
) -> None:
    fail(breaker, 5)
    clock.advance(10)
    assert breaker.failed(one(8), GONE) == REST - timedelta(seconds=10)


def test_an_emergency_does_not_wait_for_the_end_of_the_rest(
    breaker: Breaker, clock: ManualClock
) -> None:
    fail(breaker, 5)
    urgent = [one(n, priority=Priority.EMERGENCY) for n in range(10, 13)]
    assert breaker.holds(urgent[0]) is None
    assert breaker.holds(urgent[1]) is not None  # one at a time
    breaker.failed(urgent[0], GONE)
    assert breaker.holds(urgent[1]) == NOW + timedelta(seconds=5)
    clock.advance(5)
    assert breaker.holds(urgent[2]) is None
    assert breaker.holds(one(1)) is not None


def test_an_account_is_not_blamed_for_its_platform_s_outage(
    breaker: Breaker, clock: ManualClock
) -> None:
    fail(breaker, 5)
    for account in "bcbcbc":
        fail(breaker, 1, account=account)
    assert opened(breaker) == [("account", "a"), ("platform", "https://api.example.cn")]
    clock.advance(REST.total_seconds())
    probe = one(1, "b")
    assert breaker.holds(probe) is None
    breaker.taken(probe)
    assert breaker.holds(one(2, "a")) is None


def test_what_waits_comes_back_spread_over_the_rest(breaker: Breaker) -> None:
    fail(breaker, 5)
    waits = [breaker.holds(one(n)) for n in range(200)]
    assert waits[0] == NOW + REST
    assert len(set(waits)) > 150
    assert all(at is not None and NOW + REST <= at < NOW + REST * 2 for at in waits)


def test_what_another_process_wrote_down_is_obeyed_and_forgotten_with_it(
    breaker: Breaker, clock: ManualClock
) -> None:
    other = Breaker(clock, Random(8), FIVE)
    fail(breaker, 5)
    known = breaker.changes()[0]
    other.learn(known)
    assert other.holds(one(1)) == NOW + REST
    other.learn([])
    assert not other.resting
    assert other.changes() == ([], [])


def test_what_could_not_be_written_down_is_told_again_unless_it_is_over(breaker: Breaker) -> None:
    fail(breaker, 5)
    changes = breaker.changes()
    breaker.take_back(*changes)
    assert breaker.changes() == changes
    breaker.taken(one(1))
    breaker.take_back(*changes)
    assert breaker.changes() == ([], [(Scope.ACCOUNT, "c", "a")])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask-urgent", "fail", "refuse", "take", "vanish", "wait"]),
        st.integers(0, 5),  # whose
        st.integers(0, 400),  # how long
    ),
    max_size=80,
)


@settings(deadline=None)
@given(STEPS)
def test_whatever_happens_a_probe_goes_in_time_and_only_one(
    steps: list[tuple[str, int, int]],
) -> None:
    """Deliveries of three accounts come and go in any order: nobody is sent beside the probe, no
    open breaker uses up a try, and whoever asks often enough is let through."""
    clock = ManualClock(NOW)
    breaker = Breaker(clock, Random(7), FIVE)
    going: dict[int, Prepared] = {}
    for what, n, seconds in steps:
        who = one(n, "abc"[n % 3], Priority.EMERGENCY if what == "ask-urgent" else Priority.ROUTINE)
        if what.startswith("ask"):
            _ask(breaker, going, n, who)
        elif what == "wait":
            clock.advance(seconds)
        elif n in going:
            _end(breaker, clock, what, going.pop(n))
    longest = FIVE.longest_rest + timedelta(minutes=6)
    clock.advance(longest.total_seconds())
    assert breaker.holds(one(99, "a")) is None


def _ask(breaker: Breaker, going: dict[int, Prepared], n: int, who: Prepared) -> None:
    if n in going:
        return
    account = who.delivery.account_id
    over = {(Scope.ACCOUNT, "c", account), (Scope.PLATFORM, "c", who.access.base_url)}
    held = bool(over & breaker._open)
    until = breaker.holds(who)
    if until is not None:
        assert held
        assert until > breaker._clock.now()
        return
    going[n] = who
    if held:
        assert breaker.holds(one(50, account)) is not None


def _end(breaker: Breaker, clock: ManualClock, what: str, who: Prepared) -> None:
    if what == "take":
        breaker.taken(who)
        return
    if what == "vanish":
        breaker.leave(who)
        return
    error: DeliveryError = GONE if what == "fail" else Rejected(SAID)
    rest = breaker.failed(who, error)
    ending = ending_of_error(Case(who.delivery, TOY, clock.now(), Random(7), rest), error)
    if rest is not None:
        assert (ending.burnt, ending.reason) == (0, "breaker-open")
        assert ending.outcome is Outcome.NOT_SENT
        assert ending.next_at is not None
        assert ending.next_at > clock.now()
