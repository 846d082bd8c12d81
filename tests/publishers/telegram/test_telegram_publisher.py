from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.errors import Rejected, Throttled, Unauthorised
from hub.publishing.ports import Verdict
from publishers.telegram import CHANNEL
from publishers.telegram.publisher import TelegramOutlet
from publishers.telegram.simulator import Platform

Job = Callable[..., Any]


async def test_a_text_appears_in_the_channel_with_its_public_address(
    outlet: TelegramOutlet, platform: Platform, job: Job
) -> None:
    accepted = await outlet.deliver(job("关于<b>放假</b>的通知 &amp; 安排"))
    [post] = platform.shown()
    assert post.text == "关于放假的通知 & 安排"
    assert accepted.remote_id == post.remote_id
    assert accepted.url == "https://t.me/gongkai_demo/1" == post.link
    assert not accepted.pending


async def test_one_picture_carries_the_text_as_its_caption(
    outlet: TelegramOutlet, platform: Platform, job: Job, pictures: Any
) -> None:
    await outlet.deliver(job("图解", pictures.draw()))
    [post] = platform.shown()
    assert (post.text, post.pictures) == ("图解", 1)


async def test_an_album_is_one_post_with_every_message_in_its_id(
    outlet: TelegramOutlet, platform: Platform, job: Job, pictures: Any
) -> None:
    media = [pictures.draw(colour=colour) for colour in ("red", "green", "blue")]
    accepted = await outlet.deliver(job("三张图", *media))
    [post] = platform.shown()
    assert (post.text, post.pictures) == ("三张图", 3)
    assert accepted.remote_id == post.remote_id
    assert accepted.remote_id.endswith(":1,2,3")


async def test_amending_a_text_replaces_it_and_doing_so_twice_is_done(
    outlet: TelegramOutlet, platform: Platform, job: Job
) -> None:
    first = await outlet.deliver(job("旧"))
    for _ in range(2):
        amended = await outlet.amend(job("新", remote_id=first.remote_id))
    assert amended.remote_id == first.remote_id
    assert amended.url == first.url
    assert [post.text for post in platform.shown()] == ["新"]


async def test_amending_replaces_pictures_and_caption(
    outlet: TelegramOutlet, platform: Platform, job: Job, pictures: Any
) -> None:
    first = await outlet.deliver(job("旧", pictures.draw(colour="red")))
    await outlet.amend(job("新", pictures.draw(colour="blue"), remote_id=first.remote_id))
    [post] = platform.shown()
    assert (post.text, post.pictures) == ("新", 1)


async def test_amending_cannot_change_how_many_pictures_there_are(
    outlet: TelegramOutlet, job: Job, pictures: Any
) -> None:
    first = await outlet.deliver(job("旧", pictures.draw()))
    with pytest.raises(Rejected, match="撤回后重新发布"):
        await outlet.amend(
            job("新", pictures.draw(), pictures.draw(colour="blue"), remote_id=first.remote_id)
        )


async def test_withdrawing_an_album_removes_all_of_it_and_again_is_done(
    outlet: TelegramOutlet, platform: Platform, job: Job, pictures: Any
) -> None:
    media = [pictures.draw(), pictures.draw(colour="blue")]
    accepted = await outlet.deliver(job("两张图", *media))
    for _ in range(2):
        await outlet.withdraw(job(remote_id=accepted.remote_id))
    assert [post.state for post in platform.shown()] == ["deleted"]


async def test_after_48_hours_withdrawing_is_refused_with_advice(
    outlet: TelegramOutlet, clock: ManualClock, job: Job
) -> None:
    accepted = await outlet.deliver(job())
    clock.advance(48 * 3600 + 1)
    with pytest.raises(Rejected, match="手工删除"):
        await outlet.withdraw(job(remote_id=accepted.remote_id))


async def test_an_unknown_outcome_is_left_to_a_person(outlet: TelegramOutlet, job: Job) -> None:
    finding = await outlet.reconcile(job())
    assert finding.verdict is Verdict.PERSON
    assert (await outlet.verify(job())).verdict is Verdict.PERSON


async def test_a_group_that_became_a_supergroup_is_followed_and_reported(
    outlet: TelegramOutlet, platform: Platform, job: Job
) -> None:
    group = platform.enrol("-4242")
    new_id = platform.upgrade("-4242")
    task = job("通知", to=group)
    accepted = await outlet.deliver(task)
    assert accepted.moved_to == str(new_id)
    assert accepted.remote_id == f"{new_id}:1"
    assert task.progress == {"chat": str(new_id)}
    assert len(platform.shown()) == 1


async def test_message_id_zero_never_becomes_a_remote_id_of_two_posts(
    outlet: TelegramOutlet, platform: Platform, job: Job
) -> None:
    platform.tune({"schedule_sends": True})
    one = await outlet.deliver(job(key="a" * 32))
    two = await outlet.deliver(job(key="b" * 32))
    assert one.remote_id != two.remote_id
    assert one.url == ""
    with pytest.raises(Rejected, match="手工"):
        await outlet.withdraw(job(remote_id=one.remote_id))


async def test_the_21st_message_in_a_minute_waits_as_long_as_the_platform_says(
    outlet: TelegramOutlet, clock: ManualClock, job: Job
) -> None:
    for _ in range(20):
        await outlet.deliver(job())
        clock.advance(1)
    with pytest.raises(Throttled) as refused:
        await outlet.deliver(job())
    assert refused.value.retry_after == timedelta(seconds=40)
    assert refused.value.scope == "chat"
    assert refused.value.platform_code == "429"


async def test_a_second_throttled_chat_of_one_bot_pauses_the_whole_bot(
    outlet: TelegramOutlet, platform: Platform, job: Job, enrolled: Any
) -> None:
    other = platform.enrol("@gongkai_other")
    platform.add_bot(other.handle, enrolled.credentials["bot_token"])
    second = replace(other, credentials=enrolled.credentials)
    platform.tune({"chat_per_minute": 0 + 1})
    scopes = []
    for to in (enrolled, second):
        await outlet.deliver(job(to=to))
    for to in (enrolled, enrolled, second):
        with pytest.raises(Throttled) as refused:
            await outlet.deliver(job(to=to))
        scopes.append(refused.value.scope)
    assert scopes == ["chat", "chat", "app"]


async def test_a_revoked_token_means_the_account_must_be_reconnected(
    outlet: TelegramOutlet, platform: Platform, job: Job, enrolled: Any
) -> None:
    platform.revoke(enrolled.credentials["bot_token"])
    with pytest.raises(Unauthorised, match="BotFather"):
        await outlet.deliver(job())


@pytest.mark.parametrize("token", ["", "abc", "12:a/b", "1:x y", "1:{token}"])
async def test_what_cannot_be_a_token_is_refused_before_anything_is_sent(
    outlet: TelegramOutlet, job: Job, enrolled: Any, token: str
) -> None:
    with pytest.raises(Unauthorised) as refused:
        await outlet.deliver(job(to=replace(enrolled, credentials={"bot_token": token})))
    assert refused.value.field == "bot_token"
    assert token == "" or token not in str(refused.value)


@pytest.mark.parametrize("address", ["", "ftp://x", "http://{token}", "http://a b:x", "http://h/#"])
async def test_an_impossible_address_is_refused_before_anything_is_sent(
    outlet: TelegramOutlet, job: Job, address: str
) -> None:
    task = job()
    task.access = replace(task.access, base_url=address)
    with pytest.raises(Rejected) as refused:
        await outlet.deliver(task)
    assert refused.value.field == "base_url"


@pytest.mark.parametrize(
    ("sentence", "advice"),
    [
        ("bot was blocked by the user", "停用该账号"),
        ("bot was kicked from the channel chat", "重新加入"),
        ("not enough rights to send text messages to the chat", "管理员"),
        ("something nobody has read before", "管理员"),
    ],
)
async def test_a_platform_that_forbids_it_fails_the_post_with_advice(
    outlet: TelegramOutlet, platform: Platform, job: Job, sentence: str, advice: str
) -> None:
    platform.bar("@gongkai_demo", sentence)
    with pytest.raises(Rejected, match=advice) as refused:
        await outlet.deliver(job())
    assert refused.value.platform_message == f"Forbidden: {sentence}"


async def test_an_unknown_chat_and_an_unknown_topic_are_refused(
    outlet: TelegramOutlet, job: Job, enrolled: Any
) -> None:
    with pytest.raises(Rejected, match="找不到该频道"):
        await outlet.deliver(job(to=replace(enrolled, handle="@nobody_here")))
    with pytest.raises(Rejected, match="找不到该话题"):
        await outlet.deliver(job(settings={"thread_id": "7"}))
    with pytest.raises(Rejected, match="应为数字"):
        await outlet.deliver(job(settings={"thread_id": "x"}))


async def test_topic_and_silence_are_settings_and_the_general_topic_is_left_out(
    outlet: TelegramOutlet, platform: Platform, job: Job
) -> None:
    platform.open_topic("@gongkai_demo", 7)
    for topic in (7, "1", ""):
        await outlet.deliver(job(settings={"thread_id": topic, "silent": "true"}))
    assert len(platform.shown()) == 3


@pytest.mark.parametrize(
    ("width", "height", "advice"), [(6000, 4001, "图片尺寸"), (2100, 100, "图片尺寸")]
)
async def test_a_picture_of_a_refused_shape_fails_with_advice(
    outlet: TelegramOutlet, job: Job, pictures: Any, width: int, height: int, advice: str
) -> None:
    with pytest.raises(Rejected, match=advice):
        await outlet.deliver(job("图", pictures.draw(width, height)))


async def test_a_truncated_or_missing_picture_fails_with_advice(
    outlet: TelegramOutlet, platform: Platform, job: Job, pictures: Any
) -> None:
    whole = await pictures.read(pictures.draw(400, 300).sha256)
    with pytest.raises(Rejected, match="图片已损坏"):
        await outlet.deliver(job("图", pictures.add(whole[:-40])))
    lost = replace(pictures.draw(), sha256="f" * 64)
    with pytest.raises(Rejected, match="不在素材库"):
        await outlet.deliver(job("图", lost))
    assert platform.shown() == []


async def test_a_picture_at_the_declared_limits_is_taken(
    outlet: TelegramOutlet, platform: Platform, job: Job, pictures: Any
) -> None:
    for width, height in ((9523, 477), (5000, 5000)):
        await outlet.deliver(job("图", pictures.draw(width, height)))
    assert len(platform.shown()) == 2


async def test_bots_are_kept_per_token_and_released(
    outlet: TelegramOutlet, job: Job, base_url: str
) -> None:
    task = job()
    one, two = outlet._bot(task), outlet._bot(task)
    assert one is two
    await outlet.close()
    assert outlet._bot(task) is not one


def test_the_declaration_says_what_the_channel_can_do() -> None:
    declaration = CHANNEL.declaration
    assert CHANNEL.name == "telegram"
    assert [field.name for field in CHANNEL.credentials if field.secret] == [
        "bot_token",
        "webhook_secret",
    ]
    assert declaration.text_limit == 4096
    assert declaration.caption_limit == 1024
