"""The model of the dispatcher: it never foretells what a limit forbids, and never guesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.forecast.models import Job, Load, Machine, Played, Window
from hub.publishing.forecast.playing import play
from hub.publishing.forecast.rules import waves
from hub.publishing.models import Quota
from hub.publishing.rules import quota_period

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0
FAST = Machine(connections=1000, per_second=100_000.0)


def job(number: int, **changes: object) -> Job:
    plain = Job(
        id=f"{number:04}",
        wave="plan/weibo",
        account=f"account {number}",
        ready_at=NOW,
        not_after=NOW + 40 * DAY,
        call_s=0.5,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def last(played: Sequence[Played]) -> float:
    return max(one.finished for one in played if one.finished is not None)


@st.composite
def loads(draw: st.DrawFn) -> Load:
    """Up to 40 posts over few accounts, with windows shared in every way, quotas and deadlines."""
    accounts = draw(st.integers(1, 6))
    shared = Window("app", draw(st.integers(2, 8)), draw(st.integers(0, 1)), 60.0)
    quota = Quota(count=draw(st.integers(1, 4)), period="day", kept=draw(st.integers(0, 0)))
    jobs = []
    for number in range(draw(st.integers(1, 40))):
        account = f"account {draw(st.integers(1, accounts))}"
        own = Window(account, draw(st.just(3)), 1, 30.0)
        urgent = draw(st.booleans())
        ready_at = NOW + draw(st.integers(0, 90))
        jobs.append(
            job(
                number,
                account=account,
                ready_at=ready_at,
                not_after=ready_at + draw(st.sampled_from([5.0, 200.0, 9 * DAY])),
                call_s=draw(st.sampled_from([0.1, 1.0, 7.0])),
                urgent=urgent,
                priority=100 if urgent else 0,
                windows=(own, shared)[: draw(st.integers(0, 2))],
                quotas=(quota,) if draw(st.booleans()) else (),
            )
        )
    return Load(now=NOW, jobs=tuple(jobs), begun={"app": (NOW - 20.0, NOW - 3.0)})


machines = st.builds(
    Machine, connections=st.integers(1, 4), per_second=st.sampled_from([2.0, 50.0, 1000.0])
)


@given(loads(), machines)
def test_no_limit_is_ever_foretold_to_be_broken(load: Load, machine: Machine) -> None:
    played = play(load, machine)
    for window in {window for one in load.jobs for window in one.windows}:
        mine = [o for o in played if window in o.job.windows and o.started is not None]
        earlier = load.begun.get(window.key, ())
        assert_at_most([*earlier, *(o.started or 0 for o in mine)], window.count, window.per_s)
        routine = [o.started or 0 for o in mine if not o.job.urgent]
        assert_at_most(routine, window.count - window.kept, window.per_s)


def assert_at_most(moments: Sequence[float], count: int, per_s: float) -> None:
    begun = sorted(moments)
    for place in range(len(begun) - count):
        assert begun[place + count] - begun[place] >= per_s - 1e-6


@given(loads(), machines)
def test_every_post_keeps_its_times_its_quota_and_its_turn(load: Load, machine: Machine) -> None:
    played = play(load, machine)
    calls = [(one.started, one.finished, one.job) for one in played if one.started is not None]
    spent: Counter[tuple[str, float]] = Counter()
    for started, finished, one in calls:
        assert one.ready_at <= started <= one.not_after
        for urgent in (True, False):
            at_once = sum(
                a <= started < (b or 0) and other.urgent is urgent for a, b, other in calls
            )
            assert at_once <= machine.connections
        assert not any(
            other is not one and other.account == one.account and a <= started < (b or 0)
            for a, b, other in calls
        )
        for quota in one.quotas:
            start = quota_period(quota, datetime.fromtimestamp(started, UTC))[0]
            spent[one.account, start.timestamp()] += 1
            assert spent[one.account, start.timestamp()] <= quota.count
        assert finished == started + one.call_s


@given(loads(), machines)
def test_every_post_ends_sent_or_expired_and_the_same_way_again(
    load: Load, machine: Machine
) -> None:
    played = play(load, machine)
    assert [one.job.id for one in played] == [one.id for one in load.jobs]
    assert all((one.started is not None) is not one.expired for one in played)
    assert [(o.started, o.expired) for o in play(load, machine)] == [
        (o.started, o.expired) for o in played
    ]


@given(st.integers(1, 30), st.integers(2, 10), st.integers(0, 10), st.integers(1, 5))
def test_a_wider_limit_never_makes_a_wave_later(
    posts: int, count: int, more: int, connections: int
) -> None:
    def finish(allowed: int, at_once: int) -> float:
        window = Window("app", allowed, 0, 60.0)
        load = Load(now=NOW, jobs=tuple(job(n, windows=(window,)) for n in range(posts)))
        return last(play(load, Machine(connections=at_once, per_second=1000.0)))

    assert finish(count + more, connections) <= finish(count, connections)
    assert finish(count, connections + more) <= finish(count, connections)


def test_a_wave_over_a_limit_says_how_many_wait_and_until_when() -> None:
    window = Window("app", 10, 1, 3600.0)
    (wave,) = waves(
        play(Load(now=NOW, jobs=tuple(job(n, windows=(window,)) for n in range(25))), FAST)
    )
    assert (wave.sent, wave.waiting) == (25, {"rate": 16})
    assert wave.median is not None
    assert wave.last is not None
    assert int(wave.last - NOW) == 2 * 3600
    assert int(wave.waiting_until["rate"] - NOW) == 2 * 3600
    assert int(wave.median - NOW) == 3600


def test_calls_of_the_last_hour_count_already() -> None:
    window = Window("app", 2, 0, 3600.0)
    load = Load(now=NOW, jobs=(job(1, windows=(window,)),), begun={"app": (NOW - 3000, NOW - 60)})
    assert play(load, FAST)[0].started == NOW + 600


def test_what_finds_no_slot_today_goes_tomorrow_or_expires() -> None:
    quota = Quota(count=1, period="day", zone="UTC")
    midnight = datetime(2026, 12, 2, tzinfo=UTC).timestamp()
    jobs = (
        job(1, account="a", quotas=(quota,)),
        job(2, account="a", quotas=(quota,)),
        job(3, account="b", quotas=(quota,), not_after=NOW + 60),
    )
    start = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    first, second, third = play(Load(now=NOW, jobs=jobs, spent={("b", "day", start): 1}), FAST)
    assert (first.started, second.started) == (NOW, midnight)
    assert second.waited == {"quota": midnight}
    assert third.expired


def test_an_emergency_goes_before_thousands_that_are_due() -> None:
    jobs = [job(n, call_s=1.0) for n in range(5000)]
    jobs.append(job(9999, urgent=True, priority=100, call_s=1.0))
    played = play(Load(now=NOW, jobs=tuple(jobs)), Machine(connections=10, per_second=1000.0))
    assert played[-1].started == NOW
    assert 500 <= last(played) - NOW < 505


def test_a_thread_and_a_ring_go_one_after_the_other_and_nobody_guesses_a_person() -> None:
    jobs = (
        job(1, groups=("part 0", "ring 1")),
        job(2, after="part 0", groups=("part 1",)),
        job(3, after="ring 1", settle_s=7.0),
        job(4, held=True, groups=("ring 9",)),
        job(5, after="ring 9"),
    )
    played = play(Load(now=NOW, jobs=jobs), FAST)
    assert [one.started for one in played] == [NOW, NOW + 0.5, NOW + 7.5, None, None]
    (wave,) = waves(played)
    assert (wave.sent, wave.held, wave.expired) == (3, 2, 0)
