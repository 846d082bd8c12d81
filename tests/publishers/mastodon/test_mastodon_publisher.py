"""What a media clerk may rely on when a post goes to Mastodon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import (
    Busy,
    DeliveryError,
    LeaseLost,
    Rejected,
    Throttled,
    Unauthorised,
)
from hub.publishing.models import Part
from hub.publishing.ports import Forecasting, Measured, Measuring, Verdict
from publishers.composing import compose
from publishers.mastodon import CHANNEL
from publishers.mastodon.codes import ScopeMissing
from publishers.mastodon.publisher import MastodonOutlet
from publishers.mastodon.simulator import Platform
from publishers.simulation import Fault
from tests.publishers.doubles import Stage, open_stage, picture
from tests.publishers.rendering.samples import make_source

LINK = "https://www.gd.gov.cn/zwgk/2026-17.html"
NOTICE = Part(text=f"关于政务公开的通知 <粤府办〔2026〕17号>\n\n详见全文：{LINK}", link=LINK)
OTHER = Part(text=f"关于春节放假安排的通知 {LINK}", link=LINK)


@pytest.fixture
async def mastodon(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(CHANNEL, clock) as stage:
        yield stage


def platform(stage: Stage) -> Platform:
    assert isinstance(stage.platform, Platform)
    return stage.platform


def outlet(stage: Stage) -> MastodonOutlet:
    assert isinstance(stage.outlet, MastodonOutlet)
    return stage.outlet


async def refused(stage: Stage, part: Part, kind: type[DeliveryError]) -> DeliveryError:
    with pytest.raises(kind) as caught:
        await stage.outlet.deliver(stage.job(part, "refused"))
    return caught.value


async def test_a_post_is_public_under_its_address(mastodon: Stage) -> None:
    accepted = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    (shown,) = mastodon.public()
    assert (shown.remote_id, shown.text, shown.link) == (accepted.remote_id, NOTICE.text, LINK)
    assert accepted.url.endswith(f"/@gongkai/{accepted.remote_id}")


# --- what the account's settings say --------------------------------------------------------------


async def test_the_account_decides_over_visibility_and_language(mastodon: Stage) -> None:
    mastodon.with_settings(visibility="unlisted", language="en")
    accepted = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    status = platform(mastodon).status(accepted.remote_id)
    assert (status.visibility, status.language) == ("unlisted", "en")


async def test_without_settings_a_post_is_public_and_chinese(mastodon: Stage) -> None:
    mastodon.access = replace(mastodon.access, settings={})
    accepted = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    status = platform(mastodon).status(accepted.remote_id)
    assert (status.visibility, status.language, status.spoiler) == ("public", "zh", "")


async def test_a_visibility_that_is_none_is_a_persons_to_mend(mastodon: Stage) -> None:
    mastodon.with_settings(visibility="direct")
    assert (await refused(mastodon, NOTICE, Rejected)).field == "visibility"


def test_a_content_warning_is_signed_with_the_post() -> None:
    source = make_source()
    assert CHANNEL.variation({"content_warning": ""}) == {}
    variation = CHANNEL.variation({"content_warning": " 防汛  预警 "})
    (plain,), (warned,) = compose(CHANNEL, source, {}), compose(CHANNEL, source, variation)
    assert (plain.digest, warned.digest) == ("", "防汛 预警")
    assert plain.text == warned.text


def test_a_content_warning_leaves_less_room_for_the_text() -> None:
    source = make_source(body="字" * 440)
    (whole,) = compose(CHANNEL, source, {})
    (short,) = compose(CHANNEL, source, {"content_warning": "防汛预警" * 10})
    assert "字" * 440 in whole.text
    assert "字" * 440 not in short.text


async def test_a_content_warning_is_shown_and_compared(mastodon: Stage) -> None:
    job = mastodon.job(replace(NOTICE, digest="防汛预警"))
    job.remote_id = (await mastodon.outlet.deliver(job)).remote_id
    assert platform(mastodon).status(job.remote_id).spoiler == "防汛预警"
    assert (await mastodon.outlet.verify(job)).same is True
    assert (await mastodon.outlet.verify(replace(job, part=NOTICE))).same is False


# --- what the server takes ------------------------------------------------------------------------


async def test_a_long_link_is_counted_as_23(mastodon: Stage) -> None:
    link = "https://www.gd.gov.cn/" + "zwgk/" * 80
    part = Part(text="字" * 476 + " " + link, link=link)
    await mastodon.outlet.deliver(mastodon.job(part))
    assert len(mastodon.public()) == 1
    error = await refused(mastodon, replace(part, text="字" + part.text), Rejected)
    assert (error.field, error.platform_code) == ("text", "")


async def test_a_server_that_takes_less_says_so_before_anything_is_sent(mastodon: Stage) -> None:
    platform(mastodon).tune({"max_characters": 40, "max_media": 1, "largest_image": 5000})
    error = await refused(mastodon, replace(NOTICE, text="字" * 41), Rejected)
    assert "上限 40" in error.words.zh
    pictures = tuple(mastodon.media.add(picture(colour=colour)) for colour in ("red", "blue"))
    part = replace(NOTICE, text="字", media=pictures)
    assert "上限 1 " in (await refused(mastodon, part, Rejected)).words.zh
    heavy = mastodon.media.add(picture().ljust(5001, b"\0"))
    part = replace(NOTICE, text="字", media=(heavy,))
    assert "上限 5000" in (await refused(mastodon, part, Rejected)).words.zh
    assert platform(mastodon).shown() == []


async def test_a_server_that_takes_more_changes_nothing(mastodon: Stage) -> None:
    platform(mastodon).tune({"max_characters": 5000})
    await refused(mastodon, replace(NOTICE, text="字" * 501), Rejected)


async def test_a_server_that_hides_its_limits_refuses_by_itself(mastodon: Stage) -> None:
    platform(mastodon).tune({"has_instance_v2": False, "max_characters": 40})
    error = await refused(mastodon, replace(NOTICE, text="字" * 41), Rejected)
    assert (error.platform_code, error.words.zh) == ("422", "正文过长")
    await mastodon.outlet.deliver(mastodon.job(replace(NOTICE, text="字" * 40)))


async def test_the_limits_are_asked_for_once_an_hour(mastodon: Stage) -> None:
    await mastodon.outlet.deliver(mastodon.job(NOTICE, "first"))
    platform(mastodon).tune({"max_characters": 10})
    mastodon.clock.advance(60)
    error = await refused(mastodon, OTHER, Rejected)
    assert error.platform_code == "422"  # the server's own word
    mastodon.clock.advance(3600)
    assert (await refused(mastodon, OTHER, Rejected)).platform_code == ""


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/gif", "image/webp"])
async def test_a_picture_goes_with_its_description(mastodon: Stage, kind: str) -> None:
    media = mastodon.media.add(picture(kind), kind)
    accepted = await mastodon.outlet.deliver(mastodon.job(replace(NOTICE, media=(media,))))
    (attached,) = platform(mastodon).status(accepted.remote_id).media
    assert attached.description == media.alt


async def test_four_pictures_keep_their_order(mastodon: Stage) -> None:
    pictures = [picture(side=8 * size) for size in (1, 2, 3, 4)]
    part = replace(NOTICE, media=tuple(mastodon.media.add(each) for each in pictures))
    accepted = await mastodon.outlet.deliver(mastodon.job(part))
    attached = platform(mastodon).status(accepted.remote_id).media
    assert [each.size for each in attached] == [len(each) for each in pictures]


async def test_a_picture_that_is_processed_is_waited_for_and_uploaded_once(
    mastodon: Stage,
) -> None:
    platform(mastodon).tune({"processing_s": 30.0})
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    for wait in (2, 2, 4, 8, 16):
        with pytest.raises(Busy) as caught:
            await mastodon.outlet.deliver(job)
        assert caught.value.retry_after == timedelta(seconds=wait)
        mastodon.clock.advance(wait)
    await mastodon.outlet.deliver(job)
    assert [shown.pictures for shown in mastodon.public()] == [1]
    assert len(platform(mastodon)._media) == 1


async def test_a_picture_that_cannot_be_processed_is_refused(mastodon: Stage) -> None:
    platform(mastodon).tune({"processing_s": 5.0, "processing_fails": True})
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    with pytest.raises(Busy):
        await mastodon.outlet.deliver(job)
    mastodon.clock.advance(5)
    with pytest.raises(Rejected, match="图片无法处理"):
        await mastodon.outlet.deliver(job)


async def test_a_picture_that_the_server_forgot_is_uploaded_again(mastodon: Stage) -> None:
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    job.progress = {"media": [{"id": "1", "ready": True}]}
    with pytest.raises(Busy):
        await mastodon.outlet.deliver(job)
    await mastodon.outlet.deliver(job)
    assert [shown.pictures for shown in mastodon.public()] == [1]


async def test_an_upload_whose_answer_is_lost_is_made_again(mastodon: Stage) -> None:
    platform(mastodon).faults.arm(Fault.COMMIT_THEN_RESET, "*/media")
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    with pytest.raises(Busy):
        await mastodon.outlet.deliver(job)
    await mastodon.outlet.deliver(job)
    assert [shown.pictures for shown in mastodon.public()] == [1]


async def test_what_is_no_picture_is_refused(mastodon: Stage) -> None:
    part = replace(NOTICE, media=(mastodon.media.add(b"BM" + bytes(64)),))
    assert (await refused(mastodon, part, Rejected)).words.zh == "图片不被接受"


# --- limits of calls ------------------------------------------------------------------------------


async def test_too_many_posts_wait_until_the_window_ends(mastodon: Stage) -> None:
    platform(mastodon).tune({"statuses_per_3_hours": 1})
    await mastodon.outlet.deliver(mastodon.job(NOTICE, "first"))
    error = await refused(mastodon, OTHER, Throttled)
    assert error.retry_after is not None
    assert timedelta(hours=1) < error.retry_after <= timedelta(hours=3)
    mastodon.clock.advance(error.retry_after.total_seconds())
    await mastodon.outlet.deliver(mastodon.job(OTHER, "refused"))
    assert len(mastodon.public()) == 2


async def test_too_many_uploads_wait_too(mastodon: Stage) -> None:
    platform(mastodon).tune({"media_per_30_minutes": 1})
    pictures = tuple(mastodon.media.add(picture(colour=colour)) for colour in ("red", "blue"))
    job = mastodon.job(replace(NOTICE, media=pictures))
    with pytest.raises(Throttled) as caught:
        await mastodon.outlet.deliver(job)
    assert caught.value.retry_after is not None
    mastodon.clock.advance(caught.value.retry_after.total_seconds())
    await mastodon.outlet.deliver(job)
    assert [shown.pictures for shown in mastodon.public()] == [2]


# --- threads --------------------------------------------------------------------------------------


async def test_a_thread_is_a_chain_of_answers(mastodon: Stage) -> None:
    previous = ""
    for number in (1, 2, 3):
        job = mastodon.job(replace(NOTICE, text=f"（{number}/3）{LINK}"), f"part-{number}")
        job.previous_id = previous
        accepted = await mastodon.outlet.deliver(job)
        assert platform(mastodon).status(accepted.remote_id).in_reply_to == previous
        previous = accepted.remote_id


async def test_a_part_after_one_that_a_person_found_by_its_address(mastodon: Stage) -> None:
    first = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    job = mastodon.job(OTHER, "second")
    job.previous_id = first.url
    second = await mastodon.outlet.deliver(job)
    assert platform(mastodon).status(second.remote_id).in_reply_to == first.remote_id


async def test_a_part_whose_predecessor_is_gone_is_not_sent_alone(mastodon: Stage) -> None:
    first = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    platform(mastodon).remove(first.remote_id)
    job = mastodon.job(OTHER, "second")
    job.previous_id = first.remote_id
    with pytest.raises(Rejected, match="上一条"):
        await mastodon.outlet.deliver(job)
    job.previous_id = job.key
    with pytest.raises(Rejected, match="编号"):
        await mastodon.outlet.deliver(job)


# --- afterwards -----------------------------------------------------------------------------------


async def test_a_correction_replaces_text_and_pictures(mastodon: Stage) -> None:
    first = mastodon.media.add(picture(colour="red"))
    job = mastodon.job(replace(NOTICE, media=(first,)))
    job.remote_id = (await mastodon.outlet.deliver(job)).remote_id
    second = mastodon.media.add(picture(colour="blue", side=16))
    corrected = replace(OTHER, media=(second,), digest="更正")
    correction = replace(job, part=corrected, progress={}, key="0" * 32)
    await mastodon.outlet.amend(correction)
    await mastodon.outlet.amend(replace(correction, progress={}))
    (shown,) = mastodon.public()
    assert (shown.text, shown.title, shown.pictures) == (OTHER.text, "更正", 1)
    assert (await mastodon.outlet.verify(correction)).same is True


async def test_a_correction_without_pictures_takes_them_away(mastodon: Stage) -> None:
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    job.remote_id = (await mastodon.outlet.deliver(job)).remote_id
    await mastodon.outlet.amend(replace(job, part=OTHER, progress={}))
    assert [shown.pictures for shown in mastodon.public()] == [0]


async def test_what_somebody_changed_or_removed_by_hand_shows(mastodon: Stage) -> None:
    job = mastodon.job(NOTICE)
    job.remote_id = (await mastodon.outlet.deliver(job)).remote_id
    platform(mastodon).tamper(job.remote_id, "改过的文字")
    finding = await mastodon.outlet.verify(job)
    assert (finding.verdict, finding.same) == (Verdict.FOUND, False)
    platform(mastodon).remove(job.remote_id)
    assert (await mastodon.outlet.verify(job)).verdict is Verdict.GONE


async def test_withdrawing_takes_the_pictures_along(mastodon: Stage) -> None:
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    job.remote_id = (await mastodon.outlet.deliver(job)).remote_id
    await mastodon.outlet.withdraw(job)
    assert platform(mastodon)._media == {}


async def test_a_post_without_a_known_id_is_for_a_person(mastodon: Stage) -> None:
    job = mastodon.job(NOTICE, remote_id=mastodon.job(NOTICE).key)
    assert (await mastodon.outlet.verify(job)).verdict is Verdict.PERSON
    for act in (mastodon.outlet.withdraw, mastodon.outlet.amend):
        with pytest.raises(Rejected) as caught:
            await act(job)
        assert caught.value.field == "remote_id"


async def test_a_post_found_by_its_address_can_be_withdrawn(mastodon: Stage) -> None:
    accepted = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    await mastodon.outlet.withdraw(mastodon.job(NOTICE, remote_id=accepted.url))
    assert mastodon.public() == []


async def test_how_a_post_is_received_is_counted(mastodon: Stage) -> None:
    assert isinstance(mastodon.outlet, Measuring)
    job = mastodon.job(NOTICE)
    job.remote_id = (await mastodon.outlet.deliver(job)).remote_id
    platform(mastodon).receive(job.remote_id, likes=5, shares=3, comments=2)
    assert await outlet(mastodon).measure(job) == Measured(likes=5, shares=3, comments=2)


# --- the authorisation ----------------------------------------------------------------------------


@pytest.mark.parametrize("handle", ["gongkai", "@Gongkai", "@gongkai@social.gd.gov.cn"])
async def test_a_living_token_of_this_account_has_no_end(mastodon: Stage, handle: str) -> None:
    assert isinstance(mastodon.outlet, Forecasting)
    access = replace(mastodon.access, handle=handle)
    assert await outlet(mastodon).authorised_until(access) is None


async def test_a_token_of_another_account_is_refused(mastodon: Stage) -> None:
    other = platform(mastodon).enrol("somebody").credentials
    with pytest.raises(Unauthorised) as caught:
        await outlet(mastodon).authorised_until(replace(mastodon.access, credentials=other))
    assert caught.value.field == "access_token"


async def test_a_dead_token_or_a_frozen_account_needs_a_person(mastodon: Stage) -> None:
    platform(mastodon).disable("gongkai")
    assert "停用" in (await refused(mastodon, NOTICE, Unauthorised)).words.zh
    platform(mastodon).disable("gongkai", disabled=False)
    platform(mastodon).revoke(mastodon.access.credentials["access_token"])
    assert "撤销" in (await refused(mastodon, NOTICE, Unauthorised)).words.zh


async def test_a_token_that_may_not_write_says_which_scopes_are_needed(mastodon: Stage) -> None:
    token = platform(mastodon).authorise("gongkai", "read")
    mastodon.access = replace(mastodon.access, credentials={"access_token": token})
    error = await refused(mastodon, NOTICE, ScopeMissing)
    assert error.remedy is not None
    assert "write:statuses" in error.remedy.en


async def test_nothing_is_sent_after_the_lease_is_lost(mastodon: Stage) -> None:
    job = mastodon.job(NOTICE)
    job.lost = True
    with pytest.raises(LeaseLost):
        await mastodon.outlet.deliver(job)
    assert platform(mastodon).shown() == []
