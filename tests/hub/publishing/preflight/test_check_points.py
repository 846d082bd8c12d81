"""Whenever the job runs, however rarely, every point of a plan is passed once and in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.preflight.models import LEADS, CheckPoint
from hub.publishing.preflight.points import moment, next_moment, reached

P = CheckPoint
MADE = datetime(2026, 3, 2, 1, tzinfo=UTC)
minutes = st.integers(0, 5 * 24 * 60).map(lambda n: timedelta(minutes=n))
some_points = st.frozensets(st.sampled_from(CheckPoint))


def test_a_plan_of_next_week_is_looked_at_four_times() -> None:
    due = MADE + timedelta(days=7)
    done: set[CheckPoint] = set()
    passed = []
    at: datetime | None = MADE
    while at is not None:
        come = reached(due, MADE, done, at)
        passed.append((come, due - at))
        done |= set(come)
        at = next_moment(due, MADE, done, at)
    assert passed == [
        ([P.PLANNED], timedelta(days=7)),
        ([P.DAY], timedelta(hours=24)),
        ([P.HOUR], timedelta(hours=1)),
        ([P.MINUTES], timedelta(minutes=5)),
    ]


def test_one_look_covers_what_was_missed_and_counts_as_the_latest_of_them() -> None:
    due = MADE + timedelta(days=7)
    assert reached(due, MADE, {P.PLANNED}, due - timedelta(minutes=30)) == [P.DAY, P.HOUR]


def test_a_plan_made_two_hours_before_is_not_a_day_late() -> None:
    due = MADE + timedelta(hours=2)
    assert reached(due, MADE, (), MADE) == [P.DAY, P.PLANNED]
    assert next_moment(due, MADE, {P.DAY, P.PLANNED}, MADE) == due - timedelta(hours=1)


@given(ahead=minutes, past=minutes, done=some_points)
def test_what_has_come_and_what_is_to_come_are_all_that_is_not_done(
    ahead: timedelta, past: timedelta, done: frozenset[CheckPoint]
) -> None:
    due, now = MADE + ahead, MADE + past
    come, following = reached(due, MADE, done, now), next_moment(due, MADE, done, now)
    if now >= due:
        assert (come, following) == ([], None)
        return
    assert not set(come) & done
    assert (following == now) == bool(come)
    waiting = set(CheckPoint) - done - set(come)
    assert all(moment(point, due, MADE) > now for point in waiting)
    after = next_moment(due, MADE, done | set(come), now)
    assert after == min((moment(point, due, MADE) for point in waiting), default=None)
    assert after is None or now < after < due


@given(ahead=minutes, steps=st.lists(st.integers(1, 600), max_size=30))
def test_every_point_is_passed_once_and_none_after_the_plan_is_due(
    ahead: timedelta, steps: list[int]
) -> None:
    due, now = MADE + ahead, MADE
    done: list[CheckPoint] = []
    for step in steps:
        come = reached(due, MADE, set(done), now)
        assert not come or now < due
        done += come
        now += timedelta(minutes=step)
    assert len(done) == len(set(done))
    seen = {p for p in CheckPoint if steps and moment(p, due, MADE) <= MADE < due}
    assert seen <= set(done)


@given(ahead=minutes)
def test_leads_shrink_in_the_order_of_the_points(ahead: timedelta) -> None:
    leads = [LEADS[point] for point in CheckPoint if point in LEADS]
    assert leads == sorted(leads, reverse=True)
    due = MADE + ahead
    assert [moment(p, due, MADE) for p in LEADS] == [due - lead for lead in leads]
