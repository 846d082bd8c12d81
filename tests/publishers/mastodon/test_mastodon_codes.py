"""What the platform says becomes one of our errors, with advice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from publishers.mastodon.codes import MediaTaken, NotThere, ScopeMissing, refusal
from publishers.wire import Answer

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DATE = {"Date": "Mon, 02 Mar 2026 01:00:00 GMT"}


def told(
    status: int, said: str = "", headers: dict[str, str] | None = None, *, effect: bool = True
) -> DeliveryError:
    body = json.dumps({"error": said}).encode()
    answer = Answer(status, headers or {}, body, effect, "mastodon POST statuses")
    try:
        return refusal(answer, NOW)
    except DeliveryError as error:
        return error


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (400, "Bad Request: status too long, 5001 characters provided", Rejected),
        (401, "The access token is invalid", Unauthorised),
        (403, "This action is outside the authorized scopes", ScopeMissing),
        (403, "Your login is currently disabled", Unauthorised),
        (403, "This action is not allowed", Rejected),
        (404, "Record not found", NotThere),
        (410, "Gone", NotThere),
        (422, "Validation failed: Text character limit of 500 exceeded", Rejected),
        (422, "Media 1 not found or already attached to another post", MediaTaken),
        (422, "Cannot attach files that have not finished processing. Try again", Busy),
        (422, "字数超出限制", Rejected),
        (429, "Too many requests", Throttled),
        (500, "An unexpected error occurred", Unknown),
        (503, "There was a temporary problem serving your request", Unknown),
    ],
)
def test_every_refusal_has_its_error(status: int, said: str, kind: type[DeliveryError]) -> None:
    error = told(status, said)
    assert type(error) is kind
    assert said in error.platform_message
    assert error.words.zh
    assert error.words.en


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500, 502])
def test_a_proxys_page_decides_nothing(status: int) -> None:
    for effect, kind in ((True, Unknown), (False, Busy)):
        answer = Answer(status, {}, b"<html>502</html>", effect, "mastodon POST statuses")
        with pytest.raises(kind):
            raise refusal(answer, NOW)


def test_a_proxy_that_finds_a_picture_too_large_is_believed() -> None:
    answer = Answer(413, {}, b"<html>Request Entity Too Large</html>", False, "mastodon POST media")
    assert type(refusal(answer, NOW)) is Rejected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "2026-03-02T01:05:00.000000Z"}, 300),
        ({"X-RateLimit-Reset": "2026-03-02T01:05:00"}, 300),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"Retry-After": "120", "X-RateLimit-Reset": "2026-03-02T01:05:00Z"}, 120),
        ({"Retry-After": "Mon, 02 Mar 2026 01:01:00 GMT"}, 60),
        ({"X-RateLimit-Reset": "2026-03-02T00:59:00Z"}, 1),
        ({"X-RateLimit-Reset": "2999-03-02T00:59:00Z"}, 3 * 3600),
        (
            {"Date": "Mon, 02 Mar 2026 03:00:00 GMT", "X-RateLimit-Reset": "2026-03-02T03:00:07Z"},
            7,  # the server's clock is two hours ahead
        ),
    ],
)
def test_a_limit_says_how_long_to_wait(headers: dict[str, str], seconds: int) -> None:
    assert told(429, "", DATE | headers).retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Reset": "soon"}, {"Retry-After": "-1"}])
def test_a_limit_that_says_nothing_leaves_the_wait_to_the_engine(headers: dict[str, str]) -> None:
    assert told(429, "", headers).retry_after is None


@given(st.integers(400, 599), st.text(), st.dictionaries(st.just("X-RateLimit-Reset"), st.text()))
def test_whatever_is_answered_is_one_of_our_errors(
    status: int, said: str, headers: dict[str, str]
) -> None:
    error = told(status, said, headers)
    assert isinstance(error, DeliveryError)
    assert isinstance(error, Unknown) == (status >= 500 or status == 408)
