"""Every code of the platform's is one error of ours, with advice in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.publishing.errors import (
    Busy,
    DeliveryError,
    Exhausted,
    Rejected,
    Throttled,
    Unauthorised,
)
from publishers.wechat.codes import ADVICE, DEAD_TOKEN, Refused, error_for

NOW = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # 01:30 on New Year's Day in Beijing
CHINESE = re.compile(r"[一-鿿]")


def error_of(code: int, *, monthly_mass: bool = False) -> DeliveryError:
    refused = Refused(code, "words of the platform rid: 1-2", {}, "微信 draft/add")
    return error_for(refused, NOW, monthly_mass=monthly_mass)


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_every_code_is_explained_in_both_languages(code: int) -> None:
    advice = ADVICE[code]
    for words in (advice.words, advice.remedy):
        assert CHINESE.search(words.zh)
        assert words.en.strip()
        assert not CHINESE.search(words.en)


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_every_code_becomes_its_error_with_the_platforms_own_words(code: int) -> None:
    error = error_of(code)
    assert type(error) is ADVICE[code].error
    assert (error.platform_code, error.remedy) == (str(code), ADVICE[code].remedy)
    assert "rid: 1-2" in error.platform_message


@given(st.integers().filter(lambda code: code not in ADVICE))
def test_an_unknown_code_is_a_decisive_refusal(code: int) -> None:
    error = error_of(code)
    assert type(error) is Rejected
    assert error.platform_code == str(code)


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (Busy, {-1, 61450}),
        (Throttled, {45011, 45066}),
        (Exhausted, {45009, 45028}),
        (Unauthorised, {*DEAD_TOKEN, 40013, 40125, 40164, 48001, 48004, 50002, 89503}),
        (Rejected, {40003, 40007, 43004, 43019, 45002, 45003, 45015, 45166, 47001, 53503}),
    ],
)
def test_codes_are_classed_by_what_a_worker_has_to_do(
    kind: type[DeliveryError], codes: set[int]
) -> None:
    assert {type(error_of(code)) for code in codes} == {kind}


def test_too_fast_means_a_minute() -> None:
    assert error_of(45011).retry_after == timedelta(minutes=1)


def test_a_quota_ends_with_the_day_or_the_month_in_beijing() -> None:
    midnight = datetime(2027, 1, 1, 16, 0, tzinfo=UTC)
    assert error_of(45009).until == error_of(45028).until == midnight
    assert error_of(45028, monthly_mass=True).until == datetime(2027, 1, 31, 16, 0, tzinfo=UTC)
