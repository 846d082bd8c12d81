"""What an order to withdraw or to correct leads to, account by account."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.catalogue.models import Attribute, Item
from hub.catalogue.rules import draft_of
from hub.kernel.errors import Conflict, IllegalTransition, NotFound
from hub.kernel.events import read_events
from hub.publishing.errors import UnsignedEdition
from hub.publishing.models import Capability, Declaration, DeliveryState, Purpose
from hub.publishing.recall.models import DONE, OrderKind, Standing, Way
from tests.scheduler.stage import Stage, refuse_strange_steps
from tests.scheduler.toys import MUTE, READABLE, TOY

S, C = DeliveryState, Capability
HOUR = timedelta(hours=1)
EDITABLE = replace(TOY, capabilities=frozenset({C.EDIT}))


async def public(stage: Stage, accounts: int = 1, text: str = "正文") -> Item:
    """An item that is public on so many accounts."""
    item = await stage.approved(text, accounts)
    await stage.plan(item)
    now = stage.clock.now()
    for number, delivery in enumerate(await stage.deliveries()):
        values = {"state": S.ACCEPTED, "remote_id": f"r-{number}", "reason": "", "next_at": None}
        await stage.change(delivery.id, handed_over_at=now, **values)
    return item


async def edited(stage: Stage, item: Item, text: str = "更正后的正文") -> Item:
    """The item's next version, signed by three people."""
    draft = replace(draft_of(item), body=text)
    changed = await stage.catalogue.edit(item.id, draft, actor="clerk")
    await stage.sign(await stage.submit(changed))
    return changed


async def rows(stage: Stage, purpose: Purpose) -> list[Any]:
    return [d for d in await stage.deliveries() if d.purpose is purpose]


def channel(stage: Stage, rules: Declaration) -> None:
    stage.book.held["toy"] = stage.platform.declaration = rules


# --- recall ---------------------------------------------------------------------------------------


async def test_a_recall_goes_exactly_where_the_item_is_or_may_be(stage: Stage) -> None:
    item = await stage.approved(accounts=6)
    await stage.plan(item)
    published = await stage.deliveries()
    states = [S.ACCEPTED, S.VERIFIED, S.UNKNOWN, S.SENDING, S.FAILED, S.READY]
    for delivery, state in zip(published, states, strict=True):
        await stage.change(delivery.id, state=state, remote_id="r", error_code="e", reason="busy")
    ordered = await stage.recalling.recall(item.id, "leader", "数据有误")
    assert (ordered.ways, ordered.cancelled) == ({Way.WITHDRAW: 4}, 1)
    recalls = {d.account_id: d for d in await rows(stage, Purpose.RECALL)}
    assert [recalls[d.account_id].state for d in published[:4]] == [
        S.PLANNED,
        S.PLANNED,
        S.BLOCKED,
        S.BLOCKED,
    ]
    assert {d.reason for d in recalls.values() if d.state is S.BLOCKED} == {"original-unsettled"}
    assert {d.priority for d in recalls.values()} == {100}
    assert (await stage.delivery(published[5].id)).state is S.CANCELLED
    assert await stage.standings(item) == [
        Standing.WAITING,
        Standing.WAITING,
        Standing.WAITING,
        Standing.WAITING,
        Standing.NEVER,
        Standing.STOPPED,
    ]


async def test_a_recall_ordered_twice_changes_nothing(stage: Stage) -> None:
    item = await public(stage, 2)
    first = await stage.recalling.recall(item.id, "leader")
    before = await stage.deliveries()
    second = await stage.recalling.recall(item.id, "leader")
    assert (second.order_id, second.deliveries) == (first.order_id, 0)
    assert await stage.deliveries() == before


async def test_a_recall_that_failed_is_begun_anew_by_the_next_order(stage: Stage) -> None:
    item = await public(stage, 2)
    await stage.recalling.recall(item.id, "leader")
    failed, other = await rows(stage, Purpose.RECALL)
    await stage.change(failed.id, state=S.FAILED, error_code="rejected", error_zh="不行")
    assert (await stage.standings(item))[0] is Standing.CANNOT
    assert (await stage.recalling.recall(item.id, "leader")).again == 1
    assert (await stage.delivery(failed.id)).state is S.READY
    assert (await stage.delivery(other.id)).state is S.PLANNED


async def test_what_has_not_left_is_stopped_and_never_planned_again(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item, stage.clock.now() + HOUR)
    assert (await stage.recalling.recall(item.id, "leader")).cancelled == 1
    await stage.accounts(1)
    with pytest.raises(Conflict, match="已撤稿"):
        await stage.plan(item)


async def test_nothing_of_a_recalled_version_is_retried(stage: Stage) -> None:
    item = await stage.approved(accounts=2)
    await stage.plan(item)
    shown, failed = await stage.deliveries()
    await stage.change(shown.id, state=S.ACCEPTED, remote_id="r")
    await stage.change(failed.id, state=S.FAILED, error_code="e")
    await stage.recalling.recall(item.id, "leader")
    with pytest.raises(Conflict, match="已撤稿"):
        await stage.operations.retry(failed.id, "media")


async def test_nothing_to_recall_is_a_conflict(stage: Stage) -> None:
    item = await stage.approved()
    with pytest.raises(Conflict, match="没有可撤回"):
        await stage.recalling.recall(item.id, "leader")
    with pytest.raises(NotFound):
        await stage.recalling.recall("nowhere", "leader")


async def test_a_recall_is_neither_moved_nor_cancelled_with_its_plan(stage: Stage) -> None:
    item = await stage.approved(accounts=2)
    plan = (await stage.plan(item)).plan
    await stage.change(state=S.ACCEPTED, remote_id="r")
    await stage.recalling.recall(item.id, "leader")
    assert await stage.publishing.cancel("media", plan_id=plan.id) == []
    assert len(await stage.deliveries(state="planned")) == 2


async def test_a_changed_and_signed_version_goes_out_after_a_recall(stage: Stage) -> None:
    item = await public(stage)
    await stage.recalling.recall(item.id, "leader")
    changed = await edited(stage, item)
    assert (await stage.plan(changed)).deliveries == 1


async def test_a_person_may_say_that_a_recall_is_done(stage: Stage) -> None:
    item = await public(stage)
    await stage.recalling.recall(item.id, "leader")
    [recall] = await rows(stage, Purpose.RECALL)
    await stage.change(recall.id, state=S.UNKNOWN, reason="crash")
    await stage.operations.resolve(recall.id, "media", published=True, remote_id="r")
    assert sorted(await stage.states()) == ["recalled", "verified"]
    assert await stage.standings(item) == [Standing.RECALLED]


# --- where the channel cannot delete --------------------------------------------------------------


async def test_where_nothing_can_be_deleted_a_notice_waits_for_three_signatures(
    stage: Stage,
) -> None:
    channel(stage, MUTE)
    item = await public(stage, 2)
    ordered = await stage.recalling.recall(item.id, "leader")
    assert ordered.ways == {Way.NOTICE: 2}
    notices = await rows(stage, Purpose.NOTICE)
    assert {(d.state, d.reason) for d in notices} == {(S.BLOCKED, "signatures")}
    approval = await stage.review.get(ordered.approval_id)
    assert (approval.complete, len(approval.entries)) == (False, 1)
    again = await stage.recalling.recall(item.id, "leader")
    assert (again.deliveries, again.approval_id) == (0, ordered.approval_id)
    assert set(await stage.standings(item)) == {Standing.WAITING}


async def test_what_is_no_longer_public_information_is_not_written_about(stage: Stage) -> None:
    channel(stage, MUTE)
    item = await public(stage)
    draft = replace(draft_of(item), attribute=Attribute.WITHHELD)
    await stage.catalogue.edit(item.id, draft, actor="clerk")
    assert (await stage.recalling.recall(item.id, "leader")).ways == {Way.PERSON: 1}


async def by_hand(stage: Stage) -> tuple[Item, str]:
    """A recalled item that a person has to delete."""
    item = await public(stage)
    draft = replace(draft_of(item), attribute=Attribute.WITHHELD)
    await stage.catalogue.edit(item.id, draft, actor="clerk")
    await stage.recalling.recall(item.id, "leader")
    [task] = await rows(stage, Purpose.RECALL)
    return item, task.id


async def test_a_person_s_task_says_what_to_do_and_is_done_by_saying_so(stage: Stage) -> None:
    channel(stage, MUTE)
    item, task = await by_hand(stage)
    told = await stage.operations.explain(task)
    assert "r-0" in told.why.zh
    assert "delivery done" in told.why.zh
    assert await stage.standings(item) == [Standing.BY_HAND]
    assert await stage.operations.done(task, "media", "在后台删除") is S.VERIFIED
    assert await stage.standings(item) == [Standing.RECALLED]
    with pytest.raises(IllegalTransition):
        await stage.operations.done(task, "media")
    await refuse_strange_steps(stage)


async def test_a_person_s_word_is_proved_where_the_platform_can_be_read(stage: Stage) -> None:
    channel(stage, replace(READABLE, capabilities=frozenset({C.VERIFY})))
    item, task = await by_hand(stage)
    assert await stage.operations.done(task, "media") is S.ACCEPTED
    assert (await stage.delivery(task)).next_at == stage.clock.now()
    assert await stage.standings(item) == [Standing.WAITING]


async def test_only_what_an_order_led_to_is_done_by_hand(stage: Stage) -> None:
    await public(stage)
    with pytest.raises(Conflict, match="不是撤稿"):
        await stage.operations.done((await stage.delivery()).id, "media")


@pytest.mark.parametrize(("age", "way"), [(47, Way.WITHDRAW), (48, Way.NOTICE)])
async def test_the_time_in_which_a_platform_deletes_is_kept(
    stage: Stage, age: int, way: Way
) -> None:
    channel(stage, replace(TOY, delete_within=timedelta(hours=48)))
    item = await public(stage)
    stage.clock.advance(age * 3600)  # type: ignore[attr-defined]
    assert (await stage.recalling.recall(item.id, "leader")).ways == {way: 1}


# --- correction -----------------------------------------------------------------------------------


async def test_a_correction_is_made_in_place_where_the_channel_can(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await edited(stage, await public(stage, 2))
    ordered = await stage.recalling.correct(item.id, "leader")
    assert ordered.ways == {Way.AMEND: 2}
    assert {d.state for d in await rows(stage, Purpose.CORRECT)} == {S.PLANNED}
    assert (await stage.recalling.correct(item.id, "leader")).deliveries == 0


@pytest.mark.parametrize("rules", [TOY, EDITABLE], ids=["no edit", "other parts"])
async def test_else_it_is_deleted_and_posted_again(stage: Stage, rules: Declaration) -> None:
    channel(stage, replace(rules, capabilities=rules.capabilities | {C.DELETE}))
    item = await edited(stage, await public(stage), "一\n\n二")
    ordered = await stage.recalling.correct(item.id, "leader")
    assert ordered.ways == {Way.WITHDRAW: 1, Way.REPOST: 2}
    first, second = [d for d in await rows(stage, Purpose.PUBLISH) if d.state is S.BLOCKED]
    assert (first.reason, second.reason) == ("original-unsettled", "previous-part")


async def test_else_a_notice_else_a_person(stage: Stage) -> None:
    channel(stage, MUTE)
    item = await edited(stage, await public(stage))
    assert (await stage.recalling.correct(item.id, "leader")).ways == {Way.NOTICE: 1}


async def test_a_correction_needs_a_signed_new_version(stage: Stage) -> None:
    item = await public(stage)
    with pytest.raises(Conflict, match="旧版"):
        await stage.recalling.correct(item.id, "leader")
    draft = replace(draft_of(item), body="更正")
    changed = await stage.catalogue.edit(item.id, draft, actor="clerk")
    with pytest.raises(Conflict, match="没有稿件"):
        await stage.recalling.correct(item.id, "leader")
    await stage.sign(await stage.submit(changed), levels=2)
    with pytest.raises(UnsignedEdition):
        await stage.recalling.correct(item.id, "leader")
    assert len(await stage.deliveries()) == 1


async def test_who_was_corrected_in_place_is_not_planned_again(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await edited(stage, await public(stage))
    await stage.recalling.correct(item.id, "leader")
    with pytest.raises(Conflict, match="没有可发布"):
        await stage.plan(item)


async def test_a_recall_stops_a_correction_that_has_not_left(stage: Stage) -> None:
    channel(stage, replace(TOY, capabilities=frozenset({C.EDIT, C.DELETE})))
    item = await edited(stage, await public(stage))
    await stage.recalling.correct(item.id, "leader")
    ordered = await stage.recalling.recall(item.id, "leader")
    assert (ordered.cancelled, ordered.ways) == (1, {Way.WITHDRAW: 1})


async def test_an_order_is_written_in_the_audit_with_its_reason(stage: Stage) -> None:
    item = await public(stage, 2)
    await stage.recalling.recall(item.id, "leader", "数据有误")
    told = await stage.database.read(lambda c: read_events(c, subject=item.id))
    [event] = [one for one in told if one["kind"] == "publishing.recall.ordered"]
    assert (event["actor"], event["data"]["reason"]) == ("leader", "数据有误")
    assert event["data"]["ways"] == {"withdraw": 2}


async def test_without_an_order_reach_says_who_shows_it(stage: Stage) -> None:
    item = await stage.approved(accounts=4)
    await stage.plan(item, stage.clock.now() + HOUR)
    shown, gone, failed, _ = await stage.deliveries()
    await stage.change(shown.id, state=S.VERIFIED, remote_id="r", remote_url="https://toy/1")
    await stage.change(gone.id, state=S.VERIFIED, remote_id="r", reason="gone")
    await stage.change(failed.id, state=S.FAILED, error_code="e", error_zh="拒绝")
    reach = await stage.recalling.reach(item.id)
    standings = [one.standing for one in reach.accounts]
    assert standings == [Standing.HAS, Standing.GONE, Standing.NEVER, Standing.WAITING]
    assert (reach.order, reach.done, reach.percent) == (None, 1, 25.0)
    assert reach.accounts[0].url == "https://toy/1"
    assert reach.accounts[2].why.zh == "拒绝"
    assert Counter(one.version for one in reach.accounts) == {1: 4}


def test_every_kind_of_order_knows_when_it_is_done() -> None:

    assert set(DONE) == set(OrderKind)
