"""An account that may not publish at the due time waits, and stops no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.kernel.errors import Words
from hub.organisations import store as organisations
from hub.organisations.models import Account, FilingState
from hub.organisations.vault import Vault
from hub.publishing.models import DeliveryState
from tests.scheduler.stage import Stage, resting, run_once, running

S = DeliveryState
SAID = Words("出错", "it failed")
HOUR = timedelta(hours=1)


async def _paused(stage: Stage, account: Account) -> None:
    until_then = stage.clock.now() + HOUR
    await stage.organisations.pause(account.id, until_then, "换届", actor="admin")


async def _closed(stage: Stage, account: Account) -> None:
    await stage.organisations.change_account(account.id, actor="a", filing=FilingState.CLOSED)


async def _switched_off(stage: Stage, account: Account) -> None:
    await stage.organisations.change_account(account.id, actor="a", active=False)


async def _dead(stage: Stage, account: Account) -> None:
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, account.id, "失效"))


async def _ended(stage: Stage, account: Account) -> None:
    past = stage.clock.now() - HOUR
    await stage.do(lambda tx: organisations.set_authorised_until(tx, account.id, past))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_paused, "account-paused"),
        (_closed, "account"),
        (_switched_off, "account"),
        (_dead, "reconnect"),
        (_ended, "reconnect"),
    ],
)
async def test_an_account_that_may_not_publish_at_the_due_time_waits(
    stage: Stage, happens: object, reason: str
) -> None:
    await stage.plan(await stage.approved())
    account = await stage.organisations.account((await stage.delivery()).account_id)
    now = stage.clock.now()
    await happens(stage, account)  # type: ignore[operator]
    await run_once(stage, S.BLOCKED)
    found = await stage.delivery()
    assert (found.state, found.reason, found.attempts) == (S.BLOCKED, reason, 0)
    assert found.next_at == (now + HOUR if reason == "account-paused" else None)
    assert stage.platform.calls == []


async def test_a_paused_account_goes_on_when_the_pause_ends(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    await _paused(stage, await stage.organisations.account((await stage.delivery()).account_id))
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage, S.BLOCKED)
        stage.clock.advance(3600)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert await stage.states() == ["accepted"]


async def test_credentials_that_cannot_be_opened_stop_only_their_account(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=3))
    sealed = Vault({"k9": b"9" * 32}).seal("x", {"token": "t"})
    _, bad, _ = await stage.deliveries()
    await stage.do(
        lambda tx: tx.connection.exec_driver_sql(
            f"UPDATE accounts SET sealed = '{sealed}', revision = revision + 1 "
            f"WHERE id = '{bad.account_id}'"
        )
    )
    await run_once(stage, S.BLOCKED)
    found = await stage.delivery(bad.id)
    assert (found.state, found.reason) == (S.BLOCKED, "credentials")
    assert len(stage.platform.posts) == 2
