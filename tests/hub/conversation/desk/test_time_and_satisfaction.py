"""Working hours, reminders, what happens after the end, and what the figures say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.conversation.desk.errors import BadDeskHours
from hub.conversation.desk.models import DeskFilter, DeskState, Notice, OfficeHours
from hub.kernel.errors import InvalidInput
from tests.hub.conversation.desk.conftest import Counter

EVENING = 10 * 3_600  # from 09:00 to 19:00


async def answered(counter: Counter, who: str = "o1", officer: str = "wang") -> str:
    talk = await counter.opened(who)
    counter.clock.advance(600)
    await counter.service.take(talk, actor=officer)
    counter.clock.advance(1_200)
    await counter.answer(talk, "请到窗口办理。", actor=officer)
    return talk


async def alerts(counter: Counter) -> list[str]:
    return await counter.talk.database.read(
        lambda c: list(c.exec_driver_sql("SELECT text FROM alerts ORDER BY id").scalars())
    )


# --- hours


async def test_out_of_hours_the_citizen_is_told_once_when_somebody_answers(
    counter: Counter,
) -> None:
    counter.clock.advance(EVENING)
    assert await counter.says("转人工") == "人工:shut"
    assert await counter.says("有人吗，急") == ""
    talk = await counter.newest()
    assert talk.due_at == datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # 11:00 the next morning
    counter.clock.advance(24 * 3_600)
    told = await counter.says("还没人？")
    assert "3月4日09:00" in told
    assert await counter.says("好吧") == ""


async def test_a_body_has_hours_and_a_limit_of_its_own(counter: Counter) -> None:
    body = counter.bodies["sc"].id
    own = OfficeHours(body_id=body, hours="每天 08:00-22:00", limit_minutes=30)
    await counter.service.set_hours(own, actor="chief")
    counter.clock.advance(EVENING)
    assert await counter.says("转人工") == "人工:open"
    talk = await counter.newest()
    assert talk.due_at == talk.opened_at + timedelta(minutes=30)
    assert await counter.service.hours(body) == own


async def test_hours_that_cannot_be_read_are_refused(counter: Counter) -> None:
    body = counter.bodies["sc"].id
    with pytest.raises(BadDeskHours):
        await counter.service.set_hours(
            OfficeHours(body_id=body, hours="看情况", limit_minutes=30), actor="chief"
        )
    with pytest.raises(InvalidInput):
        await counter.service.set_hours(
            OfficeHours(body_id=body, hours="每天 08:00-22:00", limit_minutes=0), actor="chief"
        )


# --- reminders


async def test_a_forgotten_conversation_is_told_higher_and_higher_each_once(
    counter: Counter,
) -> None:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    heard = []
    for _ in range(22):  # quarters of an hour, lunch among them
        counter.clock.advance(900)
        if await counter.watch.look():
            heard.append((await counter.service.talk(talk)).told)
    assert heard == [Notice.OFFICER, Notice.HEAD, Notice.LEADER]
    told = await alerts(counter)
    assert [("wang" in one, "chief" in one, "boss" in one) for one in told] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert (await counter.kinds()).count("reminded") == 3


async def test_an_answer_stops_the_clock_and_a_word_starts_it_anew(counter: Counter) -> None:
    talk = await answered(counter)
    counter.clock.advance(3 * 3_600)
    assert await counter.watch.look() == 0
    await counter.says("还有一个问题")
    since = (await counter.service.talk(talk)).waits_since
    counter.clock.advance(7_200)  # an hour and a half of it after lunch
    assert await counter.watch.look() == 1
    found = await counter.service.talk(talk)
    assert (found.told, found.waits_since) == (Notice.OFFICER, since)


async def test_nobody_is_reminded_at_night(counter: Counter) -> None:
    counter.clock.advance(EVENING - 2 * 3_600 - 600)  # ten minutes before the end
    await counter.opened()
    for _ in range(15):
        counter.clock.advance(3_600)
        assert await counter.watch.look() == 0  # until 08:00
    counter.clock.advance(7_200)
    assert await counter.watch.look() == 1


# --- the end


async def test_satisfaction_is_asked_once_and_taken_in_words(counter: Counter) -> None:
    talk = await answered(counter)
    await counter.answering.close(talk, actor="wang")
    assert "评价" in counter.sent()[-1]
    assert "感谢您的评价" in await counter.says("满意")
    assert (await counter.service.talk(talk)).rating == 4
    assert await counter.watch.look() == 1
    assert await counter.watch.look() == 0
    (rated,) = counter.ratings.told
    assert (rated.conversation_id, rated.stars) == (talk, 4)
    assert await counter.says("不满意") != "感谢您的评价。"  # said once; now it opens it again
    await counter.service.take(talk, actor="wang")
    await counter.answer(talk, "已为您催办。")
    before = len(counter.sent())
    await counter.answering.close(talk, actor="wang")
    assert len(counter.sent()) == before


async def test_a_number_is_the_rating_and_no_choice_of_the_bot_s(counter: Counter) -> None:
    talk = await answered(counter)
    await counter.answering.close(talk, actor="wang")
    asked = len(counter.bot.asked)
    await counter.says("5")
    assert (await counter.service.talk(talk)).rating == 5
    assert len(counter.bot.asked) == asked


async def test_a_conversation_without_an_answer_is_not_rated(counter: Counter) -> None:
    talk = await counter.opened()
    await counter.answering.close(talk, actor="wang")
    assert counter.sent() == []
    assert await counter.says("谢谢") == "答：谢谢"
    assert (await counter.service.talk(talk)).asked_at is None


async def test_who_writes_soon_after_the_end_is_back_at_the_desk(counter: Counter) -> None:
    talk = await answered(counter)
    await counter.answering.close(talk, actor="wang")
    assert await counter.says("谢谢您") == "答：谢谢您"
    assert "已转给工作人员" in await counter.says("窗口说办不了")
    found = await counter.service.talk(talk)
    assert (found.state, found.officer, found.closed_at) == (DeskState.WAITING, "", None)
    await counter.service.take(talk, actor="li")
    await counter.answering.close(talk, actor="li", ask=False)
    counter.clock.advance(25 * 3_600)
    assert await counter.says("另一件事") == "答：另一件事"


async def test_what_was_answered_and_not_replied_to_is_closed(counter: Counter) -> None:
    talk = await answered(counter)
    counter.clock.advance(23 * 3_600)
    assert await counter.watch.look() == 0
    counter.clock.advance(2 * 3_600)
    assert await counter.watch.look() == 1
    found = await counter.service.talk(talk)
    assert (found.state, found.closed_by) == (DeskState.CLOSED, "system:desk")
    assert "评价" in counter.sent()[-1]


# --- figures


async def test_figures_are_of_working_time_per_body_and_officer(counter: Counter) -> None:
    first = await answered(counter, "o1", "wang")
    await counter.answering.close(first, actor="wang")
    await counter.says("很满意", who="o1")
    await counter.opened("o2")  # never answered: overdue at the end
    third = await counter.opened("o3")
    await counter.service.take(third, actor="li")
    counter.clock.advance(26 * 3_600)
    await counter.answer(third, "请到窗口办理。", actor="li")
    start = counter.clock.now() - timedelta(days=2)
    body = counter.bodies["sc"].id
    whole, each = await counter.service.figures(body, start, counter.clock.now())
    assert (whole.conversations, whole.answered) == (3, 2)
    assert whole.within == pytest.approx(1 / 3)
    assert whole.satisfaction == 5
    assert each["wang"].answer_minutes == pytest.approx(30, abs=0.1)
    assert each["wang"].within == 1
    assert each["li"].within == 0
    assert each["li"].waiting_minutes == pytest.approx(0, abs=0.1)
    assert each["li"].answer_minutes == pytest.approx(7 * 60 + 120, abs=1)
    other, nobody = await counter.service.figures(
        counter.bodies["cd"].id, start, counter.clock.now()
    )
    assert (other.conversations, other.within, other.satisfaction) == (0, None, None)
    assert nobody == {}


async def test_who_waits_longest_is_listed_first(counter: Counter) -> None:
    old = await counter.opened("o1")
    counter.clock.advance(60)
    new = await counter.opened("o2")
    done = await answered(counter, "o3")
    listed = await counter.service.talks(DeskFilter())
    assert [one.id for one in listed] == [old, new, done]
    bodies = frozenset({counter.bodies["cd"].id})
    assert await counter.service.talks(DeskFilter(bodies=bodies)) == []
