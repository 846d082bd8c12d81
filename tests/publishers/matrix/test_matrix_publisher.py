"""What becomes of a post in a room: its events, its repeats, its corrections, its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub.publishing.errors import Busy, Rejected, Throttled, Unknown
from hub.publishing.models import MediaRef
from hub.publishing.ports import PREPARED, Finding, Preparing, Verdict
from publishers.matrix.content import MARK, text_content
from publishers.matrix.simulator import Platform
from publishers.matrix.simulator_events import Event, Room
from publishers.simulation import Fault, Shown
from tests.publishers.doubles import MemoryJob, Stage
from tests.publishers.matrix.conftest import finished

Draw = Callable[..., MediaRef]
Make = Callable[..., MemoryJob]
DAY_S = 86_400
SETTLED_S = 300


def room_of(stage: Stage) -> Room:
    assert isinstance(stage.platform, Platform)
    return stage.platform.room(stage.access.handle)


def messages(room: Room) -> list[Event]:
    return [event for event in room.events if event.type == "m.room.message"]


def only(stage: Stage) -> Shown:
    (shown,) = stage.public()
    return shown


async def deliver(stage: Stage, job: MemoryJob) -> MemoryJob:
    """Published, with the receipt in the job."""
    job.remote_id = (await stage.outlet.deliver(job)).remote_id
    return job


async def lose(stage: Stage, job: MemoryJob, skip: int = 0) -> None:
    """An attempt of which the answer to a send, after `skip` of them, is lost."""
    stage.platform.faults.arm(Fault.COMMIT_THEN_RESET, "*/send/*", skip=skip)
    with pytest.raises(Unknown):
        await stage.outlet.deliver(job)


def signed_in_anew(stage: Stage, platform: Platform, device: str) -> None:
    """The same user on `device`, and the account connected with that token."""
    (user,) = room_of(stage).members
    token = platform.sign_in(user, device)
    stage.access = replace(stage.access, credentials={"access_token": token})


# --- what is sent ---------------------------------------------------------------------------------


async def test_the_words_come_first_and_every_picture_refers_to_them(
    stage: Stage, job: Make, draw: Draw
) -> None:
    made = job("放假<b>三</b>天", draw("red"), draw("blue"))
    accepted = await stage.outlet.deliver(made)
    words, *pictures = messages(room_of(stage))
    assert words.content["formatted_body"] == made.part.text
    assert words.content["body"].startswith("放假三天")
    assert words.content["m.mentions"] == {}
    assert [one.content["msgtype"] for one in pictures] == ["m.image", "m.image"]
    assert {one.relation for one in pictures} == {(words.id, "m.reference")}
    assert [one.content[MARK]["sha256"] for one in pictures] == [
        ref.sha256 for ref in made.part.media
    ]
    assert pictures[0].content["body"] == "测试图片"
    assert accepted.receipt["events"] == [event.id for event in (words, *pictures)]
    assert accepted.url.startswith("https://matrix.to/#/%23gongkai%3Asim.example/%24")


async def test_a_part_that_nobody_finished_still_has_its_plain_text(
    stage: Stage, job: Make
) -> None:
    made = job()
    bare = replace(made.part, extra={})
    assert text_content(bare, "k") == text_content(made.part, "k")


async def test_pictures_uploaded_ahead_are_not_uploaded_again(
    stage: Stage, platform: Platform, job: Make, draw: Draw
) -> None:
    made = job("放假通知", draw("red"), draw("blue"))
    outlet: Any = stage.outlet
    assert isinstance(outlet, Preparing)
    platform.faults.arm(Fault.ERROR_500, "*/upload", skip=1)
    with pytest.raises(Busy):
        await outlet.prepare(made)
    made.progress = {**await outlet.prepare(made), PREPARED: "2026-03-01T01:00:00+00:00"}
    assert set(made.progress) == {"media", PREPARED}
    assert messages(room_of(stage)) == []
    await deliver(stage, made)
    assert (len(platform._media), only(stage).pictures) == (2, 2)


# --- repeats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_an_attempt_that_lost_an_answer_is_continued_and_nothing_is_doubled(
    stage: Stage, platform: Platform, job: Make, draw: Draw, lost: int
) -> None:
    made = job("放假通知", draw("red"), draw("blue"))
    await lose(stage, made, lost)
    assert (await stage.outlet.reconcile(made)).verdict is Verdict.ABSENT
    uploaded = len(platform._media)
    await deliver(stage, made)
    assert len(messages(room_of(stage))) == 3
    assert only(stage).pictures == 2
    assert len(platform._media) == uploaded == 2


async def test_a_delivery_that_forgot_all_it_saved_repeats_to_the_same_events(
    stage: Stage, job: Make, draw: Draw
) -> None:
    ref = draw()
    first = await stage.outlet.deliver(job("放假通知", ref))
    again = await stage.outlet.deliver(job("放假通知", ref))
    assert again == first
    assert len(messages(room_of(stage))) == 2


async def test_signing_in_again_on_the_same_device_keeps_every_key(
    stage: Stage, platform: Platform, job: Make
) -> None:
    made = job()
    await lose(stage, made)
    platform.sign_out(stage.access.credentials["access_token"], soft=True)
    signed_in_anew(stage, platform, stage.access.settings["device_id"])
    made.access = stage.access
    await deliver(stage, made)
    assert len(messages(room_of(stage))) == 1


async def test_after_another_device_was_declared_what_is_there_is_adopted(
    stage: Stage, platform: Platform, job: Make, draw: Draw
) -> None:
    made = job("放假通知", draw("red"), draw("blue"))
    await lose(stage, made, 1)
    signed_in_anew(stage, platform, "SECOND")
    stage.with_settings(device_id="SECOND")
    made.access = stage.access
    assert (await stage.outlet.reconcile(made)).verdict is Verdict.PENDING
    with pytest.raises(Busy) as caught:
        await stage.outlet.deliver(made)
    assert caught.value.retry_after is not None
    stage.clock.advance(caught.value.retry_after.total_seconds())
    assert (await stage.outlet.reconcile(made)).verdict is Verdict.ABSENT
    await deliver(stage, made)
    assert len(messages(room_of(stage))) == 3
    assert only(stage).pictures == 2


async def test_a_day_later_what_is_there_is_found_and_not_sent_again(
    stage: Stage, job: Make, draw: Draw
) -> None:
    made = job("放假通知", draw())
    await lose(stage, made, 1)
    stage.clock.advance(DAY_S + 1)
    found = await stage.outlet.reconcile(made)
    assert (found.verdict, found.remote_id) == (Verdict.FOUND, only(stage).remote_id)
    await deliver(stage, made)
    assert len(messages(room_of(stage))) == 2


async def test_a_post_found_by_its_transaction_alone_is_adopted_too(
    stage: Stage, job: Make
) -> None:
    made = job()
    await lose(stage, made)
    (event,) = messages(room_of(stage))
    event.content = {name: value for name, value in event.content.items() if name != MARK}
    stage.clock.advance(DAY_S + 1)
    assert (await stage.outlet.reconcile(made)).verdict is Verdict.FOUND


async def test_a_history_too_long_to_read_is_a_persons_to_judge(
    stage: Stage, platform: Platform, job: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = job()
    stage.platform.faults.arm(Fault.RESET_BEFORE, "*/send/*")
    with pytest.raises(Unknown):
        await stage.outlet.deliver(made)
    platform.tune({"burst": 1e9})
    stage.clock.advance(DAY_S + 1)
    monkeypatch.setattr("publishers.matrix.history._MOST_PAGES", 1)
    for number in range(101):
        await stage.outlet.deliver(job(f"第{number}号", name=str(number)))
    assert (await stage.outlet.reconcile(made)).verdict is Verdict.PERSON
    with pytest.raises(Unknown):
        await stage.outlet.deliver(made)
    assert len(messages(room_of(stage))) == 101


async def test_a_delivery_stays_in_the_room_where_it_began(
    stage: Stage, platform: Platform, job: Make, draw: Draw
) -> None:
    made, old = job("放假通知", draw()), room_of(stage)
    await lose(stage, made)
    platform.upgrade(stage.access.handle)
    stage.clock.advance(3601)
    await deliver(stage, made)
    assert len(messages(old)) == 2
    assert messages(room_of(stage)) == []


@pytest.mark.parametrize("by_alias", [True, False], ids=["alias", "id"])
async def test_a_room_that_was_replaced_is_followed(
    stage: Stage, platform: Platform, job: Make, by_alias: bool
) -> None:
    old = room_of(stage)
    new = platform.upgrade(stage.access.handle, move_alias=False)
    if not by_alias:
        stage.access = replace(stage.access, handle=old.id)
    accepted = await stage.outlet.deliver(job())
    assert (len(messages(old)), len(messages(new))) == (0, 1)
    assert accepted.moved_to == ("" if by_alias else new.id)


# --- limits ---------------------------------------------------------------------------------------


async def test_a_post_that_is_too_fast_waits_and_goes_on_where_it_stopped(
    stage: Stage, platform: Platform, job: Make, draw: Draw
) -> None:
    platform.tune({"burst": 2.0})
    made = job("放假通知", draw("red"), draw("blue"))
    with pytest.raises(Throttled) as caught:
        await stage.outlet.deliver(made)
    assert (caught.value.scope, caught.value.platform_code) == ("app", "M_LIMIT_EXCEEDED")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 5
    stage.clock.advance(5)
    await deliver(stage, made)
    assert only(stage).pictures == 2


# --- reading back ---------------------------------------------------------------------------------


async def verified(stage: Stage, job: MemoryJob) -> Finding:
    return await stage.outlet.verify(job)


async def test_a_post_reads_back_as_signed(stage: Stage, job: Make, draw: Draw) -> None:
    made = await deliver(stage, job("放假通知", draw("red"), draw("blue")))
    finding = await verified(stage, made)
    assert (finding.verdict, finding.same) == (Verdict.FOUND, True)


async def test_other_bytes_behind_a_picture_are_noticed(
    stage: Stage, platform: Platform, job: Make, draw: Draw
) -> None:
    made = await deliver(stage, job("放假通知", draw()))
    (name,) = platform._media
    platform._media[name] = b"another picture", "image/png"
    assert (await verified(stage, made)).same is False
    del platform._media[name]
    assert (await verified(stage, made)).same is False


async def test_a_picture_that_was_removed_is_noticed(stage: Stage, job: Make, draw: Draw) -> None:
    made = await deliver(stage, job("放假通知", draw("red"), draw("blue")))
    room = room_of(stage)
    messages(room)[1].redacted_by = messages(room)[0]
    assert (await verified(stage, made)).same is False


async def test_a_picture_that_another_user_adds_is_not_part_of_the_post(
    stage: Stage, job: Make, draw: Draw
) -> None:
    made = await deliver(stage, job("放假通知", draw()))
    room = room_of(stage)
    room.add(replace(messages(room)[1], id="$other", sender="@other:sim.example"))
    assert (await verified(stage, made)).same is True


# --- corrections ----------------------------------------------------------------------------------


def corrected(stage: Stage, made: MemoryJob, words: str, *media: MediaRef) -> MemoryJob:
    part = finished(stage, words, *media)
    return replace(made, key="c" * 32, part=part, progress={})


async def test_a_correction_replaces_what_differs_and_nothing_else(
    stage: Stage, job: Make, draw: Draw
) -> None:
    kept, old, new = draw("red"), draw("blue"), draw("green")
    made = await deliver(stage, job("放假通知", kept, old))
    correction = corrected(stage, made, "更正：上班通知", kept, new)
    await stage.outlet.amend(correction)
    sent = messages(room_of(stage))
    assert [event.relation[1] for event in sent[3:]] == ["m.replace", "m.replace"]
    assert sent[3].content["body"].startswith("* 更正：上班通知")
    assert "更正" in only(stage).text
    correction.remote_id = made.remote_id
    assert (await verified(stage, correction)).same is True
    assert (await verified(stage, made)).same is False


async def test_a_correction_made_twice_is_made_once_also_a_day_later(
    stage: Stage, job: Make, draw: Draw
) -> None:
    made = await deliver(stage, job("放假通知", draw("red")))
    correction = corrected(stage, made, "更正：上班通知", draw("blue"))
    await stage.outlet.amend(correction)
    stage.clock.advance(DAY_S + 1)
    await stage.outlet.amend(corrected(stage, made, "更正：上班通知", draw("blue")))
    assert len(messages(room_of(stage))) == 4


async def test_a_second_correction_follows_the_first(stage: Stage, job: Make) -> None:
    made = await deliver(stage, job())
    await stage.outlet.amend(corrected(stage, made, "更正一"))
    await stage.outlet.amend(corrected(stage, made, "更正二"))
    assert "更正二" in only(stage).text


async def test_the_number_of_pictures_cannot_be_corrected(
    stage: Stage, job: Make, draw: Draw
) -> None:
    made = await deliver(stage, job("放假通知", draw()))
    with pytest.raises(Rejected) as caught:
        await stage.outlet.amend(corrected(stage, made, "更正"))
    assert caught.value.field == "media"
    assert len(messages(room_of(stage))) == 2


# --- withdrawing ----------------------------------------------------------------------------------


def recalled(made: MemoryJob) -> MemoryJob:
    return replace(made, key="d" * 32, progress={})


async def test_nothing_of_a_withdrawn_post_can_be_read_not_even_its_corrections(
    stage: Stage, job: Make, draw: Draw
) -> None:
    made = await deliver(stage, job("放假通知", draw("red")))
    await stage.outlet.amend(corrected(stage, made, "更正：上班通知", draw("blue")))
    await stage.outlet.withdraw(recalled(made))
    assert [dict(event.shown_content) for event in messages(room_of(stage))] == [{}] * 4
    with pytest.raises(Rejected):
        await stage.outlet.amend(corrected(stage, made, "再更正", draw("red")))


@pytest.mark.parametrize("skip", range(4))
async def test_a_withdrawal_that_broke_off_is_finished(
    stage: Stage, job: Make, draw: Draw, skip: int
) -> None:
    made = await deliver(stage, job("放假通知", draw("red")))
    await stage.outlet.amend(corrected(stage, made, "更正：上班通知", draw("blue")))
    recall = recalled(made)
    stage.platform.faults.arm(Fault.COMMIT_THEN_RESET, "*/redact/*", skip=skip)
    with pytest.raises(Unknown):
        await stage.outlet.withdraw(recall)
    await stage.outlet.withdraw(recall)
    room = room_of(stage)
    assert all(event.redacted_by for event in messages(room))
    assert len([event for event in room.events if event.redacts]) == 4


async def test_a_post_that_is_not_there_counts_as_withdrawn_only_inside_the_room(
    stage: Stage, job: Make
) -> None:
    made = await deliver(stage, job())
    room = room_of(stage)
    gone: Any = replace(recalled(made), remote_id=f"{room.id}/$never")
    await stage.outlet.withdraw(gone)
    room.members.clear()
    with pytest.raises(Rejected) as caught:
        await stage.outlet.withdraw(gone)
    assert caught.value.platform_code == "M_FORBIDDEN"
