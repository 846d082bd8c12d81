"""When an account counts as near its limit, over it, or alive: pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.organisations.models import Account, FilingState
from hub.publishing.liveness.models import Standing, Trace
from hub.publishing.liveness.rules import days_left, life_of, limit_of

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ACCOUNT = Account(
    id="a", channel="toy", name="甲", handle="h", body_id="b", base_url="https://toy.example"
)


def standing(days: float, limit: int = 14) -> Standing:
    life = life_of(ACCOUNT, Trace("a", NOW - timedelta(days=days)), limit, NOW)
    assert life is not None
    return life.standing


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (0, Standing.LIVE),
        (10.9, Standing.LIVE),
        (11, Standing.NEAR),
        (13.99, Standing.NEAR),
        (14, Standing.OVER),
        (400, Standing.OVER),
    ],
)
def test_two_weeks_are_the_limit_and_the_last_quarter_is_near(days: float, found: Standing) -> None:
    assert standing(days) is found


def test_an_account_that_never_published_is_over_and_comes_first() -> None:
    never = life_of(ACCOUNT, Trace("a"), 14, NOW)
    long = life_of(ACCOUNT, Trace("a", NOW - timedelta(days=900)), 14, NOW)
    assert never is not None
    assert long is not None
    assert (never.standing, never.days) == (Standing.OVER, None)
    assert long.days == 900
    assert days_left(never.days, 14) < days_left(long.days, 14)


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        ({}, 14),
        ({"liveness_days": "7"}, 7),
        ({"liveness_days": 10}, 10),
        ({"liveness_days": "0"}, 0),
        ({"liveness_days": "soon"}, 14),
        ({"liveness_days": "-3"}, 14),
        ({"liveness_days": ""}, 14),
        ({"liveness_days": None}, 14),
        ({"liveness_days": "７"}, 14),
    ],
)
def test_an_account_s_own_limit_wins_where_it_is_a_number(
    settings: dict[str, object], limit: int
) -> None:
    assert limit_of(settings, 14) == limit


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, active=False),
        replace(ACCOUNT, filing=FilingState.CLOSED),
        replace(ACCOUNT, filing=FilingState.SUSPENDED),
        replace(ACCOUNT, filing=FilingState.NOT_FILED),
        replace(ACCOUNT, settings={"liveness_days": "0"}),
    ],
)
def test_who_has_no_duty_is_on_no_board(account: Account) -> None:
    assert life_of(account, Trace("a"), 14, NOW) is None


@given(
    limit=st.integers(1, 400),
    days=st.floats(0, 1000, allow_nan=False),
    more=st.floats(0, 100, allow_nan=False),
)
def test_time_alone_never_makes_an_account_livelier(limit: int, days: float, more: float) -> None:
    order = list(Standing)
    assert order.index(standing(days, limit)) <= order.index(standing(days + more, limit))
