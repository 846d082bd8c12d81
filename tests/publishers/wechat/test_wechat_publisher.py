"""What a media clerk may rely on when an article goes to an official account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.publishing.errors import (
    DeliveryError,
    Exhausted,
    LeaseLost,
    NotSent,
    Rejected,
    Unauthorised,
    Unknown,
)
from hub.publishing.ports import Verdict
from publishers.simulation import Fault
from publishers.wechat.simulator_state import Status
from tests.publishers.doubles import MemoryMedia, Stage
from tests.publishers.wechat.wechat_doubles import (
    LINK,
    SUBMIT,
    account_of,
    arm,
    article,
    platform_of,
    refused,
    settled,
    shown,
    verified,
)


async def test_an_article_is_published_with_its_pictures_and_read_back(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    accepted = await wechat.outlet.deliver(job)
    assert accepted.pending
    found = await verified(wechat, job, accepted.remote_id)
    (post,) = shown(wechat)
    assert (found.verdict, found.same, found.remote_id) == (Verdict.FOUND, True, post.remote_id)
    assert (post.title, post.link, post.pictures) == (job.part.title, LINK, 2)
    assert post.readers == {"digest": job.part.digest, "author": "省政府办公厅"}
    assert found.url.startswith("http://mp.weixin.qq.com/s/")


async def test_the_account_signs_where_the_article_names_no_author(wechat: Stage) -> None:
    wechat.with_settings(author="广东发布")
    await settled(wechat, wechat.job(replace(article(wechat.media), extra={})))
    assert shown(wechat)[0].readers["author"] == "广东发布"


async def test_a_publication_is_pending_until_the_platform_is_done(wechat: Stage) -> None:
    platform_of(wechat).publish_delay = 40
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    assert (await wechat.outlet.verify(job)).verdict is Verdict.PENDING
    wechat.clock.advance(41)
    assert (await wechat.outlet.verify(job)).verdict is Verdict.FOUND


@pytest.mark.parametrize("status", [Status.ORIGINAL_FAILED, Status.FAILED, Status.REJECTED])
async def test_a_publication_refused_by_review_is_gone(wechat: Stage, status: Status) -> None:
    platform_of(wechat).publish_outcome = status
    found = await settled(wechat, wechat.job(article(wechat.media)))
    assert (found.verdict, found.receipt["publish_status"]) == (Verdict.GONE, status)
    assert found.detail
    assert shown(wechat) == []


async def test_what_the_platform_dropped_shows_as_not_the_same(wechat: Stage) -> None:
    part = article(wechat.media)
    foreign = part.text + '<img src="https://elsewhere.example/a.png">'
    found = await settled(wechat, wechat.job(replace(part, text=foreign)))
    assert (found.verdict, found.same) == (Verdict.FOUND, False)


@pytest.mark.parametrize("removal", ["at-submit", "at-finish"])
@pytest.mark.parametrize("path", [SUBMIT, "*/draft/add", "*/uploadimg", "*/add_material", "*token"])
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.REDIRECT])
async def test_after_any_fault_there_is_exactly_one_article(
    wechat: Stage, fault: Fault, path: str, removal: str
) -> None:
    platform_of(wechat).draft_leaves = removal
    platform_of(wechat).publish_delay = 20
    arm(wechat, fault, path)
    found = await settled(wechat, wechat.job(article(wechat.media, pictures=1)))
    assert found.verdict is Verdict.FOUND
    assert len(shown(wechat)) == 1


async def test_a_redirected_submission_is_a_refusal_naming_the_base_url(wechat: Stage) -> None:
    wechat.platform.faults.arm(Fault.REDIRECT, SUBMIT)
    error = await refused(wechat, article(wechat.media), Rejected)
    assert error.field == "base_url"
    assert shown(wechat) == []


async def test_without_a_connection_nothing_was_sent(wechat: Stage) -> None:
    wechat.access = replace(wechat.access, base_url="http://127.0.0.1:9")
    await refused(wechat, article(wechat.media), NotSent)


@pytest.mark.parametrize("removal", ["at-submit", "at-finish"])
async def test_busy_said_of_a_task_that_was_taken_publishes_once(
    wechat: Stage, removal: str
) -> None:
    platform_of(wechat).tune({"publish_delay": 120.0, "draft_leaves": removal})
    platform_of(wechat).busy_after_commit = 1
    found = await settled(wechat, wechat.job(article(wechat.media)))
    assert found.verdict is Verdict.FOUND
    assert len(shown(wechat)) == 1


async def test_a_draft_still_there_proves_nothing_before_the_grace_time(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.RESET_BEFORE, SUBMIT)
    with pytest.raises(Unknown):
        await wechat.outlet.deliver(job)
    early = await wechat.outlet.reconcile(job)
    wechat.clock.advance(early.retry_after)
    late = await wechat.outlet.reconcile(job)
    assert (early.verdict, late.verdict) == (Verdict.PENDING, Verdict.ABSENT)
    assert early.retry_after == 600


async def test_a_vanished_draft_without_an_article_is_a_persons_question(wechat: Stage) -> None:
    platform_of(wechat).publish_outcome = Status.REJECTED
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.COMMIT_THEN_RESET, SUBMIT)
    assert (await settled(wechat, job)).verdict is Verdict.PERSON


async def test_a_draft_that_has_gone_is_never_submitted_again_within_the_hour(
    wechat: Stage,
) -> None:
    platform_of(wechat).publish_delay = 300
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.COMMIT_THEN_RESET, SUBMIT)
    for _ in range(3):
        with pytest.raises(Unknown):
            await wechat.outlet.deliver(job)
    assert len(account_of(wechat).tasks) == 1


async def test_a_person_may_start_a_rejected_article_again(wechat: Stage) -> None:
    platform_of(wechat).publish_outcome = Status.REJECTED
    job = wechat.job(article(wechat.media))
    assert (await settled(wechat, job)).verdict is Verdict.GONE
    platform_of(wechat).publish_outcome = Status.SUCCESS
    wechat.clock.advance(3600)
    assert (await settled(wechat, job)).verdict is Verdict.FOUND


async def test_a_lost_draft_is_found_again_instead_of_made_twice(wechat: Stage) -> None:
    wechat.with_settings(tier="draft")
    wechat.platform.faults.arm(Fault.COMMIT_THEN_RESET, "*/draft/add")
    job = wechat.job(article(wechat.media))
    with pytest.raises(DeliveryError):
        await wechat.outlet.deliver(job)
    await wechat.outlet.deliver(job)
    assert len(shown(wechat, "draft")) == 1


async def test_a_cover_deleted_by_hand_is_uploaded_again(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.ERROR_500, "*/draft/add")
    with pytest.raises(DeliveryError):
        await wechat.outlet.deliver(job)
    account_of(wechat).materials.clear()
    assert (await settled(wechat, job)).verdict is Verdict.FOUND


async def test_an_account_with_a_lost_lease_submits_nothing(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    job.lost = True
    with pytest.raises(LeaseLost):
        await wechat.outlet.deliver(job)
    assert account_of(wechat).tasks == {}


async def test_a_token_that_ends_in_mid_batch_is_renewed_unnoticed(wechat: Stage) -> None:
    account = account_of(wechat)
    for number in range(4):
        if number == 2:
            account.tokens.stable.revoke()
        part = article(wechat.media, title=f"通知第{number}号")
        await wechat.outlet.deliver(wechat.job(part, str(number)))
    assert len(shown(wechat)) == 4


async def test_an_account_without_the_right_to_publish_is_told_to_use_drafts(
    wechat: Stage,
) -> None:
    account_of(wechat).verified = False
    error = await refused(wechat, article(wechat.media), Unauthorised)
    assert error.platform_code == "48001"
    assert error.remedy is not None
    assert "draft" in error.remedy.en


async def test_an_address_that_is_not_listed_names_itself(wechat: Stage) -> None:
    platform_of(wechat).check_ip = True
    error = await refused(wechat, article(wechat.media), Unauthorised)
    assert error.platform_code == "40164"
    assert "127.0.0.1" in error.platform_message


async def test_a_day_without_calls_left_waits_for_midnight_in_beijing(wechat: Stage) -> None:
    platform_of(wechat).daily_limits["freepublish/submit"] = 0
    error = await refused(wechat, article(wechat.media), Exhausted)
    assert error.until == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


async def test_a_draft_that_fails_the_check_is_refused_for_good(wechat: Stage) -> None:
    platform_of(wechat).check_refuses = "现印发"
    error = await refused(wechat, article(wechat.media), Rejected)
    assert (error.platform_code, shown(wechat)) == ("53503", [])


async def test_wrong_secrets_never_show_in_the_error(wechat: Stage) -> None:
    wrong = {**wechat.access.credentials, "secret": "s3cr3t-s3cr3t"}
    wechat.access = replace(wechat.access, credentials=wrong)
    error = await refused(wechat, article(wechat.media), Unauthorised)
    assert "s3cr3t" not in f"{error!r} {error} {error.platform_message} {error.__cause__!r}"


async def test_an_article_without_its_cover_is_refused(wechat: Stage) -> None:
    part = article(wechat.media)
    error = await refused(wechat, replace(part, media=part.media[1:]), Rejected)
    assert error.field == "media"


async def test_a_picture_the_store_has_lost_is_a_refusal(wechat: Stage) -> None:
    part = article(wechat.media)
    wechat.media = MemoryMedia()
    error = await refused(wechat, part, Rejected)
    assert error.field == "media"


async def test_a_setting_that_is_no_number_is_refused_by_name(wechat: Stage) -> None:
    wechat.with_settings(tier="mass", tag_id="everybody")
    error = await refused(wechat, article(wechat.media), Rejected)
    assert (error.field, account_of(wechat).masses) == ("tag_id", {})


async def test_the_articles_of_others_are_never_taken_for_ours(wechat: Stage) -> None:
    """Same title and link, other words: found neither as draft nor as article."""
    other = article(wechat.media)
    await settled(wechat, wechat.job(replace(other, text=other.text + "<p>另有附件</p>"), "other"))
    wechat.platform.faults.arm(Fault.RESET_BEFORE, SUBMIT)
    assert (await settled(wechat, wechat.job(other))).verdict is Verdict.FOUND
    assert len(shown(wechat)) == 2


async def test_ours_is_found_behind_many_pages_of_others(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    wechat.platform.faults.arm(Fault.COMMIT_THEN_RESET, SUBMIT)
    with pytest.raises(Unknown):
        await wechat.outlet.deliver(job)
    for number in range(25):
        await wechat.outlet.deliver(wechat.job(article(wechat.media, f"通知{number}"), str(number)))
    assert (await wechat.outlet.reconcile(job)).verdict is Verdict.FOUND


async def test_a_published_article_can_be_withdrawn_twice(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    job.remote_id = (await settled(wechat, job)).remote_id
    await wechat.outlet.withdraw(job)
    await wechat.outlet.withdraw(job)
    assert shown(wechat) == []
    assert (await wechat.outlet.verify(job)).verdict is Verdict.GONE


async def test_an_article_not_yet_readable_counts_by_its_tasks_word(wechat: Stage) -> None:
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    account_of(wechat).articles.clear()
    found = await wechat.outlet.verify(job)
    assert (found.verdict, found.same, bool(found.url)) == (Verdict.FOUND, None, True)


async def test_a_task_still_publishing_is_withdrawn_once_it_is_done(wechat: Stage) -> None:
    platform_of(wechat).publish_delay = 30
    job = wechat.job(article(wechat.media))
    job.remote_id = (await wechat.outlet.deliver(job)).remote_id
    with pytest.raises(DeliveryError):
        await wechat.outlet.withdraw(job)
    wechat.clock.advance(31)
    await wechat.outlet.withdraw(job)
    assert shown(wechat) == []


async def test_an_article_cannot_be_amended(wechat: Stage) -> None:
    with pytest.raises(Rejected):
        await wechat.outlet.amend(wechat.job(article(wechat.media)))
