"""Claim, begin, finish, and what happens to leases, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.publishing import ledger, sweeping
from hub.publishing.ledger import Ending
from hub.publishing.models import Delivery, DeliveryState, Outcome, Priority
from tests.scheduler.stage import Stage, state_of

S = DeliveryState
LEASE = timedelta(seconds=60)


async def claim(stage: Stage, owner: str = "w1", limit: int = 10) -> list[Delivery]:
    now = stage.clock.now()
    found: list[Delivery] = await stage.do(
        lambda tx: ledger.claim(tx, owner=owner, now=now, lease_until=now + LEASE, limit=limit)
    )
    return found


async def begin(stage: Stage, *taken: Delivery, owner: str = "w1") -> set[str]:
    now = stage.clock.now()
    starts = [(delivery, "h" * 64, "k" * 32) for delivery in taken]
    ours: set[ledger.Lease] = await stage.do(
        lambda tx: ledger.begin(tx, owner=owner, starts=starts, now=now)
    )
    return {delivery_id for delivery_id, _ in ours}


def ending(delivery: Delivery, at: datetime, **changed: Any) -> Ending:
    values: dict[str, Any] = {
        "delivery_id": delivery.id,
        "fence": delivery.fence,
        "no": delivery.attempts + 1,
        "state": S.ACCEPTED,
        "outcome": Outcome.ACCEPTED,
        "finished_at": at,
        "remote_id": "r-1",
    }
    return Ending(**(values | changed))


async def finish(stage: Stage, delivery: Delivery, **changed: Any) -> None:
    ended = ending(delivery, stage.clock.now(), **changed)
    await stage.do(lambda tx: ledger.finish(tx, [ended]))


async def ready(stage: Stage, count: int = 1) -> None:
    """`count` accounts with one ready delivery each."""
    await stage.plan(await stage.approved(accounts=count))


async def sending(stage: Stage) -> Delivery:
    await ready(stage)
    [delivery] = await claim(stage)
    assert await begin(stage, delivery) == {delivery.id}
    return delivery


async def test_urgent_comes_before_early_and_early_before_late(stage: Stage) -> None:
    await ready(stage, 4)
    late, early, urgent, middle = await stage.deliveries()
    now = stage.clock.now()
    await stage.change(late.id, due_at=now + timedelta(minutes=9))
    await stage.change(early.id, due_at=now - timedelta(minutes=9))
    await stage.change(urgent.id, priority=100, due_at=now + timedelta(minutes=30))
    order = [delivery.id for delivery in await claim(stage)]
    assert order == [urgent.id, early.id, middle.id, late.id]


async def test_a_claim_is_a_lease_with_a_growing_fence(stage: Stage) -> None:
    await ready(stage)
    [first] = await claim(stage)
    stored = await stage.delivery()
    assert first == stored
    assert (stored.state, stored.lease_owner, stored.fence) == (S.CLAIMED, "w1", 1)
    assert stored.next_at == stage.clock.now() + LEASE
    await stage.do(lambda tx: ledger.release(tx, [first.id], owner="w1", now=stage.clock.now()))
    [second] = await claim(stage, "w2")
    assert (second.fence, second.lease_owner) == (2, "w2")


async def test_an_account_is_held_once(stage: Stage) -> None:
    [account] = await stage.accounts(1)
    for text in ("一", "二", "三"):
        await stage.plan(await stage.approved(text, 0), ids=[account.id])
    assert len(await claim(stage)) == 1
    assert await claim(stage, "w2") == []
    assert sorted(await stage.states()) == ["claimed", "ready", "ready"]


async def test_an_account_that_is_sending_is_passed_over(stage: Stage) -> None:
    one, two = await stage.accounts(2)
    first = await stage.approved("一", 0)
    await stage.plan(first, ids=[one.id])
    [held] = await claim(stage)
    await begin(stage, held)
    second = await stage.approved("二", 0)
    await stage.plan(second, ids=[one.id, two.id])
    assert [d.account_id for d in await claim(stage)] == [two.id]


async def test_the_flood_of_one_account_starves_nobody(stage: Stage) -> None:
    flooded, *others = await stage.accounts(4)
    await stage.plan(await stage.approved("\n\n".join("一" * 1 for _ in range(40)), 0))
    await stage.change(state=S.READY, reason="")
    for part in await stage.deliveries():
        if part.account_id == flooded.id:
            early = stage.clock.now() - timedelta(hours=1)
            await stage.change(part.id, due_at=early, priority=100)
    claimed = await claim(stage, limit=8)
    assert {d.account_id for d in claimed} == {flooded.id, *(a.id for a in others)}
    assert len(claimed) == 4


async def test_only_what_is_still_ours_is_begun(stage: Stage) -> None:
    await ready(stage, 5)
    mine, cancelled, released, foreign, fenced = await claim(stage)
    now = stage.clock.now()
    await stage.publishing.cancel("media", delivery_id=cancelled.id)
    await stage.do(lambda tx: ledger.release(tx, [released.id], owner="w1", now=now))
    await stage.change(foreign.id, lease_owner="w2")
    await stage.change(fenced.id, fence=fenced.fence + 1)
    begun = await begin(stage, mine, cancelled, released, foreign, fenced)
    assert begun == {mine.id}
    for other in (cancelled, released, foreign, fenced):
        assert await stage.attempts(other.id) == []


async def test_our_own_older_claim_begins_nothing(stage: Stage) -> None:
    await ready(stage)
    [older] = await claim(stage)
    await stage.do(lambda tx: sweeping.reap(tx, stage.clock.now(), all_leases=True))
    [newer] = await claim(stage)
    now = stage.clock.now()
    starts = [(delivery, "h" * 64, "k" * 32) for delivery in (older, newer)]
    ours = await stage.do(lambda tx: ledger.begin(tx, owner="w1", starts=starts, now=now))
    assert ours == {(newer.id, newer.fence)}
    assert await begin(stage, older) == set()
    assert len(await stage.attempts(newer.id)) == 1


async def test_an_older_ending_in_the_same_group_settles_nothing(stage: Stage) -> None:
    older = await sending(stage)
    await stage.do(lambda tx: sweeping.reap(tx, stage.clock.now(), all_leases=True))
    stage.clock.advance(60)  # type: ignore[attr-defined]  # its call is surely over
    await stage.operations.resolve(older.id, "media", published=False)
    [newer] = await claim(stage)
    await begin(stage, newer)
    ends = [ending(delivery, stage.clock.now()) for delivery in (older, newer)]
    settled = await stage.do(lambda tx: ledger.finish(tx, ends))
    assert settled == {(newer.id, newer.fence)}


async def test_an_attempt_is_written_ahead(stage: Stage) -> None:
    delivery = await sending(stage)
    [attempt] = await stage.attempts(delivery.id)
    stored = await stage.delivery()
    assert (attempt.no, attempt.started_at, attempt.outcome) == (1, stage.clock.now(), "")
    assert attempt.finished_at is None
    assert (stored.state, stored.attempts) == (S.SENDING, 1)
    assert stored.first_started_at == stored.handed_over_at == stage.clock.now()


async def test_an_ending_fills_row_and_attempt(stage: Stage) -> None:
    delivery = await sending(stage)
    await finish(
        stage, delivery, remote_url="https://toy/1", receipt={"编号": [1, None]}, platform_code="0"
    )
    stored = await stage.delivery()
    assert (stored.state, stored.remote_id, stored.lease_owner) == (S.ACCEPTED, "r-1", "")
    assert (stored.remote_url, stored.receipt) == ("https://toy/1", {"编号": [1, None]})
    assert stored.next_at is None
    [attempt] = await stage.attempts(delivery.id)
    assert (attempt.outcome, attempt.platform_code) == ("accepted", "0")
    assert attempt.finished_at == stage.clock.now()


async def test_a_late_answer_counts_while_the_outcome_is_unknown(stage: Stage) -> None:
    delivery = await sending(stage)
    stage.clock.advance(61)  # type: ignore[attr-defined]
    assert await stage.do(lambda tx: sweeping.reap(tx, stage.clock.now())) == ([], [delivery.id])
    [attempt] = await stage.attempts(delivery.id)
    assert attempt.outcome == "abandoned"
    await finish(stage, delivery)
    assert await stage.states() == ["accepted"]
    [attempt] = await stage.attempts(delivery.id)
    assert attempt.outcome == "accepted"


async def test_an_old_fence_changes_nothing(stage: Stage) -> None:
    first = await sending(stage)
    await stage.do(lambda tx: sweeping.reap(tx, stage.clock.now(), all_leases=True))
    stage.clock.advance(60)  # type: ignore[attr-defined]  # its call is surely over
    await stage.operations.resolve(first.id, "media", published=False)
    [second] = await claim(stage, "w2")
    await begin(stage, second, owner="w2")
    before = await stage.delivery()
    await finish(stage, first, state=S.FAILED, outcome=Outcome.REFUSED, error_code="rejected")
    assert await stage.delivery() == before
    attempts = await stage.attempts(first.id)
    assert [a.outcome for a in attempts][1:] == [""]


async def test_leases_that_ran_out_are_taken_back(stage: Stage) -> None:
    await ready(stage, 3)
    idle, begun, fresh = await claim(stage)
    await begin(stage, begun)
    later = stage.clock.now() + LEASE * 2
    await stage.do(lambda tx: ledger.extend(tx, [fresh.id], owner="w1", lease_until=later))
    stage.clock.advance(61)  # type: ignore[attr-defined]
    released, lost = await stage.do(lambda tx: sweeping.reap(tx, stage.clock.now()))
    assert (released, lost) == ([idle.id], [begun.id])
    states = [await state_of(stage, d.id) for d in (idle, begun, fresh)]
    assert states == ["ready", "unknown", "claimed"]
    assert (await stage.delivery(begun.id)).reason == "crash"


async def test_nobody_extends_or_releases_what_another_holds(stage: Stage) -> None:
    await ready(stage)
    [held] = await claim(stage)
    now = stage.clock.now()
    later = now + LEASE * 9
    assert await stage.do(lambda tx: ledger.release(tx, [held.id], owner="w2", now=now)) == 0
    assert (
        await stage.do(lambda tx: ledger.extend(tx, [held.id], owner="w2", lease_until=later)) == []
    )
    assert await stage.delivery() == held


async def test_progress_is_kept_by_the_holder_only(stage: Stage) -> None:
    delivery = await sending(stage)
    later = stage.clock.now() + LEASE * 2
    kept = await stage.do(lambda tx: ledger.save_progress(tx, delivery, {"draft": "d1"}, later))
    assert kept is True
    assert (await stage.delivery()).progress == {"draft": "d1"}
    await stage.change(fence=delivery.fence + 1)
    kept = await stage.do(lambda tx: ledger.save_progress(tx, delivery, {"draft": "d2"}, later))
    assert kept is False
    assert (await stage.delivery()).progress == {"draft": "d1"}


async def test_blocked_deliveries_say_why_and_until_when(stage: Stage) -> None:
    await ready(stage)
    [held] = await claim(stage)
    until = stage.clock.now() + timedelta(minutes=5)
    await stage.do(
        lambda tx: ledger.block(tx, [held.id], owner="w1", reason="throttled", next_at=until)
    )
    stored = await stage.delivery()
    assert (stored.state, stored.reason, stored.next_at) == (S.BLOCKED, "throttled", until)
    stage.clock.advance(300)  # type: ignore[attr-defined]
    assert await stage.do(lambda tx: sweeping.promote(tx, stage.clock.now(), 10)) == 1
    assert (await stage.delivery()).state is S.READY


@pytest.mark.parametrize("priority", [Priority.ROUTINE, Priority.EMERGENCY])
async def test_a_hundred_rows_go_through_one_statement(stage: Stage, priority: Priority) -> None:
    await stage.plan(await stage.approved(accounts=100), priority=priority)
    claimed = await claim(stage, limit=100)
    assert len(await begin(stage, *claimed)) == 100
    now = stage.clock.now()
    ends = [ending(delivery, now) for delivery in claimed]
    await stage.do(lambda tx: ledger.finish(tx, ends))
    assert set(await stage.states()) == {"accepted"}
