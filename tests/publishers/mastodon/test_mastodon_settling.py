"""What became of a call whose answer is missing, on servers that heed the key and others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Busy, Rejected, Throttled, Unknown
from hub.publishing.models import Part
from hub.publishing.ports import Verdict
from publishers.mastodon import CHANNEL
from publishers.mastodon.simulator import Platform
from publishers.simulation import Fault
from tests.publishers.doubles import MemoryJob, Stage, open_stage, picture
from tests.publishers.protocol import attempt, see_through, until_decided

LINK = "https://www.gd.gov.cn/zwgk/2026-17.html"
NOTICE = Part(text=f"关于政务公开的通知\n\n{LINK}", link=LINK)
POST = "*/api/v1/statuses"
LIST = "*/accounts/*/statuses"
HOUR = 3600.0
QUIET = 61.0


@pytest.fixture
async def mastodon(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(CHANNEL, clock) as stage:
        yield stage


@pytest.fixture
async def gotosocial(mastodon: Stage) -> Stage:
    """A server that takes the key and ignores it."""
    mastodon.platform.tune({"software": "gotosocial", "version": "", "max_characters": 5000})
    return mastodon


def platform(stage: Stage) -> Platform:
    assert isinstance(stage.platform, Platform)
    return stage.platform


async def lost(stage: Stage, job: MemoryJob, fault: Fault = Fault.COMMIT_THEN_RESET) -> None:
    stage.platform.faults.arm(fault, POST)
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)


async def verdict(stage: Stage, job: MemoryJob) -> Verdict:
    return (await until_decided(stage, lambda: stage.outlet.reconcile(job))).verdict


# --- the key --------------------------------------------------------------------------------------


async def test_the_same_key_is_the_same_post_within_an_hour(mastodon: Stage) -> None:
    first = await mastodon.outlet.deliver(mastodon.job(NOTICE))
    mastodon.clock.advance(HOUR - 1)
    assert (await mastodon.outlet.deliver(mastodon.job(NOTICE))).remote_id == first.remote_id
    assert len(mastodon.public()) == 1


async def test_the_key_is_the_deliverys_and_goes_in_the_header(mastodon: Stage) -> None:
    job = mastodon.job(NOTICE)
    await mastodon.outlet.deliver(job)
    assert [key for _, key in platform(mastodon)._keys.held] == [job.key]


async def test_an_hour_later_the_account_is_read_instead(mastodon: Stage) -> None:
    job = mastodon.job(NOTICE)
    await lost(mastodon, job)
    mastodon.clock.advance(HOUR)
    accepted = await mastodon.outlet.deliver(job)  # proved absent, then held back for an hour
    assert accepted.adopted
    assert [shown.remote_id for shown in mastodon.public()] == [accepted.remote_id]


async def test_a_key_that_the_server_lost_in_a_crash_doubles_nothing(mastodon: Stage) -> None:
    platform(mastodon).tune({"lose_keys": 1})
    job = mastodon.job(NOTICE)
    await lost(mastodon, job)
    assert await verdict(mastodon, job) is Verdict.FOUND
    assert len(mastodon.public()) == 1


async def test_nothing_is_repeated_while_the_first_call_may_be_at_work(mastodon: Stage) -> None:
    platform(mastodon).faults.arm(Fault.SLOW_THEN_COMMIT, POST, delay=0.4)
    job = mastodon.job(NOTICE)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(mastodon.outlet.deliver(job), 0.2)
    assert (await mastodon.outlet.reconcile(job)).verdict is Verdict.PENDING
    await asyncio.sleep(0.4)  # the server ends what it began
    assert await verdict(mastodon, job) is Verdict.FOUND
    assert len(mastodon.public()) == 1


async def test_what_is_not_shown_yet_is_asked_again_as_long_as_a_call_may_be_at_work(
    mastodon: Stage,
) -> None:
    job = mastodon.job(NOTICE)
    await lost(mastodon, job, Fault.RESET_BEFORE)
    finding = await mastodon.outlet.reconcile(job)
    assert (finding.verdict, finding.retry_after) == (Verdict.PENDING, 60)
    mastodon.clock.advance(finding.retry_after)
    assert (await mastodon.outlet.reconcile(job)).verdict is Verdict.ABSENT


async def test_nothing_is_asked_when_no_call_was_begun(mastodon: Stage) -> None:
    platform(mastodon).faults.arm(Fault.ERROR_500, times=99)
    assert (await mastodon.outlet.reconcile(mastodon.job(NOTICE))).verdict is Verdict.ABSENT


# --- servers that ignore the key ------------------------------------------------------------------


async def test_such_a_server_makes_a_post_of_every_call(gotosocial: Stage) -> None:
    for _ in range(3):
        await gotosocial.outlet.deliver(gotosocial.job(NOTICE))
    assert len(gotosocial.public()) == 3


@pytest.mark.parametrize("fault", list(Fault))
async def test_there_too_every_fault_ends_in_one_post(gotosocial: Stage, fault: Fault) -> None:
    platform(gotosocial).faults.arm(fault, POST, delay=0.6)
    job = gotosocial.job(NOTICE)
    if fault is Fault.REDIRECT:
        assert await attempt_redirected(gotosocial, job)
    gone = fault in {Fault.HANG, Fault.SLOW_THEN_COMMIT}
    assert (await see_through(gotosocial, job, 0.4 if gone else 5.0))[-1] is Verdict.FOUND
    assert len(gotosocial.public()) == 1


async def attempt_redirected(stage: Stage, job: MemoryJob) -> bool:
    with pytest.raises(Rejected):
        await stage.outlet.deliver(job)
    return True


@pytest.mark.parametrize("fault", [Fault.COMMIT_THEN_RESET, Fault.RESET_BEFORE])
async def test_the_account_is_read_once_more_right_before_a_repeat(
    gotosocial: Stage, fault: Fault
) -> None:
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job, fault)
    accepted = await gotosocial.outlet.deliver(job)
    assert accepted.adopted is (fault is Fault.COMMIT_THEN_RESET)
    assert len(gotosocial.public()) == 1


async def test_a_server_nobody_knows_is_treated_like_that(mastodon: Stage) -> None:
    platform(mastodon).tune({"has_nodeinfo": False})
    job = mastodon.job(NOTICE)
    await lost(mastodon, job)
    assert (await mastodon.outlet.deliver(job)).adopted


@pytest.mark.parametrize("visibility", ["unlisted", "private"])
async def test_what_is_not_for_everybody_is_found_too(gotosocial: Stage, visibility: str) -> None:
    gotosocial.with_settings(visibility=visibility)
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job)
    assert await verdict(gotosocial, job) is Verdict.FOUND


# --- whose post it is -----------------------------------------------------------------------------


async def test_an_older_post_with_the_same_words_is_not_ours(gotosocial: Stage) -> None:
    platform(gotosocial).write_by_hand("gongkai", NOTICE.text)
    gotosocial.clock.advance(HOUR)
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job, Fault.RESET_BEFORE)
    assert await verdict(gotosocial, job) is Verdict.ABSENT


async def test_other_words_or_another_thread_are_not_ours(gotosocial: Stage) -> None:
    first = await gotosocial.outlet.deliver(gotosocial.job(NOTICE, "first part"))
    job = gotosocial.job(NOTICE, "second part")  # the same words, as an answer to the first
    job.previous_id = first.remote_id
    await lost(gotosocial, job, Fault.RESET_BEFORE)
    platform(gotosocial).write_by_hand("gongkai", NOTICE.text + "！")
    assert await verdict(gotosocial, job) is Verdict.ABSENT
    assert await see_through(gotosocial, job) == [Verdict.FOUND]


async def test_ours_is_found_among_many_newer_ones(gotosocial: Stage) -> None:
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job)
    for number in range(90):
        platform(gotosocial).write_by_hand("gongkai", f"第{number}条")
    finding = await gotosocial.outlet.reconcile(job)
    assert finding.remote_id == platform(gotosocial).shown()[0].remote_id


# --- where the account cannot be read -------------------------------------------------------------


def blind(stage: Stage) -> None:
    """Give the account a token that may write and not read."""
    token = platform(stage).authorise("gongkai", "write")
    stage.access = replace(stage.access, credentials={"access_token": token})


async def test_without_the_right_to_read_the_key_settles_it(mastodon: Stage) -> None:
    blind(mastodon)
    job = mastodon.job(NOTICE)
    await lost(mastodon, job)
    assert await verdict(mastodon, job) is Verdict.ABSENT
    assert await see_through(mastodon, job) == [Verdict.FOUND]
    assert len(mastodon.public()) == 1


async def test_without_the_right_to_read_nothing_is_repeated_after_an_hour(
    mastodon: Stage,
) -> None:
    blind(mastodon)
    job = mastodon.job(NOTICE)
    await lost(mastodon, job)
    assert await verdict(mastodon, job) is Verdict.ABSENT
    mastodon.clock.advance(HOUR)
    with pytest.raises(Unknown):
        await mastodon.outlet.deliver(job)
    assert await verdict(mastodon, job) is Verdict.PERSON
    assert len(mastodon.public()) == 1


async def test_a_persons_word_that_it_is_not_there_is_believed(gotosocial: Stage) -> None:
    blind(gotosocial)
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job, Fault.RESET_BEFORE)
    assert await verdict(gotosocial, job) is Verdict.PERSON
    with pytest.raises(Unknown):
        await gotosocial.outlet.deliver(job)
    assert await verdict(gotosocial, job) is Verdict.PERSON
    await gotosocial.outlet.deliver(job)
    assert len(gotosocial.public()) == 1


async def test_too_many_newer_posts_need_a_person(gotosocial: Stage) -> None:
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job)
    for number in range(201):
        platform(gotosocial).write_by_hand("gongkai", f"第{number}条")
    assert await verdict(gotosocial, job) is Verdict.PERSON


async def test_a_server_that_cannot_be_read_now_is_asked_later(gotosocial: Stage) -> None:
    job = gotosocial.job(NOTICE)
    await lost(gotosocial, job)
    platform(gotosocial).faults.arm(Fault.ERROR_500, LIST)
    with pytest.raises(Busy):
        await gotosocial.outlet.reconcile(job)
    platform(gotosocial).tune({"calls_per_5_minutes": 1})
    with pytest.raises(Throttled):
        await gotosocial.outlet.deliver(job)
    gotosocial.clock.advance(300)
    platform(gotosocial).tune({"calls_per_5_minutes": 300})
    assert (await gotosocial.outlet.reconcile(job)).verdict is Verdict.FOUND


# --- what the pictures say ------------------------------------------------------------------------


async def test_pictures_that_a_post_took_say_that_there_is_one(mastodon: Stage) -> None:
    """The post was made and removed by hand before anybody could read it back."""
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    await lost(mastodon, job)
    (post,) = platform(mastodon).shown()
    platform(mastodon)._statuses[post.remote_id].deleted = True  # its picture stays attached
    mastodon.clock.advance(QUIET)
    finding = await mastodon.outlet.reconcile(job)
    assert finding.verdict is Verdict.PENDING
    assert await verdict(mastodon, job) is Verdict.PERSON


async def test_pictures_that_nobody_took_are_posted_without_a_second_upload(
    mastodon: Stage,
) -> None:
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    await lost(mastodon, job, Fault.RESET_BEFORE)
    assert await verdict(mastodon, job) is Verdict.ABSENT
    assert await see_through(mastodon, job) == [Verdict.FOUND]
    assert [shown.pictures for shown in mastodon.public()] == [1]
    assert len(platform(mastodon)._media) == 1


async def test_a_refusal_of_taken_pictures_after_a_lost_answer_is_no_failure(
    mastodon: Stage,
) -> None:
    platform(mastodon).tune({"lose_keys": 1})
    job = mastodon.job(replace(NOTICE, media=(mastodon.media.add(picture()),)))
    await lost(mastodon, job)
    with pytest.raises(Unknown) as caught:
        await mastodon.outlet.deliver(job)
    assert caught.value.platform_code == "422"
    assert await verdict(mastodon, job) is Verdict.FOUND
    assert len(mastodon.public()) == 1


# --- any sequence ---------------------------------------------------------------------------------

FAULTS = [Fault.RESET_BEFORE, Fault.COMMIT_THEN_RESET, Fault.COMMIT_THEN_500, Fault.ERROR_500]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([None, *FAULTS]), st.sampled_from([0.0, 30.0, QUIET, HOUR, 5 * HOUR])
    ),
    max_size=6,
)


@given(software=st.sampled_from(["mastodon", "gotosocial"]), lose=st.integers(0, 2), steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_no_sequence_of_faults_and_waits_doubles_a_post(
    software: str, lose: int, steps: list[tuple[Fault | None, float]]
) -> None:
    asyncio.run(_walk(software, lose, steps))


async def _walk(software: str, lose: int, steps: list[tuple[Fault | None, float]]) -> None:
    clock = ManualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    async with open_stage(CHANNEL, clock) as stage:
        stage.platform.tune({"software": software, "lose_keys": lose})
        job = stage.job(NOTICE)
        for fault, wait in steps:
            if fault is not None:
                stage.platform.faults.arm(fault, POST)
            seen = await attempt(stage, job)
            assert len(stage.public()) <= 1
            if seen is Verdict.FOUND:
                return
            clock.advance(wait)
        stage.platform.faults.clear()
        assert (await see_through(stage, job))[-1] is Verdict.FOUND
        assert len(stage.public()) == 1
