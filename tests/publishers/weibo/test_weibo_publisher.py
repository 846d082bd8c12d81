"""What a media clerk may rely on when a post goes to Weibo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import (
    DeliveryError,
    Exhausted,
    LeaseLost,
    Rejected,
    Throttled,
    Unauthorised,
    Unknown,
)
from hub.publishing.models import Part
from hub.publishing.ports import Verdict
from publishers.simulation import Fault
from publishers.weibo import CHANNEL
from publishers.weibo.publisher import WeiboOutlet
from publishers.weibo.simulator import App, Platform
from tests.publishers.doubles import Stage, open_stage, picture

LINK = "https://www.gd.gov.cn/zwgk/2026-17.html"
NOTICE = Part(text=f"广东省政府办公厅关于政务公开的通知 <粤府办〔2026〕17号> {LINK}", link=LINK)
OTHER = Part(text=f"关于春节放假安排的通知 {LINK}", link=LINK)
SHARE = "*/statuses/share.json"


@pytest.fixture
async def weibo(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(CHANNEL, clock) as stage:
        yield stage


def platform(stage: Stage) -> Platform:
    assert isinstance(stage.platform, Platform)
    return stage.platform


async def refused(stage: Stage, part: Part, kind: type[DeliveryError]) -> DeliveryError:
    with pytest.raises(kind) as caught:
        await stage.outlet.deliver(stage.job(part, "refused"))
    return caught.value


async def test_a_post_is_public_with_its_page_address(weibo: Stage) -> None:
    accepted = await weibo.outlet.deliver(weibo.job(NOTICE))
    (shown,) = weibo.public()
    assert (shown.remote_id, shown.text, shown.link) == (accepted.remote_id, NOTICE.text, LINK)
    assert accepted.url.startswith(f"https://weibo.com/{weibo.access.credentials['uid']}/")


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/gif"])
async def test_a_picture_goes_with_the_post(weibo: Stage, kind: str) -> None:
    media = weibo.media.add(picture(kind), kind)
    await weibo.outlet.deliver(weibo.job(replace(NOTICE, media=(media,))))
    assert [shown.pictures for shown in weibo.public()] == [1]


async def test_a_picture_of_almost_five_megabytes_goes_with_the_post(weibo: Stage) -> None:
    content = picture().ljust(5 * 1024 * 1024 - 1, b"\0")
    await weibo.outlet.deliver(weibo.job(replace(NOTICE, media=(weibo.media.add(content),))))
    assert [shown.pictures for shown in weibo.public()] == [1]
    part = replace(NOTICE, media=(weibo.media.add(content + b"\0"),))
    assert (await refused(weibo, part, Rejected)).field == "media"


@pytest.mark.parametrize("with_picture", [False, True])
async def test_a_high_permission_app_posts_without_link_and_with_topic(
    weibo: Stage, with_picture: bool
) -> None:
    platform(weibo).app.level = "high"
    weibo.with_settings(permission="high")
    media = (weibo.media.add(picture()),) if with_picture else ()
    await weibo.outlet.deliver(weibo.job(Part(text="#政务公开# 今天新闻发布会", media=media)))
    assert [shown.pictures for shown in weibo.public()] == [int(with_picture)]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (Part(text="没有链接的通知"), "safe_domain"),
        (Part(text="别家的链接 https://www.example.com/gov.cn"), "safe_domain"),
        (Part(text="冒名的链接 https://notgov.cn/1"), "safe_domain"),
        (Part(text=f"#话题# {LINK}"), "text"),
        (Part(text="字" * 131 + LINK), "text"),
        (Part(text="  "), "text"),
    ],
)
async def test_what_weibo_would_refuse_costs_no_call(weibo: Stage, part: Part, field: str) -> None:
    weibo.platform.faults.arm(Fault.ERROR_500)  # a call would end as Unknown
    error = await refused(weibo, part, Rejected)
    assert error.field == field


async def test_a_text_of_140_with_its_link_fits(weibo: Stage) -> None:
    await weibo.outlet.deliver(weibo.job(Part(text="字" * 130 + LINK)))
    assert len(weibo.public()) == 1


async def test_the_platform_refuses_what_our_checks_cannot_see(weibo: Stage) -> None:
    platform(weibo).app.safe_domains = ("sz.gov.cn",)
    error = await refused(weibo, NOTICE, Rejected)
    assert (error.platform_code, error.platform_message) == ("10017", "text not find domain!")


async def test_a_picture_that_is_none_is_refused_with_advice(weibo: Stage) -> None:
    media = weibo.media.add(b"<svg/>", "image/png")
    error = await refused(weibo, replace(NOTICE, media=(media,)), Rejected)
    assert error.platform_code == "20005"
    assert error.remedy is not None


async def test_an_app_without_the_permission_is_told_so(weibo: Stage) -> None:
    weibo.with_settings(permission="high")
    assert (await refused(weibo, NOTICE, Rejected)).platform_code == "10014"


async def test_an_unknown_permission_is_refused_by_name(weibo: Stage) -> None:
    weibo.with_settings(permission="godlike")
    assert (await refused(weibo, NOTICE, Rejected)).field == "permission"


async def test_a_lost_lease_sends_nothing(weibo: Stage) -> None:
    job = weibo.job(NOTICE)
    job.lost = True
    with pytest.raises(LeaseLost):
        await weibo.outlet.deliver(job)
    assert weibo.platform.shown() == []


# --- limits ---------------------------------------------------------------------------------------


async def test_a_used_up_day_waits_until_midnight_in_china(weibo: Stage) -> None:
    platform(weibo).calls_per_day = 0
    error = await refused(weibo, NOTICE, Exhausted)
    assert error.platform_code == "10023"
    assert error.until == weibo.clock.now() + timedelta(hours=15)  # it is 09:00 in China


async def test_a_used_up_hour_waits_until_the_next(weibo: Stage) -> None:
    platform(weibo).posts_per_hour = 0
    error = await refused(weibo, NOTICE, Throttled)
    assert (error.platform_code, error.retry_after) == ("10024", timedelta(hours=1))


async def test_a_limit_whose_end_is_not_told_waits_by_the_table(weibo: Stage) -> None:
    platform(weibo).calls_per_day = 0
    weibo.platform.faults.arm(Fault.ERROR_500, "*/rate_limit_status.json")
    error = await refused(weibo, NOTICE, Exhausted)
    assert error.retry_after == timedelta(hours=1)


async def test_a_used_up_ip_concerns_every_account(weibo: Stage) -> None:
    platform(weibo).calls_per_hour_and_ip = 0
    error = await refused(weibo, NOTICE, Throttled)
    assert (error.platform_code, error.scope) == ("10022", "app")


# --- repeats and slow successes -------------------------------------------------------------------


@pytest.mark.parametrize("code", [20017, 20019, 20111])
async def test_a_refused_repeat_adopts_the_post_that_is_there(weibo: Stage, code: int) -> None:
    weibo.platform.tune({"repeat_code": code})
    job = weibo.job(NOTICE)
    first = await weibo.outlet.deliver(job)
    again = await weibo.outlet.deliver(job)
    assert (again.remote_id, again.adopted) == (first.remote_id, True)
    assert len(weibo.public()) == 1


async def test_a_text_posted_earlier_by_hand_is_not_taken_for_ours(weibo: Stage) -> None:
    platform(weibo).write_by_hand("gongkai", NOTICE.text)
    weibo.clock.advance(3600)
    job = weibo.job(NOTICE)
    with pytest.raises(Unknown):  # an attempt of ours might still be under review
        await weibo.outlet.deliver(job)
    weibo.clock.advance(600)
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.ABSENT
    with pytest.raises(Rejected, match="重复"):
        await weibo.outlet.deliver(job)
    assert len(weibo.public()) == 1


async def test_a_slow_success_is_accepted_with_the_id_from_the_timeline(weibo: Stage) -> None:
    weibo.platform.tune({"slow_success": 1})
    accepted = await weibo.outlet.deliver(weibo.job(NOTICE))
    assert [shown.remote_id for shown in weibo.public()] == [accepted.remote_id]
    assert not accepted.adopted


async def test_a_slow_success_under_review_is_found_later(weibo: Stage) -> None:
    weibo.platform.tune({"slow_success": 1, "review_delay_s": 90.0})
    job = weibo.job(NOTICE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.PENDING
    weibo.clock.advance(90)
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.FOUND


async def test_a_slow_success_is_never_declared_absent(weibo: Stage) -> None:
    weibo.platform.tune({"slow_success": 1, "review_delay_s": 86400.0})
    job = weibo.job(NOTICE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    weibo.clock.advance(3600)
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.PERSON


async def test_an_unreadable_timeline_leaves_a_slow_success_unknown(weibo: Stage) -> None:
    weibo.platform.tune({"slow_success": 1})
    weibo.platform.faults.arm(Fault.HTML, "*/user_timeline.json")
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(weibo.job(NOTICE))


# --- settling unknown outcomes --------------------------------------------------------------------


async def test_a_lost_answer_is_found_by_its_text(weibo: Stage) -> None:
    weibo.platform.faults.arm(Fault.COMMIT_THEN_RESET, SHARE)
    job = weibo.job(NOTICE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    finding = await weibo.outlet.reconcile(job)
    assert finding.verdict is Verdict.FOUND
    assert finding.remote_id == weibo.public()[0].remote_id


async def test_a_post_that_never_arrived_is_absent_after_the_time_of_a_review(
    weibo: Stage,
) -> None:
    weibo.platform.faults.arm(Fault.RESET_BEFORE, SHARE)
    job = weibo.job(NOTICE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    waits = []
    while (finding := await weibo.outlet.reconcile(job)).verdict is Verdict.PENDING:
        waits.append(finding.retry_after)
        weibo.clock.advance(finding.retry_after)
    assert finding.verdict is Verdict.ABSENT
    assert sum(waits) == 600
    assert len(waits) <= 7  # each look costs one of a hundred calls a day


async def test_the_review_is_waited_for_after_the_last_attempt(weibo: Stage) -> None:
    job = weibo.job(NOTICE)
    weibo.clock.advance(7200)
    weibo.platform.faults.arm(Fault.RESET_BEFORE, SHARE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.PENDING


@pytest.mark.parametrize("ahead_s", [-7200.0, 7200.0])
async def test_a_platform_with_another_clock_is_understood(weibo: Stage, ahead_s: float) -> None:
    weibo.platform.tune({"clock_ahead_s": ahead_s})
    platform(weibo).write_by_hand("gongkai", NOTICE.text)
    platform(weibo).write_by_hand("gongkai", "手工发布的一条")
    weibo.clock.advance(60)
    weibo.platform.faults.arm(Fault.COMMIT_THEN_500, SHARE)
    job = weibo.job(NOTICE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    finding = await weibo.outlet.reconcile(job)
    assert finding.remote_id == weibo.platform.shown()[-1].remote_id


async def test_the_timeline_is_read_back_over_several_pages(weibo: Stage) -> None:
    job = weibo.job(NOTICE)
    weibo.platform.faults.arm(Fault.COMMIT_THEN_RESET, SHARE)
    with pytest.raises(Unknown):
        await weibo.outlet.deliver(job)
    for number in range(150):
        platform(weibo).write_by_hand("gongkai", f"手工发布 {number}")
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.FOUND


async def test_a_timeline_too_long_to_read_is_left_to_a_person(weibo: Stage) -> None:
    job = weibo.job(NOTICE)
    weibo.clock.advance(600)
    for number in range(301):
        platform(weibo).write_by_hand("gongkai", f"手工发布 {number}")
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.PERSON


async def test_another_post_is_never_taken_for_ours(weibo: Stage) -> None:
    weibo.clock.advance(600)
    await weibo.outlet.deliver(weibo.job(OTHER, "other"))
    job = weibo.job(NOTICE)
    weibo.clock.advance(600)
    assert (await weibo.outlet.reconcile(job)).verdict is Verdict.ABSENT


# --- afterwards -----------------------------------------------------------------------------------


async def test_what_is_public_equals_what_was_signed(weibo: Stage) -> None:
    accepted = await weibo.outlet.deliver(weibo.job(NOTICE))
    finding = await weibo.outlet.verify(weibo.job(NOTICE, remote_id=accepted.remote_id))
    assert (finding.verdict, finding.same) == (Verdict.FOUND, True)
    assert finding.receipt["reposts_count"] == 0


@pytest.mark.parametrize(
    "text", ["改过的文字", f"{NOTICE.text} {LINK}", NOTICE.text.replace("17", "18")]
)
async def test_an_edited_post_is_noticed(weibo: Stage, text: str) -> None:
    accepted = await weibo.outlet.deliver(weibo.job(NOTICE))
    platform(weibo).tamper(accepted.remote_id, text)
    finding = await weibo.outlet.verify(weibo.job(NOTICE, remote_id=accepted.remote_id))
    assert finding.same is False


async def test_a_post_under_review_is_not_gone(weibo: Stage) -> None:
    weibo.platform.tune({"review_delay_s": 60.0})
    accepted = await weibo.outlet.deliver(weibo.job(NOTICE))
    job = weibo.job(NOTICE, remote_id=accepted.remote_id)
    assert (await weibo.outlet.verify(job)).verdict is Verdict.PENDING
    weibo.clock.advance(60)
    assert (await weibo.outlet.verify(job)).verdict is Verdict.FOUND


async def test_withdrawing_twice_is_done_and_then_it_is_gone(weibo: Stage) -> None:
    accepted = await weibo.outlet.deliver(weibo.job(NOTICE))
    job = weibo.job(NOTICE, remote_id=accepted.remote_id)
    await weibo.outlet.withdraw(job)
    await weibo.outlet.withdraw(job)
    assert weibo.public() == []
    weibo.clock.advance(600)
    assert (await weibo.outlet.verify(job)).verdict is Verdict.GONE


async def test_a_post_cannot_be_changed_in_place(weibo: Stage) -> None:
    with pytest.raises(Rejected):
        await weibo.outlet.amend(weibo.job(OTHER, remote_id="1"))


# --- the authorisation ----------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "days"), [("test", 1), ("normal", 30), ("high", 90)])
async def test_the_end_of_the_authorisation_is_foreseen(
    weibo: Stage, level: str, days: int
) -> None:
    granted = platform(weibo).authorise("gongkai", App("another", level))
    access = replace(weibo.access, credentials=granted.credentials)
    assert isinstance(weibo.outlet, WeiboOutlet)
    until = await weibo.outlet.authorised_until(access)
    assert until == weibo.clock.now() + timedelta(days=days)


async def test_an_expired_authorisation_needs_a_person(weibo: Stage) -> None:
    weibo.clock.advance(31 * 86400)
    error = await refused(weibo, NOTICE, Unauthorised)
    assert error.platform_code == "21327"
    assert "authorise again" in error.remedy.en if error.remedy else False


async def test_a_changed_password_needs_a_person(weibo: Stage) -> None:
    platform(weibo).revoke("gongkai")
    assert (await refused(weibo, NOTICE, Unauthorised)).platform_code == "21319"


async def test_a_token_of_another_account_is_noticed(weibo: Stage) -> None:
    stranger = weibo.platform.enrol("stranger").credentials["access_token"]
    mixed = {**weibo.access.credentials, "access_token": stranger}
    assert isinstance(weibo.outlet, WeiboOutlet)
    with pytest.raises(Unauthorised) as caught:
        await weibo.outlet.authorised_until(replace(weibo.access, credentials=mixed))
    assert caught.value.field == "uid"


async def test_a_user_beyond_an_unaudited_app_is_refused(weibo: Stage) -> None:
    platform(weibo).app.level = "test"
    assert (await refused(weibo, NOTICE, Rejected)).platform_code == "21321"
