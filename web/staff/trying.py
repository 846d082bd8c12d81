"""What the staff API does to try an account: asks its platform, posts a test, takes it back."""

from __future__ import annotations

from hub.organisations.models import Account, Role
from hub.publishing.connecting.models import Trial
from web.staff.asked_handling import SendTest
from web.staff.desk import Call
from web.staff.handling_shapes import StaffTrial, StaffTrials
from web.staff.shapes import Said

__all__ = [
    "check_account",
    "list_trials",
    "send_test",
    "settle_test",
    "test_of",
    "trial_told",
    "withdraw_test",
]

_STEWARDS = frozenset({Role.ADMIN})


async def check_account(call: Call) -> StaffTrial:
    """The platform is asked whether it knows the account; nothing is posted."""
    account = await _mine(call)
    return trial_told(await call.services.handling.connecting.check(account.id, actor=call.login))


async def list_trials(call: Call) -> StaffTrials:
    account = await _mine(call)
    found = await call.services.handling.connecting.trials(account.id)
    return StaffTrials(trials=tuple(trial_told(one) for one in found))


async def send_test(call: Call) -> StaffTrial:
    """A post of fixed words."""
    told: SendTest = call.told
    account = await _mine(call)
    done = await call.services.handling.tests.send(account.id, actor=call.login, seen=told.public)
    return trial_told(done)


async def settle_test(call: Call) -> StaffTrial:
    """The platform is asked what became of one that nobody knows of."""
    return trial_told(
        await call.services.handling.tests.settle(await test_of(call), actor=call.login)
    )


async def withdraw_test(call: Call) -> StaffTrial:
    return trial_told(
        await call.services.handling.tests.withdraw(await test_of(call), actor=call.login)
    )


async def test_of(call: Call) -> str:
    """The test post of the path, if it is the account's."""
    account = await _mine(call)
    found = await call.services.handling.tests.of(call.request.match_info["test"], account.id)
    return found.id


async def _mine(call: Call) -> Account:
    """The account of the path, in sight of the caller, who administers its body."""
    sight = await call.services.sights.of(call.login)
    account = await call.services.register.account(call.request.match_info["account"], sight)
    await call.operates([account.id], _STEWARDS)
    return account


def trial_told(one: Trial) -> StaffTrial:
    return StaffTrial(
        id=one.id,
        account=one.account_id,
        kind=one.kind.value,
        state=one.state.value,
        by=one.by,
        at=one.at,
        told=one.told,
        until=one.until,
        remote_id=one.remote_id,
        url=one.url,
        code=one.code,
        why=Said(zh=one.words.zh, en=one.words.en),
        remedy=Said(zh=one.remedy.zh, en=one.remedy.en),
    )
