"""What each answer of a platform leads to: again, never again, wait, or a person."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.kernel.errors import Words
from hub.publishing.errors import (
    Busy,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import DeliveryState
from tests.scheduler.stage import Stage, resting, run_once, running

S = DeliveryState
SAID = Words("出错", "it failed")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("error", [Busy(SAID), NotSent(SAID)])
async def test_what_surely_did_not_arrive_is_sent_again(stage: Stage, error: Exception) -> None:
    stage.platform.answers.append(error)
    await stage.plan(await stage.approved())
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage, S.BLOCKED)
        stage.clock.advance(7)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    found = await stage.delivery()
    assert (found.state, found.attempts, found.tries) == (S.ACCEPTED, 2, 1)
    assert (found.error_code, found.error_zh) == ("", "")
    assert [a.no for a in await stage.attempts(found.id)] == [1, 2]
    assert len(stage.platform.posts) == 1


@pytest.mark.parametrize("scope", ["account", "app"])
async def test_retry_after_is_obeyed_for_its_scope(stage: Stage, scope: str) -> None:
    stage.platform.answers.append(Throttled(SAID, retry_after=timedelta(seconds=90), scope=scope))
    await stage.accounts(2)
    await stage.plan(await stage.approved(accounts=0))
    async with running(stage.dispatcher(connections=1)) as dispatcher:
        dispatcher.wake()
        await resting(stage, S.BLOCKED)
        assert len(stage.platform.calls) == (2 if scope == "account" else 1)
        stage.clock.advance(89)  # type: ignore[attr-defined]
        dispatcher.wake()
        await asyncio.sleep(0.1)
        assert len(stage.platform.calls) == (2 if scope == "account" else 1)
        stage.clock.advance(2)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert {d.tries for d in await stage.deliveries()} == {0}
    assert len(stage.platform.posts) == 2


async def test_a_dead_authorisation_marks_the_account(stage: Stage) -> None:
    stage.platform.answers.append(Unauthorised(SAID, platform_code="21332"))
    await stage.plan(await stage.approved())
    await run_once(stage, S.BLOCKED)
    found = await stage.delivery()
    account = await stage.organisations.account(found.account_id)
    assert (found.reason, found.next_at, found.tries) == ("reconnect", None, 0)
    assert "21332" in account.needs_reconnecting


async def test_a_refusal_is_final_and_says_why(stage: Stage) -> None:
    stage.platform.answers.append(Rejected(SAID, platform_code="20019", remedy=Words("改", "mend")))
    await stage.plan(await stage.approved())
    await run_once(stage)
    found = await stage.delivery()
    assert (found.state, found.error_code) == (S.FAILED, "rejected")
    assert "20019" in found.error_zh
    assert "改" in found.error_zh
    [attempt] = await stage.attempts(found.id)
    assert (attempt.outcome, attempt.platform_code) == ("refused", "20019")


@pytest.mark.parametrize("error", [Unknown(SAID), KeyError("bug"), TimeoutError(), OSError()])
async def test_what_may_have_arrived_is_not_sent_again(stage: Stage, error: Exception) -> None:
    stage.platform.answers.append(error)
    await stage.plan(await stage.approved())
    await run_once(stage, S.UNKNOWN)
    found = await stage.delivery()
    assert (found.state, found.reason) == (S.UNKNOWN, "no-answer")
    assert len(stage.platform.calls) == 1


async def test_what_a_platform_says_in_broken_text_is_kept(stage: Stage) -> None:
    stage.platform.answers.append(
        Rejected(Words("a\0b", "c\ud83d"), platform_code="\0", platform_message="\ud83d\0" * 400)
    )
    await stage.plan(await stage.approved())
    await run_once(stage)
    assert (await stage.delivery()).error_zh.startswith("a\ufffdb")
