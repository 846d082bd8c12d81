"""Who gives the right password and code is let in, for a while, and everything is recorded."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.kernel.errors import Conflict
from hub.organisations.models import Role
from hub.organisations.signin.errors import NotProved, SignedOut, SignInRefused, WrongCode
from hub.organisations.signin.models import Stage
from hub.organisations.signin.rules import FREE_FAILURES
from tests.hub.organisations.signin.conftest import FROM, GOOD, Gate


async def refused(gate: Gate, login: str, password: str) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        await gate.sessions.sign_in(login, password, FROM)
    return caught.value


async def opened(gate: Gate) -> str:
    """The secret of an open session of somebody with an authenticator."""
    totp = await gate.enrolled()
    half = await gate.sessions.sign_in("wang", GOOD, FROM)
    whole = await gate.sessions.give_code(half.secret, gate.code(totp), FROM)
    gate.clock.advance(60)
    return whole.secret


async def ended(gate: Gate, secret: str) -> str:
    with pytest.raises(SignedOut) as caught:
        await gate.sessions.visitor(secret)
    return caught.value.why


async def test_password_and_code_open_a_session_with_its_owners_roles(gate: Gate) -> None:
    secret = await opened(gate)
    visitor = await gate.sessions.visitor(secret)
    assert visitor.session.stage is Stage.OPEN
    assert visitor.holds(frozenset({Role.CLERK}))
    assert not visitor.holds(frozenset({Role.LEADER}))
    assert (await gate.recorded())[-2:] == ["authenticator.enrolled", "session.signed-in"]


async def test_a_secret_from_before_a_step_is_worth_nothing_after_it(gate: Gate) -> None:
    totp = await gate.enrolled()
    half = await gate.sessions.sign_in("wang", GOOD, FROM)
    assert half.session.stage is Stage.CODE
    await gate.sessions.give_code(half.secret, gate.code(totp), FROM)
    assert await ended(gate, half.secret) == "ended"


async def test_without_an_authenticator_the_session_waits_for_one(gate: Gate) -> None:
    half = await gate.sessions.sign_in("wang", GOOD, FROM)
    assert half.session.stage is Stage.ENROL
    await gate.enrolled()
    whole = await gate.sessions.advance(half.secret, FROM)
    assert whole.session.stage is Stage.OPEN


async def test_wrong_unknown_and_left_are_refused_in_the_same_words(gate: Gate) -> None:
    told = [await refused(gate, "wang", "Wrong-27-lamp"), await refused(gate, "nobody", GOOD)]
    await gate.organisations.deactivate_person("wang", actor="admin")
    told.append(await refused(gate, "wang", GOOD))
    assert {str(error) for error in told} == {str(told[0])}
    assert [error.why for error in told] == ["password", "unknown", "unknown"]


async def test_many_guesses_at_once_are_no_more_than_one_after_the_other(gate: Gate) -> None:
    tries = [refused(gate, "wang", f"Wrong-{n}-lamp") for n in range(12)]
    told = await asyncio.gather(*tries)
    assert sorted({error.why for error in told}) == ["locked", "password"]
    assert sum(error.why == "password" for error in told) == FREE_FAILURES
    assert (await refused(gate, "wang", GOOD)).why == "locked"
    assert "password.locked" in await gate.recorded()


async def test_a_lock_ends_by_itself_or_by_an_administrator(gate: Gate) -> None:
    for _ in range(FREE_FAILURES):
        await refused(gate, "wang", "Wrong-27-lamp")
    gate.clock.advance(30)
    await gate.sessions.sign_in("wang", GOOD, FROM)
    for _ in range(FREE_FAILURES):
        await refused(gate, "wang", "Wrong-27-lamp")
    await gate.factors.unlock("wang", actor="admin")
    assert (await gate.sessions.sign_in("wang", GOOD, FROM)).session.stage is Stage.ENROL


async def test_a_code_is_used_once_and_wrong_ones_lock_too(gate: Gate) -> None:
    totp = await gate.enrolled()
    first, second = [await gate.sessions.sign_in("wang", GOOD, FROM) for _ in range(2)]
    code = gate.code(totp)
    await gate.sessions.give_code(first.secret, code, FROM)
    with pytest.raises(WrongCode):
        await gate.sessions.give_code(second.secret, code, FROM)
    for _ in range(FREE_FAILURES - 1):  # the one above was the first
        with pytest.raises(WrongCode):
            await gate.sessions.give_code(second.secret, "000000", FROM)
    with pytest.raises(SignInRefused):
        await gate.sessions.give_code(second.secret, "000000", FROM)
    assert "password.locked" in await gate.recorded()


async def test_signing_in_anew_does_not_forgive_wrong_codes(gate: Gate) -> None:
    await gate.enrolled()
    why = set()
    for _ in range(2 * FREE_FAILURES):
        try:
            half = await gate.sessions.sign_in("wang", GOOD, FROM)
            await gate.sessions.give_code(half.secret, "000000", FROM)
        except WrongCode:
            why.add("code")
        except SignInRefused as error:
            why.add(error.why)
    assert why == {"code", "locked"}


async def test_a_recovery_code_stands_in_once(gate: Gate) -> None:
    await gate.enrolled()
    [code, *rest] = await gate.factors.new_codes(gate.person)
    half = await gate.sessions.sign_in("wang", GOOD, FROM)
    await gate.sessions.give_code(half.secret, code.upper(), FROM)
    assert await gate.factors.codes_left(gate.person) == len(rest)
    again = await gate.sessions.sign_in("wang", GOOD, FROM)
    with pytest.raises(WrongCode):
        await gate.sessions.give_code(again.secret, code, FROM)


async def test_a_session_that_is_used_ends_at_its_longest(gate: Gate) -> None:
    secret, policy = await opened(gate), gate.sessions.policy
    end = (await gate.sessions.visitor(secret)).session.created_at + policy.longest
    while gate.clock.now() + policy.idle / 2 < end:
        gate.clock.advance(policy.idle.total_seconds() / 2)
        await gate.sessions.visitor(secret)
    gate.clock.advance((end - gate.clock.now()).total_seconds())
    assert await ended(gate, secret) == "expired"


async def test_idle_is_counted_from_the_last_use(gate: Gate) -> None:
    secret, idle = await opened(gate), gate.sessions.policy.idle.total_seconds()
    gate.clock.advance(idle - 61)
    await gate.sessions.visitor(secret)
    gate.clock.advance(idle - 1)
    await gate.sessions.visitor(secret)
    gate.clock.advance(idle)
    assert await ended(gate, secret) == "idle"


async def test_proving_oneself_counts_for_minutes(gate: Gate) -> None:
    totp = await gate.enrolled()
    half = await gate.sessions.sign_in("wang", GOOD, FROM)
    secret = (await gate.sessions.give_code(half.secret, gate.code(totp), FROM)).secret
    gate.clock.advance(gate.sessions.policy.fresh.total_seconds())
    with pytest.raises(NotProved):
        gate.sessions.require_proved(await gate.sessions.visitor(secret))
    with pytest.raises(SignInRefused):
        await gate.sessions.prove(secret, "Wrong-27-lamp", gate.code(totp), FROM)
    with pytest.raises(WrongCode):
        await gate.sessions.prove(secret, GOOD, "", FROM)
    await gate.sessions.prove(secret, GOOD, gate.code(totp), FROM)
    gate.sessions.require_proved(await gate.sessions.visitor(secret))
    assert (await gate.recorded())[-3:] == [
        "session.proving-refused", "session.proving-refused", "session.proved",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["everywhere", "password", "unenrol", "deactivated"])
async def test_what_ends_every_session(gate: Gate, by: str) -> None:
    secret = await opened(gate)
    if by == "everywhere":
        assert await gate.sessions.sign_out_everywhere("wang", actor="admin") == 1
    elif by == "password":
        await gate.factors.give_password("wang", actor="admin")
    elif by == "unenrol":
        await gate.factors.unenrol("wang", actor="admin")
    else:
        await gate.organisations.deactivate_person("wang", actor="admin")
    assert await ended(gate, secret) == ("inactive" if by == "deactivated" else "ended")


async def test_a_new_password_ends_the_others_and_keeps_this_one(gate: Gate) -> None:
    secret = await opened(gate)
    gate.clock.advance(timedelta(minutes=2).total_seconds())
    visitor = await gate.sessions.visitor(secret)
    await gate.factors.change_password(
        gate.person, "Another-28-lamp", session_id=visitor.session.id
    )
    await gate.sessions.visitor(secret)
    assert (await refused(gate, "wang", GOOD)).why == "password"


async def test_a_given_password_is_to_be_changed_first(gate: Gate) -> None:
    made = await gate.factors.give_password("wang", actor="admin")
    assert (await gate.sessions.sign_in("wang", made, FROM)).session.stage is Stage.PASSWORD


async def test_a_second_authenticator_is_refused(gate: Gate) -> None:
    await gate.enrolled()
    with pytest.raises(Conflict):
        await gate.enrolled()


async def test_signing_out_ends_it_and_again_changes_nothing(gate: Gate) -> None:
    secret = await opened(gate)
    for _ in range(2):
        await gate.sessions.sign_out(secret, FROM)
    assert (await gate.recorded()).count("session.signed-out") == 1
    assert await ended(gate, "x") == "unknown"
    assert await ended(gate, "") == "missing"
