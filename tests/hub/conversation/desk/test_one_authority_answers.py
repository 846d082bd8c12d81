"""While a person has a conversation the bot is silent; every step is somebody's with a role."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.conversation.desk.errors import NotYours, PersonalData, Unreachable
from hub.conversation.desk.models import DeskFilter, DeskState, HandedKind, ReplyState
from hub.conversation.models import Inbound, InboundKind
from hub.kernel.errors import Conflict, IllegalTransition, InvalidInput, Words
from hub.organisations.errors import RoleNeeded, UnknownPerson
from hub.publishing.errors import Exhausted, NotSent, Rejected, Unknown
from tests.hub.conversation.desk.conftest import Counter

WORDS = Words("平台", "platform")


async def test_the_bot_is_silent_while_a_person_has_it(counter: Counter) -> None:
    talk = await counter.opened()
    assert await counter.says("我的房产证办了半年") == ""
    await counter.service.take(talk, actor="wang")
    assert await counter.says("还在吗") == ""
    reply = await counter.answer(talk, "请带材料到窗口，当天办结。")
    assert reply.state is ReplyState.SENT
    assert counter.sent() == ["请带材料到窗口，当天办结。"]
    assert (await counter.newest()).state is DeskState.ANSWERED
    assert await counter.says("好的，还要带什么") == ""
    assert (await counter.newest()).state is DeskState.ASSIGNED
    assert counter.bot.asked == ["转人工"]
    assert await counter.kinds() == [
        "opened", "taken", "reply.written", "reply.sent", "answered", "wrote",
    ]  # fmt: skip


async def test_a_word_gives_it_back_to_the_bot(counter: Counter) -> None:
    talk = await counter.opened()
    assert await counter.says("返回。") == "答：菜单"
    assert (await counter.service.talk(talk)).closed_by == "citizen"
    assert await counter.says("低保怎么申请") == "答：低保怎么申请"


async def test_others_go_on_with_the_bot(counter: Counter) -> None:
    await counter.opened("o1")
    assert await counter.says("低保怎么申请", who="o2") == "答：低保怎么申请"


async def test_a_conversation_is_opened_once_for_a_person(counter: Counter) -> None:
    talk = await counter.opened()
    view = await counter.service.view(talk)
    again = await counter.service.hand_over(view.messages[0].inbound)
    assert again.kind is HandedKind.ALREADY
    assert len(await counter.service.talks(DeskFilter())) == 1


async def test_two_questions_in_vain_call_a_person(counter: Counter) -> None:
    assert await counter.says("不知一") == "没有找到"
    assert await counter.says("问得好") == "答：问得好"
    assert await counter.says("不知二") == "没有找到"
    told = await counter.says("不知三")
    assert told.startswith("没有找到|已转给工作人员")
    assert (await counter.newest()).reason == "failed"
    assert await counter.says("不知四") == ""


async def test_a_failure_long_ago_does_not_count(counter: Counter) -> None:
    await counter.says("不知一")
    counter.clock.advance(3_600)
    assert await counter.says("不知二") == "没有找到"


async def test_whose_words_are_not_kept_is_told_why_nobody_can_read_them(
    counter: Counter,
) -> None:
    await counter.says("不要保存我的消息")
    assert await counter.says("转人工") == "人工:not-kept"


async def test_an_account_nobody_answers_for_has_no_desk(counter: Counter) -> None:
    inbound = Inbound(
        id="m", channel="weibo", account="nobody's", external_key="k", sender="s",
        kind=InboundKind.TEXT, received_at=counter.clock.now(), text="转人工",
    )  # fmt: skip
    assert (await counter.service.hand_over(inbound)).kind is HandedKind.NOBODY


async def test_erasing_a_person_s_words_erases_what_they_were_told(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    await counter.answer(talk, "请到窗口办理。")
    assert "已全部删除" in await counter.says("删除我的消息")
    rows = await counter.talk.database.read(
        lambda c: [
            c.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("desk_conversations", "desk_replies")
        ]
    )
    assert rows == [0, 0]


# --- officers


async def test_a_person_of_another_body_is_refused_everything(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    service, answering = counter.service, counter.answering
    for refused in (
        service.view(talk, actor="stranger"),
        service.take(talk, actor="stranger"),
        service.release(talk, actor="stranger"),
        service.assign(talk, "stranger", actor="chief"),
        service.assign(talk, "li", actor="stranger"),
        service.view(talk, actor="admin2"),
        counter.answer(talk, "您好", actor="stranger"),
        answering.close(talk, actor="stranger"),
    ):
        with pytest.raises(RoleNeeded):
            await refused
    with pytest.raises(UnknownPerson):
        await service.take(talk, actor="nobody")
    assert counter.sent() == []


async def test_a_view_shows_one_citizen_s_words_alone(counter: Counter) -> None:
    await counter.says("乙的秘密", who="o2")
    talk = await counter.opened("o1")
    await counter.says("甲的问题", who="o1")
    view = await counter.service.view(talk, actor="wang")
    assert [one.inbound.text for one in view.messages] == ["转人工", "甲的问题"]


async def test_only_its_officer_answers(counter: Counter) -> None:
    talk = await counter.opened()
    with pytest.raises(NotYours):
        await counter.answer(talk, "您好")
    await counter.service.take(talk, actor="wang")
    for refused in (
        counter.answer(talk, "您好", actor="li"),
        counter.service.take(talk, actor="li"),
        counter.service.release(talk, actor="li"),
        counter.answering.close(talk, actor="li"),
    ):
        with pytest.raises(NotYours):
            await refused
    assert (await counter.service.take(talk, actor="wang")).officer == "wang"
    assert (await counter.service.assign(talk, "li", actor="wang")).officer == "li"
    assert (await counter.answer(talk, "您好", actor="li")).state is ReplyState.SENT
    with pytest.raises(NotYours):
        await counter.answer(talk, "您好", actor="wang")


async def test_who_leads_gives_it_to_others(counter: Counter) -> None:
    talk = await counter.opened()
    assert (await counter.service.assign(talk, "li", actor="chief")).officer == "li"
    released = await counter.service.release(talk, actor="chief")
    assert (released.state, released.officer) == (DeskState.WAITING, "")
    assert (await counter.service.take(talk, actor="wang")).officer == "wang"


# --- sending


async def test_the_same_key_is_sent_once(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    first = await counter.answer(talk, "请到窗口办理。", key="web-1")
    again = await counter.answer(talk, "请到窗口办理。", key="web-1")
    assert first.id == again.id
    assert len(counter.sent()) == 1
    await counter.answer(talk, "请到窗口办理。", key="web-2")
    assert len(counter.sent()) == 2


@pytest.mark.parametrize(
    ("failure", "state", "reason"),
    [
        (Exhausted(WORDS, platform_code="window-over"), ReplyState.MISSED, "window-over"),
        (Rejected(WORDS, platform_code="40003"), ReplyState.FAILED, "40003"),
    ],
)
async def test_what_cannot_be_sent_any_more_is_said_to_the_officer(
    counter: Counter, failure: Exception, state: ReplyState, reason: str
) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    counter.talk.post.failures = [failure]
    with pytest.raises(Unreachable) as refused:
        await counter.answer(talk, "请到窗口办理。")
    assert refused.value.reason == reason
    (reply,) = (await counter.service.view(talk)).replies
    assert (reply.state, reply.reason) == (state, reason)
    assert (await counter.service.talk(talk)).state is DeskState.ASSIGNED


async def test_no_more_is_sent_than_the_platform_takes_until_the_citizen_writes_again(
    counter: Counter,
) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    for number in range(4):  # the bot's answer was the first of five
        await counter.answer(talk, f"第{number}条")
    with pytest.raises(Unreachable) as refused:
        await counter.answer(talk, "第五条")
    assert refused.value.reason == "window-count"
    await counter.says("还有吗")
    assert (await counter.answer(talk, "第五条")).state is ReplyState.SENT
    assert len(counter.sent()) == 5


async def test_what_may_have_arrived_is_sent_no_second_time(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    counter.talk.post.failures = [Unknown(WORDS)]
    assert (await counter.answer(talk, "请到窗口办理。")).state is ReplyState.UNKNOWN
    assert counter.sent() == []
    await counter.watch.look()
    assert counter.sent() == []


async def test_where_surely_nothing_left_it_is_tried_again(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    counter.talk.post.failures = [NotSent(WORDS)]
    sending = asyncio.create_task(counter.answer(talk, "请到窗口办理。"))
    while not sending.done():
        counter.clock.advance(1)
        await asyncio.sleep(0)
    assert (await sending).state is ReplyState.SENT
    assert len(counter.sent()) == 1


async def test_a_call_that_was_cut_off_is_unknown(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    counter.talk.post.failures = [asyncio.CancelledError()]  # type: ignore[list-item]
    with pytest.raises(asyncio.CancelledError):
        await counter.answer(talk, "请到窗口办理。")
    with pytest.raises(Conflict):
        await counter.answer(talk, "再说一遍")
    counter.clock.advance(timedelta(minutes=16).total_seconds())
    assert await counter.watch.look() == 1
    (reply,) = (await counter.service.view(talk)).replies
    assert (reply.state, reply.reason) == (ReplyState.UNKNOWN, "interrupted")
    assert (await counter.answer(talk, "再说一遍")).state is ReplyState.SENT


async def test_a_citizen_whose_address_is_gone_cannot_be_reached(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    counter.clock.advance(31 * 86_400)
    await counter.talk.records.mask_old(timedelta(days=30))
    with pytest.raises(Unreachable):
        await counter.answer(talk, "请到窗口办理。")


async def test_personal_data_does_not_leave_by_the_desk(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    for text in ("王某身份证11010519491231002X", "他的手机是13812345678"):
        with pytest.raises(PersonalData) as refused:
            await counter.answer(talk, text)
        assert "13812345678" not in str(refused.value)
    with pytest.raises(InvalidInput):
        await counter.answer(talk, "   ")
    assert counter.sent() == []


async def test_what_is_closed_is_not_answered(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    await counter.answering.close(talk, actor="wang")
    with pytest.raises(IllegalTransition):
        await counter.answer(talk, "还有一点")
    with pytest.raises(IllegalTransition):
        await counter.answering.close(talk, actor="wang")
