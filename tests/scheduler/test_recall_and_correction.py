"""Recalls and corrections carried out: by each way, through crashes, late answers and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Words
from hub.kernel.meter import NoMeter
from hub.publishing import sweeping
from hub.publishing.errors import Busy, Rejected
from hub.publishing.models import Capability, Declaration, DeliveryState, Purpose
from hub.publishing.ports import Accepted, Finding, Job, Verdict
from hub.publishing.recall.models import Standing
from hub.review.models import ReviewStep
from scheduler.following import FollowUp
from scheduler.sweep import Sweep
from tests.scheduler.stage import Stage, run_once
from tests.scheduler.toys import MUTE, READABLE, TOY, lost

S, C, V = DeliveryState, Capability, Verdict
HOUR = timedelta(hours=1)
EDITABLE = replace(TOY, capabilities=TOY.capabilities | {C.EDIT})


def told(stage: Stage) -> ManualClock:
    assert isinstance(stage.clock, ManualClock)
    return stage.clock


def channel(stage: Stage, rules: Declaration) -> None:
    stage.book.held["toy"] = stage.platform.declaration = rules


async def published(stage: Stage, accounts: int = 1, text: str = "正文") -> Item:
    item = await stage.approved(text, accounts)
    await stage.plan(item)
    await run_once(stage)
    return item


async def corrected(stage: Stage, item: Item, text: str = "更正后的正文") -> Item:
    """The next version, signed, and its correction ordered."""
    draft = replace(draft_of(item), body=text)
    changed = await stage.catalogue.edit(item.id, draft, actor="clerk")
    await stage.sign(await stage.submit(changed))
    await stage.recalling.correct(item.id, "leader")
    return changed


async def of(stage: Stage, purpose: Purpose) -> list[S]:
    return [d.state for d in await stage.deliveries() if d.purpose is purpose]


async def settled(stage: Stage, seconds: float = 20) -> None:
    """Let time pass and everything that is due happen."""
    told(stage).advance(seconds)
    await stage.reconciler().settle_unknown()
    await stage.do(lambda tx: sweeping.promote(tx, stage.clock.now(), 1000))
    await run_once(stage, S.BLOCKED, S.UNKNOWN)


# --- a recall and what nobody knows yet -----------------------------------------------------------


async def test_what_is_found_only_after_the_recall_is_withdrawn_as_well(stage: Stage) -> None:
    async def taken_unheard(job: Job) -> Accepted | None:
        stage.platform.post(job)
        return await lost(job)

    item = await stage.approved()
    await stage.plan(item)
    stage.platform.answers.append(taken_unheard)
    await run_once(stage, S.UNKNOWN)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage, S.UNKNOWN, S.BLOCKED)
    assert stage.platform.withdrawn == []
    await settled(stage)
    assert stage.platform.withdrawn == ["r-1"]
    assert await stage.standings(item) == [Standing.RECALLED]


async def test_what_is_proved_absent_after_the_recall_is_never_sent(stage: Stage) -> None:
    item = await stage.approved()
    await stage.plan(item)
    stage.platform.answers.append(lost)
    await run_once(stage, S.UNKNOWN)
    await stage.recalling.recall(item.id, "leader")
    await settled(stage)
    await settled(stage)
    assert stage.platform.posts == []
    assert await stage.states() == ["cancelled", "cancelled"]
    assert await stage.standings(item) == [Standing.STOPPED]
    reach = await stage.recalling.reach(item.id)
    assert reach.percent == 100


async def test_a_decisive_not_now_after_the_recall_is_not_tried_again(stage: Stage) -> None:
    """The recall came while the platform was being called."""
    item = await stage.approved()

    async def recalled_meanwhile(job: Job) -> Accepted | None:
        await stage.recalling.recall(item.id, "leader")
        raise Busy(Words("忙", "busy"))

    stage.platform.answers.append(recalled_meanwhile)
    await stage.plan(item)
    await run_once(stage, S.BLOCKED)
    await settled(stage)
    assert stage.platform.posts == []
    assert set(await stage.states()) == {"cancelled"}


async def test_what_is_accepted_while_it_is_being_recalled_is_withdrawn(stage: Stage) -> None:
    item = await stage.approved()

    async def recalled_meanwhile(job: Job) -> Accepted | None:
        await stage.recalling.recall(item.id, "leader")
        return None

    stage.platform.answers.append(recalled_meanwhile)
    await stage.plan(item)
    await run_once(stage, S.BLOCKED)
    await settled(stage)
    assert stage.platform.withdrawn == ["r-1"]


async def test_a_paused_or_closed_account_is_recalled_from(stage: Stage) -> None:
    item = await published(stage, 2)
    paused, closed = [d.account_id for d in await stage.deliveries()]
    until = stage.clock.now() + HOUR
    await stage.organisations.pause(paused, until, "整改", actor="admin")
    await stage.organisations.change_account(closed, actor="admin", active=False)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    assert len(stage.platform.withdrawn) == 2


async def test_an_outage_holds_no_recall_back(stage: Stage) -> None:
    item = await published(stage, 2)
    sweep = Sweep(stage.database, stage.clock, NoMeter(), timedelta(minutes=30))
    await sweep.beat()
    await stage.recalling.recall(item.id, "leader")
    told(stage).advance(3 * 3600)
    await sweep.recover(alone=True)
    await sweep.sweep()
    await run_once(stage)
    assert await stage.standings(item) == [Standing.RECALLED] * 2


# --- proof ----------------------------------------------------------------------------------------


async def test_a_withdrawal_is_read_back_before_it_counts(stage: Stage) -> None:
    channel(stage, READABLE)
    item = await published(stage)
    await stage.reconciler().verify_accepted()
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    assert await of(stage, Purpose.RECALL) == [S.ACCEPTED]
    assert await stage.standings(item) == [Standing.WAITING]
    told(stage).advance(10)
    stage.platform.findings.append(Finding(verdict=V.FOUND))
    await stage.reconciler().verify_accepted()  # its caches still show the original post
    for seconds, verdict in ((31, V.PENDING), (31, V.GONE)):
        told(stage).advance(seconds)
        stage.platform.findings.append(Finding(verdict=verdict))
        await stage.reconciler().verify_accepted()
    assert await of(stage, Purpose.RECALL) == [S.VERIFIED]
    assert await of(stage, Purpose.PUBLISH) == [S.RECALLED]
    assert await stage.standings(item) == [Standing.RECALLED]


async def test_what_stays_public_all_the_same_is_told(stage: Stage) -> None:
    channel(stage, READABLE)
    item = await published(stage)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    told(stage).advance(16 * 60)
    stage.platform.findings += [Finding(verdict=V.FOUND), Finding(verdict=V.FOUND)]
    await stage.reconciler().verify_accepted()
    [recall] = [d for d in await stage.deliveries() if d.purpose is Purpose.RECALL]
    assert (recall.state, recall.error_code) == (S.FAILED, "still-public")
    assert await stage.standings(item) == [Standing.CANNOT]


# --- notices --------------------------------------------------------------------------------------


async def test_a_notice_goes_out_with_the_third_signature_and_not_before(stage: Stage) -> None:
    channel(stage, MUTE)
    item = await published(stage, 2)
    ordered = await stage.recalling.recall(item.id, "leader", "数据有误")
    approval = await stage.review.get(ordered.approval_id)
    for step, login in ((ReviewStep.DRAFT_CHECK, "clerk"), (ReviewStep.SECTION_REVIEW, "head")):
        await stage.review.sign(approval.id, step, login, approval.hash)
        await settled(stage)
    assert len(stage.platform.posts) == 2
    await stage.review.sign(approval.id, ReviewStep.SIGN_OFF, "leader", approval.hash)
    await settled(stage)
    assert [text for _, _, text in stage.platform.posts[2:]] == ["说明 recall 通知"] * 2
    assert await stage.standings(item) == [Standing.NOTICED] * 2
    assert (await stage.recalling.reach(item.id)).percent == 100
    await stage.recalling.recall(item.id, "leader")
    await settled(stage)
    assert len(stage.platform.posts) == 4  # ordered twice, said once


# --- corrections ----------------------------------------------------------------------------------


async def test_a_correction_in_place_changes_the_post_that_is_there(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await published(stage, 2)
    await corrected(stage, item)
    await run_once(stage)
    assert sorted(stage.platform.amended) == [("r-1", "更正后的正文"), ("r-2", "更正后的正文")]
    reach = await stage.recalling.reach(item.id)
    assert [(one.standing, one.version) for one in reach.accounts] == [(Standing.CORRECTED, 2)] * 2
    assert reach.percent == 100


async def test_a_corrected_post_is_corrected_and_recalled_again(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await published(stage)
    changed = await corrected(stage, item)
    await run_once(stage)
    await corrected(stage, changed, "再次更正")
    await run_once(stage)
    assert stage.platform.amended[-1] == ("r-1", "再次更正")
    assert (await stage.recalling.recall(item.id, "leader")).deliveries == 1
    await run_once(stage)
    assert stage.platform.withdrawn == ["r-1"]
    assert await of(stage, Purpose.PUBLISH) == [S.RECALLED]
    assert await of(stage, Purpose.CORRECT) == [S.RECALLED] * 2


async def test_elsewhere_the_old_post_goes_before_the_corrected_one_comes(stage: Stage) -> None:
    item = await published(stage, 2, "一\n\n二")
    await corrected(stage, item, "甲\n\n乙\n\n丙")
    stage.platform.answers.append(Busy(Words("忙", "busy")))  # one deletion has to wait
    await run_once(stage, S.BLOCKED)
    assert len(stage.platform.withdrawn) == 3
    assert len(stage.platform.posts) == 4 + 3
    await settled(stage)
    new = [(account, text) for account, _, text in stage.platform.posts[4:]]
    assert len(new) == 6
    for account in {account for account, _ in new}:
        assert [text for one, text in new if one == account] == ["甲", "乙", "丙"]
    assert await stage.standings(item) == [Standing.CORRECTED] * 2


async def test_a_correction_that_is_refused_in_place_goes_the_next_way(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await published(stage)
    await corrected(stage, item)
    stage.platform.answers.append(Rejected(Words("图片数量变了", "the number of pictures changed")))
    await run_once(stage)
    assert await stage.standings(item) == [Standing.CANNOT]
    follow_up = FollowUp(stage.database, stage.clock, {"toy": stage.platform}, lambda: None)
    assert await follow_up.look() == 1
    assert await follow_up.look() == 0
    await run_once(stage)
    assert stage.platform.withdrawn == ["r-1"]
    assert [text for _, _, text in stage.platform.posts] == ["正文", "更正后的正文"]
    assert await stage.standings(item) == [Standing.CORRECTED]


async def test_a_recalled_item_does_not_come_back_by_a_refused_correction(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await published(stage)
    await corrected(stage, item)
    stage.platform.answers.append(Rejected(Words("不能改", "it cannot be changed")))
    await run_once(stage)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage)
    follow_up = FollowUp(stage.database, stage.clock, {"toy": stage.platform}, lambda: None)
    assert await follow_up.look() == 0
    assert (len(stage.platform.posts), stage.platform.withdrawn) == (1, ["r-1"])
    assert await stage.standings(item) == [Standing.RECALLED]


async def test_an_unknown_amendment_of_a_recalled_item_is_not_made_again(stage: Stage) -> None:
    channel(stage, EDITABLE)
    item = await published(stage)
    await corrected(stage, item)
    [correction] = [d for d in await stage.deliveries() if d.purpose is Purpose.CORRECT]
    now = stage.clock.now()
    await stage.change(correction.id, state=S.UNKNOWN, reason="crash", next_at=now, attempts=1)
    await stage.recalling.recall(item.id, "leader")
    await run_once(stage, S.UNKNOWN)
    await settled(stage)
    assert (stage.platform.withdrawn, stage.platform.amended) == (["r-1"], [])
    assert await of(stage, Purpose.CORRECT) == [S.CANCELLED]
