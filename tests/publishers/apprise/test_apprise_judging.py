"""What may be concluded from a call to a service, and from which seen exchanges."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.errors import (
    DeliveryError,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from publishers.apprise.crew import Told
from publishers.apprise.judging import fault_of
from publishers.apprise.transport import Exchange

UNREACHED = Exchange(connected=False, fault="ConnectionError")
EXCHANGES = st.builds(
    Exchange,
    connected=st.booleans(),
    status=st.sampled_from([0, 200, 204, 302, 303, 400, 401, 408, 429, 500, 503]),
    page=st.booleans(),
)


def told(*exchanges: Exchange, taken: bool = False, ended: bool = True) -> Told:
    return Told(taken=taken, ended=ended, fault="", exchanges=exchanges)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Unauthorised),
        (403, Unauthorised),
        (404, Unauthorised),
        (408, Unknown),
        (410, Unauthorised),
        (413, Rejected),
        (425, Unknown),
        (429, Throttled),
        (500, Unknown),
        (503, Unknown),
        (301, Rejected),
        (303, Unknown),
        (200, Unknown),  # and apprise was not content with what it said
    ],
)
def test_one_exchange_decides_by_its_status(status: int, kind: type[DeliveryError]) -> None:
    fault = fault_of(told(Exchange(status=status)))
    assert type(fault) is kind
    assert str(status) in fault.platform_code


def test_a_service_that_asks_for_time_gets_it() -> None:
    fault = fault_of(told(Exchange(status=429, retry_after="17")))
    assert fault is not None
    assert fault.retry_after == timedelta(seconds=17)


def test_an_unreadable_wait_is_none() -> None:
    fault = fault_of(told(Exchange(status=429, retry_after="soon")))
    assert fault is not None
    assert fault.retry_after is None


def test_false_without_any_exchange_says_nothing() -> None:
    """A service that speaks no HTTP: nobody saw what left."""
    assert isinstance(fault_of(told()), Unknown)


def test_a_web_page_is_no_yes() -> None:
    fault = fault_of(told(Exchange(status=200, page=True), taken=True))
    assert isinstance(fault, Unknown)
    assert "web page" in fault.platform_code


@given(st.lists(EXCHANGES, max_size=4), st.booleans(), st.booleans())
def test_nothing_is_called_unsent_that_may_have_left(
    exchanges: list[Exchange], taken: bool, ended: bool
) -> None:
    fault = fault_of(told(*exchanges, taken=taken, ended=ended))
    if any(exchange.connected for exchange in exchanges) or not ended:
        assert not isinstance(fault, NotSent)
    if len(exchanges) > 1 and not taken and not isinstance(fault, NotSent):
        assert isinstance(fault, Unknown)  # one of them may have published
    if fault is None:
        assert taken


@pytest.mark.parametrize("times", [1, 2])
def test_what_never_connected_was_not_sent(times: int) -> None:
    assert isinstance(fault_of(told(*[UNREACHED] * times)), NotSent)
