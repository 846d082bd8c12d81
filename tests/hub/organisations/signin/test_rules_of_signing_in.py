"""Passwords that are guessed first are refused; failures lock longer and longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.organisations.models import Person
from hub.organisations.signin import rules
from hub.organisations.signin.errors import WeakPassword

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
PERSON = Person(id="p", login="li.min", name="李敏")


@pytest.mark.parametrize(
    "password",
    ["Short-1", "alllowercase", "12345678901234567890", "Passw0rd-2026", "aaaaAAAA1111----",
     "li.min-Likes-27", "李敏的密码-Harbour-1", "Harbour\x0027-lamp", "x" * 129],
)  # fmt: skip
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    with pytest.raises(WeakPassword):
        rules.check_password(password, PERSON)


@pytest.mark.parametrize(
    "password", ["Harbour-27-lamp", "清晨的江边有白鹭Abc1", "four words make a sentence"]
)
def test_length_or_variety_makes_one(password: str) -> None:
    rules.check_password(password, PERSON)
    with pytest.raises(WeakPassword):
        rules.check_password(password, PERSON, former_matches=True)


@given(st.integers(0, 200))
def test_more_failures_never_lock_shorter_and_never_beyond_an_hour(failures: int) -> None:
    now, later = rules.lock_after(failures, AT), rules.lock_after(failures + 1, AT)
    assert (now is None) == (failures < rules.FREE_FAILURES)
    assert now is None or (later is not None and AT < now <= later <= AT + timedelta(hours=1))


@given(st.binary(min_size=10, max_size=10), st.sampled_from(["", " ", "-", " - "]))
def test_a_recovery_code_is_the_same_however_it_is_typed(random: bytes, between: str) -> None:
    code = rules.recovery_code(random)
    typed = between.join(code.split("-")).upper()
    assert rules.recovery_digest("p", typed) == rules.recovery_digest("p", code)
    assert rules.recovery_digest("q", code) != rules.recovery_digest("p", code)


@given(st.binary(min_size=32, max_size=32))
def test_a_forms_token_tells_nothing_of_the_cookie(random: bytes) -> None:
    secret = rules.secret_of(random)
    assert rules.digest_of(secret) is not None
    assert rules.digest_of(secret + "=") is None
    assert rules.form_token(secret) not in (secret, rules.digest_of(secret))
