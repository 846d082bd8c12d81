"""From how a call ended to where its delivery stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.bulk import Bulk
from hub.kernel.errors import Conflict, Words
from hub.publishing import errors
from hub.publishing.errors import DeliveryError
from hub.publishing.models import (
    LIFECYCLE,
    Declaration,
    Delivery,
    DeliveryState,
    Outcome,
    Purpose,
    Quota,
)
from hub.publishing.ports import Accepted
from hub.publishing.rules import MAX_TRIES, back_off, delivery_key
from scheduler.endings import Case, ending_of_acceptance, ending_of_error
from tests.scheduler.toys import READABLE, TOY

S, O = DeliveryState, Outcome  # noqa: E741
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SAID = Words("出错", "it failed")
MIDNIGHT = datetime(2026, 3, 2, 16, tzinfo=UTC)  # in Shanghai


def delivery(**changed: Any) -> Delivery:
    values: dict[str, Any] = dict.fromkeys(Delivery.__dataclass_fields__, "")
    values |= {
        "id": "D1",
        "purpose": Purpose.PUBLISH,
        "state": S.SENDING,
        "due_at": NOW,
        "not_after": NOW,
        "next_at": None,
        "first_started_at": None,
        "handed_over_at": None,
        "progress": {},
        "receipt": {},
    }
    values |= dict.fromkeys(("part", "priority", "fence", "attempts", "tries"), 0)
    return Delivery(**(values | changed))


def case(**changed: Any) -> Case:
    return Case(delivery(**changed), TOY, NOW, Random(1))


SETTLING, MINUTE = NOW + timedelta(seconds=5), NOW + timedelta(seconds=60)
# error → state, next_at (… is "after some seconds"), reason, outcome, tries burnt
ROWS: list[tuple[Exception, DeliveryState, Any, str, Outcome, int]] = [
    (errors.NotSent(SAID), S.BLOCKED, ..., "not-sent", O.NOT_SENT, 1),
    (errors.Busy(SAID), S.BLOCKED, ..., "busy", O.BUSY, 1),
    (errors.Throttled(SAID), S.BLOCKED, MINUTE, "throttled", O.THROTTLED, 0),
    (errors.SteppedBack(), S.BLOCKED, NOW, "stepped-back", O.NOT_SENT, 0),
    (errors.Exhausted(SAID), S.BLOCKED, MIDNIGHT, "quota-exhausted", O.THROTTLED, 0),
    (errors.Exhausted(SAID, until=MINUTE), S.BLOCKED, MINUTE, "quota-exhausted", O.THROTTLED, 0),
    (errors.Unauthorised(SAID), S.BLOCKED, None, "reconnect", O.UNAUTHORISED, 0),
    (errors.Rejected(SAID), S.FAILED, None, "", O.REFUSED, 0),
    (errors.UnsignedEdition(SAID), S.FAILED, None, "", O.REFUSED, 0),
    (errors.Unknown(SAID), S.UNKNOWN, SETTLING, "no-answer", O.UNKNOWN, 0),
    (DeliveryError(SAID), S.UNKNOWN, SETTLING, "no-answer", O.REFUSED, 0),
    (ZeroDivisionError(), S.UNKNOWN, SETTLING, "no-answer", O.UNKNOWN, 0),
    (Conflict(SAID), S.UNKNOWN, SETTLING, "no-answer", O.UNKNOWN, 0),
    (TimeoutError(), S.UNKNOWN, SETTLING, "no-answer", O.UNKNOWN, 0),
]


@pytest.mark.parametrize(
    ("error", "state", "next_at", "reason", "outcome", "burnt"),
    ROWS,
    ids=[f"{type(row[0]).__name__}-{n}" for n, row in enumerate(ROWS)],
)
def test_every_error_has_its_ending(
    error: Exception,
    state: DeliveryState,
    next_at: Any,
    reason: str,
    outcome: Outcome,
    burnt: int,
) -> None:
    ended = ending_of_error(case(), error)
    assert (ended.state, ended.reason, ended.outcome, ended.burnt) == (
        state,
        reason,
        outcome,
        burnt,
    )
    if next_at is ...:
        assert ended.next_at is not None
        assert timedelta(seconds=5) <= ended.next_at - NOW <= timedelta(seconds=6.25)
    else:
        assert ended.next_at == next_at
    assert (S.SENDING, state) in LIFECYCLE.edges()
    assert (S.UNKNOWN, state) in LIFECYCLE.edges() | {(S.UNKNOWN, S.UNKNOWN)}
    assert ended.error_code
    assert ended.error_zh
    assert ended.error_en


def test_no_error_of_the_tree_is_forgotten() -> None:
    every = {error for error in vars(errors).values() if isinstance(error, type)}
    every = {e for e in every if issubclass(e, DeliveryError)} - {errors.LeaseLost}
    assert every == {type(row[0]) for row in ROWS if isinstance(row[0], DeliveryError)}


@pytest.mark.parametrize("error", [errors.Busy, errors.NotSent])
def test_the_last_try_fails_and_says_why(error: type[DeliveryError]) -> None:
    last = ending_of_error(case(tries=MAX_TRIES - 1), error(SAID))
    assert (last.state, last.error_code) == (S.FAILED, error.code)
    assert ending_of_error(case(tries=MAX_TRIES - 2), error(SAID)).state is S.BLOCKED


@pytest.mark.parametrize("error", [errors.Throttled, errors.Exhausted])
def test_waiting_for_a_limit_never_ends_in_failure(error: type[DeliveryError]) -> None:
    ended = ending_of_error(case(tries=MAX_TRIES * 9), error(SAID))
    assert (ended.state, ended.burnt) == (S.BLOCKED, 0)


@pytest.mark.parametrize("error", [errors.Throttled, errors.Busy, errors.NotSent])
def test_what_the_platform_says_about_waiting_is_obeyed(error: type[DeliveryError]) -> None:
    wait = timedelta(seconds=777)
    assert ending_of_error(case(), error(SAID, retry_after=wait)).next_at == NOW + wait


def test_a_quota_runs_until_its_own_period_ends() -> None:
    monthly = replace(TOY, quotas=(Quota(count=4, period="month"),))
    ended = ending_of_error(Case(delivery(), monthly, NOW, Random(1)), errors.Exhausted(SAID))
    assert ended.next_at == datetime(2026, 3, 31, 16, tzinfo=UTC)


@given(tries=st.integers(0, 40), spread=st.floats(0, 1, exclude_max=True))
def test_waits_double_up_to_ten_minutes_and_spread_by_a_quarter(tries: int, spread: float) -> None:
    wait = back_off(tries, spread).total_seconds()
    base = min(5 * 2**tries, 600)
    assert base <= wait <= base * 1.25


def test_advice_has_code_and_remedy_in_both_languages() -> None:
    error = errors.Rejected(SAID, platform_code="45009", remedy=Words("改", "mend it"))
    ended = ending_of_error(case(), error)
    assert ended.error_zh == "出错（45009） → 改"
    assert ended.error_en == "it failed (45009) → mend it"


def test_acceptance_is_read_back_only_where_the_channel_can() -> None:
    took = Accepted(remote_id="r", url="https://toy/1", receipt={"a": 1})
    plain = ending_of_acceptance(case(), took)
    assert (plain.state, plain.next_at, plain.receipt) == (S.ACCEPTED, None, {"a": 1})
    asked = ending_of_acceptance(Case(delivery(), READABLE, NOW, Random(1)), took)
    assert asked.next_at == NOW + READABLE.verify_after
    pending = ending_of_acceptance(case(), replace(took, pending=True))
    assert (pending.reason, pending.next_at) == ("platform-review", NOW + TOY.verify_after)
    assert ending_of_acceptance(case(), replace(took, adopted=True)).outcome is O.ADOPTED


@pytest.mark.parametrize(
    ("rules", "state", "asked_at"),
    [(TOY, S.VERIFIED, None), (READABLE, S.ACCEPTED, NOW + READABLE.verify_after)],
)
def test_a_recall_is_read_back_where_the_channel_can(
    rules: Declaration, state: DeliveryState, asked_at: datetime | None
) -> None:
    done = ending_of_acceptance(
        Case(delivery(purpose=Purpose.RECALL), rules, NOW, Random(1)), Accepted(remote_id="r")
    )
    assert (done.state, done.next_at) == (state, asked_at)


def test_what_was_taken_without_a_name_is_known_by_our_key() -> None:
    assert ending_of_acceptance(case(), Accepted(remote_id="")).remote_id == delivery_key("D1")


def test_half_an_address_is_none() -> None:
    long = "https://toy/" + "x" * 1020
    assert ending_of_acceptance(case(), Accepted(remote_id="r", url=long)).remote_url == ""


hostile = st.text(st.characters(exclude_categories=[]), max_size=30)


@given(code=hostile, said=hostile)
def test_whatever_a_platform_says_can_be_stored(code: str, said: str) -> None:
    error = errors.Rejected(Words(said, said), platform_code=code, platform_message=said)
    refused = ending_of_error(case(), error)
    took = ending_of_acceptance(case(), Accepted(remote_id=said, url=said, receipt={said: [code]}))
    for text in (refused.platform_message, refused.error_zh, took.remote_id, took.remote_url):
        assert "\0" not in text.encode().decode()
    assert Bulk("{rows}", {"a": "text"})
