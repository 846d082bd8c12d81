"""The dispatcher on a scripted platform: what is sent, when, how often, and what never is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.catalogue.rules import draft_of
from hub.kernel.errors import Words
from hub.organisations import store as organisations
from hub.organisations.models import Account, FilingState, Selection
from hub.organisations.vault import Vault
from hub.publishing.errors import (
    Busy,
    LeaseLost,
    NotSent,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import DeliveryState, Priority
from hub.publishing.ports import Accepted, Job
from hub.publishing.rules import delivery_key
from hub.publishing.service import When
from hub.publishing.tables import editions
from tests.scheduler.stage import MUTE, Stage, resting, run_once, running, until

S = DeliveryState
SAID = Words("出错", "it failed")
HOUR = timedelta(hours=1)


async def test_what_is_due_is_sent_once_and_leaves_a_receipt(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=3))
    await run_once(stage)
    assert len(stage.platform.posts) == len(stage.platform.calls) == 3
    keys = {key for _, key, _ in stage.platform.posts}
    assert keys == {delivery_key(d.id) for d in await stage.deliveries()}
    for delivery in await stage.deliveries():
        [attempt] = await stage.attempts(delivery.id)
        assert attempt.outcome == "accepted"
        assert delivery.remote_id.startswith("r-")


async def test_what_is_not_due_is_not_sent(stage: Stage) -> None:
    await stage.plan(await stage.approved(), stage.clock.now() + HOUR)
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await asyncio.sleep(0.1)
        assert stage.platform.calls == []
        stage.clock.advance(3600)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert len(stage.platform.posts) == 1


async def test_the_attempt_is_durable_before_the_platform_is_called(stage: Stage) -> None:
    seen = []

    async def look(job: Job) -> Accepted | None:
        delivery = await stage.delivery(job.delivery_id)
        seen.append((delivery.state, [a.outcome for a in await stage.attempts(delivery.id)]))
        return None

    stage.platform.always = look
    await stage.plan(await stage.approved(accounts=3))
    await run_once(stage)
    assert seen == [(S.SENDING, [""])] * 3


async def test_bytes_that_changed_after_signing_are_never_sent(stage: Stage) -> None:
    await stage.plan(await stage.approved(), stage.clock.now() + HOUR)
    change = update(editions).values(payload=editions.c.payload.op("||")(" "))
    await stage.do(lambda tx: tx.execute(change))
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await run_once(stage)
    found = await stage.delivery()
    assert (found.state, found.error_code) == (S.FAILED, "unsigned-edition")
    assert (found.next_at, found.lease_owner) == (None, "")
    assert stage.platform.calls == []
    assert await stage.attempts(found.id) == []


async def test_bytes_and_hash_changed_together_are_never_sent(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    change = update(editions).values(payload="[]", payload_hash="0" * 64)
    await stage.do(lambda tx: tx.execute(change))
    await run_once(stage)
    assert (await stage.delivery()).error_code == "unsigned-edition"
    assert stage.platform.calls == []


async def test_an_edit_between_plan_and_due_time_voids_the_plan(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item, stage.clock.now() + HOUR)
    await stage.catalogue.edit(item.id, replace(draft_of(item), body="改过"), actor="clerk")
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await run_once(stage)
    assert (await stage.delivery()).error_code == "unsigned-edition"
    assert stage.platform.calls == []


async def test_another_approval_meanwhile_voids_nothing(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item, stage.clock.now() + HOUR)
    await stage.accounts(1, tone="！")
    await stage.sign(await stage.submit(item))
    stage.clock.advance(3600)  # type: ignore[attr-defined]
    await run_once(stage)
    assert await stage.states() == ["accepted"]


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


async def test_what_is_too_late_is_not_sent(stage: Stage) -> None:
    soon = stage.clock.now() + timedelta(minutes=1)
    await stage.plan(await stage.approved(), not_after=soon)
    stage.clock.advance(61)  # type: ignore[attr-defined]
    await run_once(stage)
    found = await stage.delivery()
    assert (found.state, found.reason) == (S.EXPIRED, "too-late")
    assert stage.platform.calls == []


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


async def test_a_thread_is_sent_in_its_order(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二\n\n三", accounts=4))
    await run_once(stage)
    for account in {account for account, _, _ in stage.platform.posts}:
        texts = [text for where, _, text in stage.platform.posts if where == account]
        assert texts == ["一", "二", "三"]


async def test_a_part_knows_the_post_that_it_follows(stage: Stage) -> None:
    followed: dict[tuple[str, str], str] = {}

    async def note(job: Job) -> Accepted | None:
        followed[job.access.account_id, job.part.text] = job.previous_id
        return Accepted(remote_id=f"{job.access.account_id}/{job.part.text}")

    stage.platform.always = note
    await stage.plan(await stage.approved("一\n\n二\n\n三", accounts=2))
    await run_once(stage)
    before = {"一": "", "二": "一", "三": "二"}
    assert len(followed) == 6
    for (account, text), previous in followed.items():
        assert previous == (f"{account}/{before[text]}" if before[text] else "")


async def test_no_part_follows_one_that_was_not_accepted(stage: Stage) -> None:
    stage.platform.answers.append(Unknown(SAID))
    await stage.plan(await stage.approved("一\n\n二"))
    await run_once(stage, S.UNKNOWN, S.BLOCKED)
    assert await stage.states() == ["unknown", "blocked"]
    assert len(stage.platform.calls) == 1


async def test_accounts_go_side_by_side_and_each_in_turn(stage: Stage) -> None:
    async def slowly(job: Job) -> Accepted | None:
        await asyncio.sleep(0.01)
        return None

    stage.platform.always = slowly  # the platform itself refuses two at once on one account
    await stage.accounts(6)
    for text in "一二三":
        await stage.plan(await stage.approved(text, 0))
    await run_once(stage)
    assert len(stage.platform.posts) == 18
    assert stage.platform.most_running > 1


async def test_an_emergency_overtakes_thousands(live: Stage) -> None:
    async def slowly(job: Job) -> Accepted | None:
        await asyncio.sleep(0.002)
        return None

    live.platform.always = slowly
    *_, last = await live.accounts(401)
    routine = [a.id for a in await live.organisations.accounts(Selection()) if a.id != last.id]
    for text in "一二三四五":
        await live.plan(await live.approved(text, 0), ids=routine)
    urgent = await live.approved("急", 0)
    async with running(live.dispatcher(connections=8)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _called(live, 50))
        before = len(live.platform.calls)
        await live.plan(urgent, ids=[last.id], priority=Priority.EMERGENCY)
        await until(lambda: _sent(live, "急"))
        place = [text for _, _, text in live.platform.posts].index("急")
    assert before <= place < 300, place


async def _called(stage: Stage, count: int) -> bool:
    return len(stage.platform.calls) >= count


async def _sent(stage: Stage, text: str) -> bool:
    return any(posted == text for _, _, posted in stage.platform.posts)


async def test_what_is_cancelled_after_the_claim_is_not_sent(stage: Stage) -> None:
    gate = asyncio.Event()

    async def wait(job: Job) -> Accepted | None:
        await gate.wait()
        return None

    stage.platform.always = wait
    plan = (await stage.plan(await stage.approved(accounts=6))).plan
    async with running(stage.dispatcher(connections=2)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _called(stage, 2))
        cancelled = await stage.publishing.cancel("media", plan_id=plan.id)
        assert cancelled
        gate.set()
        await resting(stage)
    called = set(stage.platform.calls)
    assert called.isdisjoint(cancelled)
    assert len(called) + len(cancelled) == 6
    assert {await _state(stage, one) for one in called} == {S.ACCEPTED}


async def _state(stage: Stage, delivery_id: str) -> DeliveryState:
    return (await stage.delivery(delivery_id)).state


async def test_what_is_moved_after_the_claim_is_sent_at_its_new_time_only(stage: Stage) -> None:
    gate = asyncio.Event()

    async def wait(job: Job) -> Accepted | None:
        await gate.wait()
        return None

    stage.platform.always = wait
    plan = (await stage.plan(await stage.approved(accounts=6))).plan
    later = When(zone="UTC", wall=(stage.clock.now() + HOUR).replace(tzinfo=None))
    async with running(stage.dispatcher(connections=2)) as dispatcher:
        dispatcher.wake()
        await until(lambda: _called(stage, 2))
        moved, left = await stage.publishing.reschedule(plan.id, later, "media")
        gate.set()
        await resting(stage, S.PLANNED)
        assert len(stage.platform.posts) == left
        assert moved + left == 6
        assert moved > 0
        stage.clock.advance(3600)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert len(set(stage.platform.calls)) == len(stage.platform.posts) == 6


async def test_stopping_gives_back_what_has_not_begun(stage: Stage) -> None:
    gate = asyncio.Event()

    async def wait(job: Job) -> Accepted | None:
        await gate.wait()
        return None

    stage.platform.always = wait
    await stage.plan(await stage.approved(accounts=30))
    dispatcher = stage.dispatcher(connections=2)
    loop = asyncio.create_task(dispatcher.run())
    dispatcher.wake()
    await until(lambda: _called(stage, 2))
    await dispatcher.stop()
    asyncio.get_running_loop().call_later(0.05, gate.set)
    await asyncio.wait_for(loop, 5)
    await dispatcher.drain()
    states = await stage.states()
    assert set(states) == {"accepted", "ready"}
    assert states.count("accepted") == len(stage.platform.posts) < 10


async def test_a_lost_lease_stops_the_publisher_and_records_nothing(stage: Stage) -> None:
    async def steps(job: Job) -> Accepted | None:
        await job.checkpoint({"draft": "d1"})
        await stage.change(job.delivery_id, state=S.UNKNOWN, reason="crash", lease_owner="")
        with pytest.raises(LeaseLost):
            await job.checkpoint({"draft": "d2"})
        raise LeaseLost(SAID)

    stage.platform.answers.append(steps)
    await stage.plan(await stage.approved())
    await run_once(stage, S.UNKNOWN)
    found = await stage.delivery()
    assert (found.reason, found.progress) == ("crash", {"draft": "d1"})
    assert stage.platform.posts == []


async def test_progress_is_there_for_the_next_attempt(stage: Stage) -> None:
    seen = []

    async def step(job: Job) -> Accepted | None:
        seen.append(dict(job.progress))
        if not job.progress:
            await job.checkpoint({"draft": "稿\0"})
            assert job.progress == {"draft": "稿\ufffd"}
            raise Busy(SAID)
        return None

    stage.platform.always = step
    await stage.plan(await stage.approved())
    async with running(stage.dispatcher()) as dispatcher:
        dispatcher.wake()
        await resting(stage, S.BLOCKED)
        stage.clock.advance(7)  # type: ignore[attr-defined]
        dispatcher.wake()
        await resting(stage)
    assert seen == [{}, {"draft": "稿\ufffd"}]


async def test_a_recall_withdraws_and_marks_the_original(stage: Stage) -> None:
    item = await stage.approved(accounts=2)
    await stage.plan(item)
    await run_once(stage)
    assert (await stage.recalling.recall(item.id, "leader")).deliveries == 2
    await run_once(stage)
    assert sorted(stage.platform.withdrawn) == ["r-1", "r-2"]
    assert sorted(await stage.states()) == ["recalled", "recalled", "verified", "verified"]


async def test_an_item_planned_again_after_a_cancellation_is_recalled_right(stage: Stage) -> None:
    item = await stage.approved()
    plan = (await stage.plan(item, stage.clock.now() + HOUR)).plan
    await stage.publishing.cancel("media", plan_id=plan.id)
    await stage.plan(item)
    await run_once(stage)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    assert stage.platform.withdrawn == ["r-1"]
    assert sorted(await stage.states()) == ["cancelled", "recalled", "verified"]


async def test_a_channel_that_cannot_delete_says_what_to_do(stage: Stage) -> None:
    """A recall that comes to the dispatcher all the same, because its post was not settled when
    it was ordered, ends with advice."""
    item = await stage.approved()
    await stage.plan(item)
    await run_once(stage)
    await stage.recalling.recall(item.id, "leader")
    stage.platform.declaration = MUTE
    await run_once(stage)
    original, recall = await stage.deliveries()
    assert (original.state, recall.state) == (S.ACCEPTED, S.FAILED)
    assert "人工" in recall.error_zh
    assert stage.platform.withdrawn == []


async def test_two_processes_share_the_work(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二", accounts=40))
    async with running(stage.dispatcher("w1")), running(stage.dispatcher("w2")) as second:
        second.wake()
        await resting(stage)
    assert len(stage.platform.posts) == len(set(stage.platform.calls)) == 80
