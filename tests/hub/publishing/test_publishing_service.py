"""What may be planned, moved and cancelled, and what is refused and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hub.catalogue.rules import draft_of
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput, NotFound
from hub.organisations import store as organisations
from hub.organisations.models import FilingState, Selection
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import DeliveryState, Part, Priority, Quota
from hub.publishing.ports import DraftEdition, Rendered
from hub.publishing.service import When
from hub.publishing.tables import editions
from tests.scheduler.stage import Stage
from tests.scheduler.toys import TOY, ToyRenderer

S = DeliveryState
HOUR = timedelta(hours=1)
ALL = Selection()


async def refused(stage: Stage, item_id: str, error: type[GongkaiError], **when: Any) -> str:
    """The words with which planning is refused; nothing may be left behind."""
    wanted = When(**({"zone": "Asia/Shanghai"} | when))
    with pytest.raises(error) as caught:
        await stage.publishing.plan(item_id, ALL, wanted, "media")
    assert await stage.deliveries() == []
    assert await stage.publishing.plans() == []
    return f"{caught.value.field}: {caught.value}"


async def test_the_same_item_gives_the_same_bytes(stage: Stage) -> None:
    await stage.accounts(2)
    item = await stage.item("一\n\n二")
    first = await stage.submit(item)
    second = await stage.submit(item)
    assert first.entries == second.entries
    assert len(await stage.publishing.editions(item.id)) == 1


async def test_what_shows_in_a_post_makes_an_edition_of_its_own(stage: Stage) -> None:
    await stage.accounts(2)
    await stage.accounts(1, tone="紧急：")
    item = await stage.item()
    assert len((await stage.submit(item)).entries) == 2
    texts = {edition.payload for edition in await stage.publishing.editions(item.id)}
    assert sum("紧急：正文" in text for text in texts) == 1


async def test_nothing_is_submitted_for_nobody(stage: Stage) -> None:
    with pytest.raises(Conflict, match="没有选中任何账号"):
        await stage.submit(await stage.item())


@pytest.mark.parametrize("levels", [0, 1, 2])
async def test_nothing_is_planned_before_the_third_signature(stage: Stage, levels: int) -> None:
    await stage.accounts(1)
    item = await stage.item()
    await stage.sign(await stage.submit(item), levels)
    assert "三人" in await refused(stage, item.id, UnsignedEdition)


async def test_nothing_is_planned_that_was_never_submitted(stage: Stage) -> None:
    await stage.accounts(1)
    item = await stage.item()
    assert "送审" in await refused(stage, item.id, Conflict)


async def test_an_edit_voids_the_signatures(stage: Stage) -> None:
    item = await stage.approved()
    edited = replace(draft_of(item), body="改过")
    await stage.catalogue.edit(item.id, edited, actor="clerk")
    await refused(stage, item.id, Conflict)


async def test_what_was_returned_is_not_planned(stage: Stage) -> None:
    await stage.accounts(1)
    item = await stage.item()
    approval = await stage.submit(item)
    await stage.sign(approval, 1)
    await stage.review.send_back(approval.id, "head", "错字")
    await refused(stage, item.id, UnsignedEdition)


async def test_bytes_that_were_changed_in_the_database_are_not_planned(stage: Stage) -> None:
    item = await stage.approved()
    change = update(editions).values(payload=editions.c.payload + " ")
    await stage.do(lambda tx: tx.execute(change))
    assert "哈希" in await refused(stage, item.id, UnsignedEdition)


@pytest.mark.parametrize(
    ("field", "when"),
    [
        ("at", {"wall": datetime(2026, 3, 2, 8, 58)}),  # it is 09:00 in Shanghai
        ("zone", {"zone": "Asia/Chengdu", "wall": datetime(2026, 3, 3, 9)}),
        ("zone", {"zone": "Asia/Chengdu"}),
        ("zone", {"zone": "../etc/passwd"}),
        ("at", {"zone": "Europe/Berlin", "wall": datetime(2026, 3, 29, 2, 30)}),  # skipped
        ("at", {"zone": "Europe/Berlin", "wall": datetime(2026, 10, 25, 2, 30)}),  # twice
        ("at", {"wall": datetime(2026, 3, 3, 9, tzinfo=UTC)}),
        ("at", {"embargo_until": datetime(2026, 3, 2, 1, 1, tzinfo=UTC)}),
        ("not_after", {"not_after": datetime(2026, 3, 2, 1, tzinfo=UTC)}),
    ],
)
async def test_an_impossible_time_is_refused(
    stage: Stage, field: str, when: dict[str, Any]
) -> None:
    item = await stage.approved()
    assert (await refused(stage, item.id, InvalidInput, **when)).startswith(f"{field}:")


async def test_the_wall_clock_time_is_kept_beside_the_instant(stage: Stage) -> None:
    item = await stage.approved()
    when = When(zone="Asia/Urumqi", wall=datetime(2026, 3, 2, 9, 30))
    plan = (await stage.publishing.plan(item.id, ALL, when, "media")).plan
    assert (plan.wall_time, plan.zone) == ("2026-03-02T09:30:00", "Asia/Urumqi")
    assert plan.due_at == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    [delivery] = await stage.deliveries()
    assert (delivery.state, delivery.due_at) == (S.PLANNED, plan.due_at)
    assert delivery.not_after == plan.due_at + timedelta(hours=12)


async def test_now_is_ready_at_once_and_later_parts_wait(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二"), priority=Priority.EMERGENCY)
    first, second = await stage.deliveries()
    assert (first.state, first.priority) == (S.READY, 100)
    assert (second.state, second.reason, second.part) == (S.BLOCKED, "previous-part", 1)


async def test_a_cancelled_part_takes_what_waits_behind_it_along(stage: Stage) -> None:
    await stage.plan(await stage.approved("一\n\n二\n\n三"))
    _, second, third = await stage.deliveries()
    assert sorted(await stage.publishing.cancel("media", delivery_id=second.id)) == sorted(
        [second.id, third.id]
    )
    assert [d.state for d in await stage.deliveries()] == [S.READY, S.CANCELLED, S.CANCELLED]


async def test_accounts_that_cannot_publish_are_left_out_and_named(stage: Stage) -> None:
    well, inactive, unfiled, dead, ended = await stage.accounts(5)
    item = await stage.approved(accounts=0)
    toned = (await stage.accounts(1, tone="!"))[0]
    change = stage.organisations.change_account
    await change(inactive.id, actor="admin", active=False)
    await change(unfiled.id, actor="admin", filing=FilingState.SUSPENDED)
    past = stage.clock.now() - HOUR
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, dead.id, "失效"))
    await stage.do(lambda tx: organisations.set_authorised_until(tx, ended.id, past))
    planned = await stage.plan(item)
    assert [d.account_id for d in await stage.deliveries()] == [well.id]
    left = {account.id: why.zh for account, why in planned.left_out}
    assert set(left) == {unfiled.id, dead.id, ended.id, toned.id}
    assert "备案" in left[unfiled.id]
    assert "稿件" in left[toned.id]


async def test_nobody_to_publish_on_is_a_conflict(stage: Stage) -> None:
    item = await stage.approved()
    [account] = await stage.organisations.accounts(ALL)
    await stage.organisations.change_account(account.id, actor="admin", filing=FilingState.CLOSED)
    assert "没有可发布的账号" in await refused(stage, item.id, Conflict)


async def test_the_same_edition_is_planned_once_per_account(stage: Stage) -> None:
    item = await stage.approved("一\n\n二")
    await stage.plan(item)
    with pytest.raises(Conflict, match="已排给此账号"):
        await stage.plan(item, stage.clock.now() + HOUR)
    await stage.accounts(1)
    planned = await stage.plan(item)
    assert (planned.deliveries, len(planned.left_out)) == (2, 1)
    assert len(await stage.deliveries()) == 4


@pytest.mark.parametrize("state", sorted(set(DeliveryState) - {S.CANCELLED}))
async def test_only_what_was_cancelled_may_be_planned_anew(
    stage: Stage, state: DeliveryState
) -> None:
    item = await stage.approved()
    await stage.plan(item)
    await stage.change(state=state, remote_id="r", error_code="e", reason="busy")
    with pytest.raises(Conflict, match="已排给此账号"):
        await stage.plan(item)
    await stage.change(state=S.CANCELLED)
    assert (await stage.plan(item)).deliveries == 1


async def test_an_approval_for_more_channels_leaves_the_first_one_good(stage: Stage) -> None:
    await stage.accounts(1)
    await stage.accounts(1, tone="！")
    plain, toned = await stage.organisations.accounts(ALL)
    item = await stage.item()
    await stage.sign(await stage.submit(item, ids=(plain.id,)))
    await stage.sign(await stage.submit(item, ids=(toned.id,)))
    assert (await stage.plan(item)).deliveries == 2


async def test_new_bytes_in_review_leave_the_signed_ones_good(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await stage.approved()
    [signed] = await stage.publishing.editions(item.id)
    parts = (Part(text="新模板"),)
    draft = DraftEdition(channel="toy", variation={}, parts=parts)
    other = Rendered(editions=(draft,))

    async def render(self: ToyRenderer, *_: Any) -> Rendered:
        return other

    monkeypatch.setattr(ToyRenderer, "render", render)
    await stage.submit(item)
    assert len(await stage.publishing.editions(item.id)) == 2
    await stage.plan(item)
    assert (await stage.delivery()).edition_id == signed.id


async def test_a_quota_is_reserved_by_planning(stage: Stage) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=2, period="day"),))
    await stage.accounts(1)
    first, second, third = [await stage.approved(text, 0) for text in "一二三"]
    tomorrow = stage.clock.now() + timedelta(days=1)
    await stage.plan(first, tomorrow)
    plan = (await stage.plan(second, tomorrow)).plan
    with pytest.raises(Conflict, match="额度"):
        await stage.plan(third, tomorrow)
    assert (await stage.plan(third, tomorrow + timedelta(days=1))).deliveries == 1
    await stage.publishing.cancel("media", plan_id=plan.id)
    fourth = await stage.approved("四", 0)
    assert (await stage.plan(fourth, tomorrow)).deliveries == 1


async def test_every_part_counts_against_a_quota(stage: Stage) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=2, period="day"),))
    item = await stage.approved("一\n\n二\n\n三")
    assert "额度" in await refused(stage, item.id, Conflict)


async def test_an_account_that_is_left_out_spends_no_quota(stage: Stage) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=1, period="day"),))
    full, free = await stage.accounts(2)
    await stage.plan(await stage.approved("一", 0), ids=[full.id])
    await stage.do(lambda tx: organisations.set_needs_reconnecting(tx, full.id, "失效"))
    planned = await stage.plan(await stage.approved("二", 0))
    assert [a.id for a, _ in planned.left_out] == [full.id]
    assert {d.account_id for d in await stage.deliveries()} == {full.id, free.id}


async def test_moving_into_a_full_day_is_refused(stage: Stage) -> None:
    stage.book.held["toy"] = replace(TOY, quotas=(Quota(count=1, period="day"),))
    await stage.accounts(1)
    day = stage.clock.now() + timedelta(days=1)
    await stage.plan(await stage.approved("一", 0), day)
    plan = (await stage.plan(await stage.approved("二", 0), day + timedelta(days=1))).plan
    full = When(zone="UTC", wall=day.replace(tzinfo=None))
    with pytest.raises(Conflict, match="额度"):
        await stage.publishing.reschedule(plan.id, full, "media")
    assert sorted(d.due_at for d in await stage.deliveries())[1] == day + timedelta(days=1)


MOVABLE = {S.PLANNED, S.READY, S.BLOCKED, S.CLAIMED}


@pytest.mark.parametrize("state", list(DeliveryState))
async def test_what_has_not_left_is_moved(stage: Stage, state: DeliveryState) -> None:
    await stage.plan(await stage.approved(accounts=2))
    [plan] = await stage.publishing.plans()
    other, moved = await stage.deliveries()
    values = {"remote_id": "r", "error_code": "e", "reason": "busy", "lease_owner": "w"}
    await stage.change(moved.id, state=state, **values)
    later = stage.clock.now() + HOUR
    when = When(zone="UTC", wall=later.replace(tzinfo=None))
    result = await stage.publishing.reschedule(plan.id, when, "media")
    assert result == ((2, 0) if state in MOVABLE else (1, 1))
    assert (await stage.delivery(other.id)).due_at == later
    found = await stage.delivery(moved.id)
    if state in MOVABLE:
        assert (found.state, found.due_at, found.reason, found.lease_owner) == (
            S.PLANNED,
            later,
            "",
            "",
        )
        assert found.not_after == later + timedelta(hours=12)
    else:
        assert (found.state, found.due_at) == (state, moved.due_at)


async def test_a_plan_of_which_everything_left_is_not_moved(stage: Stage) -> None:
    plan = (await stage.plan(await stage.approved())).plan
    await stage.change(state=S.ACCEPTED, remote_id="r")
    when = When(zone="UTC", wall=datetime(2026, 4, 1))
    with pytest.raises(Conflict, match="没有可改期"):
        await stage.publishing.reschedule(plan.id, when, "media")
    assert (await stage.publishing.plans())[0].due_at == plan.due_at


@pytest.mark.parametrize(
    "when",
    [
        {"wall": datetime(2026, 3, 1)},
        {"not_after": datetime(2026, 3, 1, tzinfo=UTC)},
        {"wall": datetime(2026, 3, 2, 2), "embargo_until": datetime(2026, 3, 3, tzinfo=UTC)},
    ],
)
async def test_a_move_to_an_impossible_time_is_refused(stage: Stage, when: Any) -> None:
    plan = (await stage.plan(await stage.approved(), stage.clock.now() + HOUR)).plan
    with pytest.raises(InvalidInput):
        await stage.publishing.reschedule(plan.id, When(zone="UTC", **when), "media")
    assert (await stage.delivery()).due_at == plan.due_at


async def test_a_move_does_not_end_the_embargo(stage: Stage) -> None:
    item = await stage.approved()
    until = stage.clock.now() + HOUR * 5
    when = When(zone="UTC", wall=until.replace(tzinfo=None), embargo_until=until)
    plan = (await stage.publishing.plan(item.id, ALL, when, "media")).plan
    with pytest.raises(InvalidInput, match="解禁"):
        await stage.publishing.reschedule(plan.id, When(zone="UTC"), "media")


@pytest.mark.parametrize("state", list(DeliveryState))
async def test_what_has_not_left_is_cancelled(stage: Stage, state: DeliveryState) -> None:
    plan = (await stage.plan(await stage.approved())).plan
    values = {"remote_id": "r", "error_code": "e", "reason": "busy", "lease_owner": "w"}
    await stage.change(state=state, **values)
    cancelled = await stage.publishing.cancel("media", plan_id=plan.id)
    found = await stage.delivery()
    assert bool(cancelled) == (state in MOVABLE)
    assert found.state is (S.CANCELLED if cancelled else state)


async def test_one_delivery_of_a_plan_is_cancelled(stage: Stage) -> None:
    await stage.plan(await stage.approved(accounts=2))
    one, two = await stage.deliveries()
    assert await stage.publishing.cancel("media", delivery_id=one.id) == [one.id]
    assert (await stage.delivery(two.id)).state is S.READY


async def test_an_empty_name_cancels_nothing(stage: Stage) -> None:
    await stage.plan(await stage.approved())
    with pytest.raises(InvalidInput):
        await stage.publishing.cancel("media")
    with pytest.raises(NotFound):
        await stage.publishing.cancel("media", plan_id="nowhere")
    assert await stage.states() == ["ready"]
