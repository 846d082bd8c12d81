"""Weibo's codes, each with what we do and what a person should do, in both languages."""

from __future__ import annotations

import pytest

from hub.publishing.errors import Busy, DeliveryError, Rejected, Throttled, Unauthorised, Unknown
from publishers.weibo.codes import ADVICE, GONE, REPEATED, TAKEN_SLOWLY, WAITS, advice_for


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_every_code_has_words_and_a_remedy_in_both_languages(code: int) -> None:
    advice = ADVICE[code]
    assert issubclass(advice.error, DeliveryError)
    assert all([advice.words.zh, advice.words.en, advice.remedy.zh, advice.remedy.en])


@pytest.mark.parametrize(
    ("code", "error"),
    [(10002, Busy), (10010, Unknown), (10024, Throttled), (20012, Rejected), (21327, Unauthorised)],
)
def test_a_code_decides_what_happens_next(code: int, error: type[DeliveryError]) -> None:
    assert advice_for(code).error is error


def test_an_unlisted_code_is_undecided_unless_it_is_about_the_token() -> None:
    assert advice_for(29999).error is Unknown
    assert advice_for(21399).error is Unauthorised


def test_every_code_with_a_meaning_of_its_own_is_listed() -> None:
    assert {*GONE, *REPEATED, TAKEN_SLOWLY, *WAITS} <= set(ADVICE)
