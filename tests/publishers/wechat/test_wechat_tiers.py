"""Mass sends, drafts for a person, and accounts without an API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.publishing.errors import (
    Exhausted,
    Rejected,
    Throttled,
    Unknown,
)
from hub.publishing.ports import Verdict
from publishers.simulation import Fault
from tests.publishers.doubles import Stage
from tests.publishers.wechat.wechat_doubles import (
    SENDALL,
    SUBMIT,
    account_of,
    arm,
    article,
    platform_of,
    refused,
    settled,
    shown,
)


async def test_a_mass_send_reaches_followers_once(wechat: Stage) -> None:
    wechat.with_settings(tier="mass")
    job = wechat.job(article(wechat.media))
    found = await settled(wechat, job)
    (sent,) = account_of(wechat).masses.values()
    assert (found.verdict, found.remote_id) == (Verdict.FOUND, f"mass:{sent.msg_id}")
    assert sent.to_all


async def test_a_mass_send_to_one_tag_names_it(wechat: Stage) -> None:
    wechat.with_settings(tier="mass", tag_id="2")
    await settled(wechat, wechat.job(article(wechat.media)))
    assert not next(iter(account_of(wechat).masses.values())).to_all


@pytest.mark.parametrize("key_first", [True, False])
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.REDIRECT])
async def test_after_any_fault_there_is_exactly_one_mass_send(
    wechat: Stage, fault: Fault, key_first: bool
) -> None:
    wechat.with_settings(tier="mass")
    platform_of(wechat).mass_key_first = key_first
    arm(wechat, fault, SENDALL)
    found = await settled(wechat, wechat.job(article(wechat.media, pictures=0)))
    assert found.verdict is Verdict.FOUND
    assert len(account_of(wechat).masses) == 1


async def test_a_repeat_within_the_minute_waits_and_is_then_adopted(wechat: Stage) -> None:
    wechat.with_settings(tier="mass")
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.COMMIT_THEN_500, SENDALL)
    with pytest.raises(Unknown):
        await wechat.outlet.deliver(job)
    with pytest.raises(Throttled) as early:
        await wechat.outlet.deliver(job)
    assert early.value.retry_after == timedelta(seconds=60)
    wechat.clock.advance(60)
    assert (await wechat.outlet.deliver(job)).adopted


async def test_a_doubtful_mass_send_after_the_keys_day_is_a_persons_question(
    wechat: Stage,
) -> None:
    wechat.with_settings(tier="mass")
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.COMMIT_THEN_RESET, SENDALL)
    with pytest.raises(Unknown):
        await wechat.outlet.deliver(job)
    wechat.clock.advance(25 * 3600)
    assert (await wechat.outlet.reconcile(job)).verdict is Verdict.PERSON


async def test_an_unsent_mass_send_after_the_keys_day_is_proved_by_its_draft(
    wechat: Stage,
) -> None:
    wechat.with_settings(tier="mass")
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.RESET_BEFORE, SENDALL)
    with pytest.raises(Unknown):
        await wechat.outlet.deliver(job)
    wechat.clock.advance(25 * 3600)
    assert (await settled(wechat, job, crashed=True)).verdict is Verdict.FOUND
    assert len(account_of(wechat).masses) == 1


@pytest.mark.parametrize(
    ("kind", "allowed", "until"),
    [
        ("subscription", 1, datetime(2026, 3, 2, 16, 0, tzinfo=UTC)),
        ("service", 4, datetime(2026, 3, 31, 16, 0, tzinfo=UTC)),
    ],
)
async def test_mass_sends_end_with_the_accounts_quota(
    wechat: Stage, kind: str, allowed: int, until: datetime
) -> None:
    wechat.with_settings(tier="mass", account_type=kind)
    account_of(wechat).kind = kind
    for number in range(allowed):
        await wechat.outlet.deliver(wechat.job(article(wechat.media), str(number)))
    error = await refused(wechat, article(wechat.media), Exhausted)
    assert (error.platform_code, error.until) == ("45028", until)


@pytest.mark.parametrize(("allow", "verdict"), [(True, Verdict.FOUND), (False, Verdict.GONE)])
async def test_an_administrator_decides_about_a_protected_mass_send(
    wechat: Stage, allow: bool, verdict: Verdict
) -> None:
    wechat.with_settings(tier="mass")
    platform_of(wechat).mass_confirmation = True
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    waiting = await wechat.outlet.verify(job)
    assert (waiting.verdict, "管理员" in waiting.detail) == (Verdict.PENDING, True)
    platform_of(wechat).confirm(int(job.remote_id.removeprefix("mass:")), allow=allow)
    assert (await wechat.outlet.verify(job)).verdict is verdict


async def test_a_mass_send_nobody_confirms_fails_after_half_an_hour(wechat: Stage) -> None:
    wechat.with_settings(tier="mass")
    platform_of(wechat).mass_confirmation = True
    assert (await settled(wechat, wechat.job(article(wechat.media)))).verdict is Verdict.GONE


async def test_a_mass_send_can_be_withdrawn(wechat: Stage) -> None:
    wechat.with_settings(tier="mass")
    job = wechat.job(article(wechat.media))
    job.remote_id = (await settled(wechat, job)).remote_id
    await wechat.outlet.withdraw(job)
    assert (await wechat.outlet.verify(job)).verdict is Verdict.GONE


async def test_a_draft_waits_until_a_person_publishes_it(wechat: Stage) -> None:
    wechat.with_settings(tier="draft")
    job = wechat.job(article(wechat.media))
    accepted = await wechat.outlet.deliver(job)
    job.remote_id = accepted.remote_id
    assert accepted.pending
    assert (await wechat.outlet.verify(job)).verdict is Verdict.PENDING
    await press_publish(wechat)
    found = await wechat.outlet.verify(job)
    assert (found.verdict, found.same) == (Verdict.FOUND, True)
    assert found.remote_id == shown(wechat)[0].remote_id


async def press_publish(stage: Stage) -> None:
    """A person presses the button on the website: another tier on the same draft."""
    client = stage.outlet._client(stage.access)  # type: ignore[attr-defined]
    (draft,) = account_of(stage).drafts
    await client.freepublish.submit(draft)


async def test_a_draft_that_vanished_without_an_article_is_a_persons_question(
    wechat: Stage,
) -> None:
    wechat.with_settings(tier="draft")
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    account_of(wechat).drafts.clear()
    assert (await wechat.outlet.verify(job)).verdict is Verdict.PERSON
    with pytest.raises(Rejected):
        await wechat.outlet.withdraw(job)


async def test_a_draft_is_withdrawn_from_the_box(wechat: Stage) -> None:
    wechat.with_settings(tier="draft")
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    await wechat.outlet.withdraw(job)
    assert account_of(wechat).drafts == {}


async def test_a_published_draft_is_withdrawn_as_an_article(wechat: Stage) -> None:
    wechat.with_settings(tier="draft")
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    await press_publish(wechat)
    await wechat.outlet.withdraw(job)
    assert shown(wechat) == []


async def test_an_account_without_an_api_asks_a_person_and_calls_nothing(wechat: Stage) -> None:
    wechat.with_settings(tier="export")
    job = wechat.job(article(wechat.media))
    with pytest.raises(Unknown) as asked:
        await wechat.outlet.deliver(job)
    assert asked.value.remedy is not None
    assert (await wechat.outlet.reconcile(job)).verdict is Verdict.PERSON
    assert (await wechat.outlet.verify(job)).verdict is Verdict.PERSON
    assert account_of(wechat).calls.total() == 0


async def test_an_unknown_tier_is_refused_by_name(wechat: Stage) -> None:
    wechat.with_settings(tier="broadcast")
    error = await refused(wechat, article(wechat.media), Rejected)
    assert error.field == "tier"


async def test_a_changed_tier_does_not_change_a_delivery_under_way(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.COMMIT_THEN_RESET, SUBMIT)
    with pytest.raises(Unknown):
        await wechat.outlet.deliver(job)
    wechat.with_settings(tier="mass")
    job.access = wechat.access
    assert (await settled(wechat, job, crashed=True)).verdict is Verdict.FOUND
    assert account_of(wechat).masses == {}
