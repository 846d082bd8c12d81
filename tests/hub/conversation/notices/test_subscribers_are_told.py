"""What becomes public reaches those who asked for it, once, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.catalogue.rules import draft_of
from hub.conversation.models import Answer, EventType, MessageEvent
from hub.conversation.notices.errors import NotToBeRetried, UnknownNotice
from hub.conversation.notices.models import NoticeState
from hub.conversation.records import Records
from hub.conversation.subscriptions.models import Pace, Topic, Wish
from hub.kernel.errors import Words
from hub.publishing.errors import Exhausted, NotSent, Rejected, Unauthorised, Unknown
from tests.hub.conversation.notices.scene import TWO_DAYS, City

_WORDS = Words("失败", "failed")
_DAY = 86_400


async def test_a_subscriber_is_told_once_with_title_and_link(city: City) -> None:
    await city.subscribes()
    await city.subscribes("you", "教育")
    item = await city.publishes()
    assert await city.runs() == 1
    (said,) = city.platform.said
    assert said.address == "address-of-me"
    (cite,) = said.answer.cites
    assert (cite.title, cite.url) == (item.title, f"https://gov.example/i/{item.id}.html")
    assert await city.states() == [("sent", "")]


async def test_what_was_public_before_is_nobodys_news(city: City) -> None:
    await city.publishes()
    city.clock.advance(10)
    await city.subscribes()
    assert await city.runs() == 0


async def test_several_wishes_that_one_item_meets_are_one_notice(city: City) -> None:
    await city.subscribes(pace=Pace.DAILY)
    await city.subscribes(word="提取")
    body = Wish(topic=Topic.BODY, value=city.body, label="省政府")
    await city.subscriptions.subscribe(city.reader(), body)
    city.clock.advance(1)
    await city.publishes()
    assert await city.runs() == 1
    assert len(await city.states()) == 1


async def test_a_digest_collects_a_day_and_counts_what_it_does_not_show(city: City) -> None:
    await city.subscribes(pace=Pace.DAILY)
    for number in range(7):
        await city.publishes(f"公积金通知第{number}号")
    assert await city.runs() == 0
    city.at(9, days=1)
    assert await city.runs() == 1
    (said,) = city.platform.said
    assert len(said.answer.cites) == 5
    assert said.answer.cites[0].title == "公积金通知第6号"
    assert any("另有 2 条" in line for line in said.answer.paragraphs)
    assert set(await city.states()) == {("sent", "")}


async def test_a_body_may_have_another_hour_of_digests(city: City) -> None:
    city.matching._manners = replace(city.manners, digest_hours={city.body: 18})
    await city.subscribes(pace=Pace.DAILY)
    await city.publishes()
    city.at(17)
    assert await city.runs() == 0
    city.at(18)
    assert await city.runs() == 1


async def test_nobody_is_written_to_at_night(city: City) -> None:
    await city.subscribes()
    city.at(23)
    await city.publishes()
    assert await city.runs() == 0
    city.at(7, days=1)
    assert await city.runs() == 0
    city.at(8)
    assert await city.runs() == 1


async def test_what_is_recalled_before_it_is_sent_is_never_sent(city: City) -> None:
    await city.subscribes(pace=Pace.DAILY)
    kept, gone = await city.publishes("公积金甲"), await city.publishes("公积金乙")
    await city.matching.follow()
    await city.recalls(gone)
    city.at(9, days=1)
    await city.sender.look()  # before the recall has come along the chain
    assert city.platform.titles() == [[kept.title]]
    await city.runs()
    assert await city.states() == [("sent", ""), ("dropped", "recalled")]


async def test_a_correction_says_so_and_takes_the_place_of_what_waits(city: City) -> None:
    await city.subscribes()
    await city.subscribes("you", pace=Pace.DAILY)
    item = await city.publishes()
    await city.runs()
    changed = replace(draft_of(item), title=f"{item.title}（更正）")
    await city.catalogue.edit(item.id, changed, actor="root")
    await city.public(item.id, 2)
    city.at(9, days=1)
    await city.runs()
    assert city.platform.titles() == [[item.title], *[[f"{item.title}（更正）"]] * 2]
    assert all("已更正" in "".join(m.answer.paragraphs) for m in city.platform.said[1:])
    assert ("dropped", "superseded") in await city.states()


async def test_who_unsubscribes_or_opts_out_is_not_told(city: City) -> None:
    made = await city.subscribes()
    await city.subscribes("you")
    await city.publishes()
    await city.matching.follow()
    await city.subscriptions.cancel(city.reader(), made)
    await city.subscriptions.opt_out(city.reader("you"))
    assert await city.runs() == 0
    assert sorted(await city.states()) == [("dropped", "opted-out"), ("dropped", "unsubscribed")]


async def test_another_pace_is_the_same_wish(city: City) -> None:
    await city.subscribes()
    await city.publishes()
    await city.matching.follow()
    await city.subscribes(pace=Pace.DAILY)
    assert await city.runs() == 1


async def test_who_asks_to_be_erased_is_forgotten(city: City) -> None:
    await city.subscribes()
    await city.publishes()
    await city.matching.follow()
    await Records(city.database, city.clock).erase(city.account, "me", actor="me")
    assert await city.runs() == 0
    assert await city.states() == []
    assert await city.subscriptions.of(city.reader()) == []


async def test_a_person_is_written_to_so_often_a_day(city: City) -> None:
    city.manners = replace(city.manners, most_a_day=2)
    city.beginning._manners = city.manners
    await city.subscribes()
    for number in range(3):
        await city.publishes(f"公积金{number}")
        await city.runs()
    assert len(city.platform.said) == 2
    assert (await city.states())[-1] == ("waiting", "daily-most")
    city.at(8, days=1)
    assert await city.runs() == 1


async def test_where_the_platform_waits_for_the_person_the_notice_goes_with_the_answer(
    city: City,
) -> None:
    city.platform.allows = TWO_DAYS
    await city.subscribes()
    city.clock.advance(3 * _DAY)
    item = await city.publishes()
    assert await city.runs() == 0
    assert await city.states() == [("waiting", "window")]
    inbound = await city.writes()
    said = await city.answering(Answer(paragraphs=("您好",))).answer(inbound)
    assert said.paragraphs[0] == "您好"
    assert [cite.title for cite in said.cites] == [item.title]
    assert await city.states() == [("sending", "")]
    await city.answered(inbound)
    assert await city.runs() == 0
    assert await city.states() == [("sent", "")]


async def test_where_the_answer_has_no_room_it_follows_by_a_call(city: City) -> None:
    city.platform.allows = TWO_DAYS
    await city.subscribes()
    city.clock.advance(3 * _DAY)
    await city.publishes()
    await city.runs()
    inbound = await city.writes()
    long = Answer(paragraphs=("长" * 600,))
    assert await city.answering(long).answer(inbound) == long
    await city.answered(inbound)
    assert await city.runs() == 1
    assert await city.states() == [("sent", "")]


async def test_an_answer_that_is_lost_leaves_its_notice_unknown(city: City) -> None:
    city.platform.allows = TWO_DAYS
    await city.subscribes()
    city.clock.advance(3 * _DAY)
    await city.publishes()
    await city.runs()
    inbound = await city.writes()
    await city.answering(Answer(paragraphs=("您好",))).answer(inbound)
    await city.answered(inbound, MessageEvent.LAPSED)
    await city.runs()
    assert [state for state, _ in await city.states()] == ["unknown"]


async def test_a_window_has_a_count_and_ends_when_they_leave(city: City) -> None:
    city.platform.allows = TWO_DAYS
    await city.subscribes()
    for number in range(6):
        await city.publishes(f"公积金{number}")
        await city.runs()
    assert len(city.platform.said) == 4  # the fifth was the answer
    await city.answered(await city.writes())
    await city.answered(await city.writes(event=EventType.UNSUBSCRIBE))
    await city.publishes("公积金又一号")
    assert await city.runs() == 0


async def test_what_nobody_can_be_told_in_time_expires_and_says_why(city: City) -> None:
    city.platform.allows = TWO_DAYS
    await city.subscribes()
    city.clock.advance(3 * _DAY)
    await city.publishes()
    await city.runs()
    city.clock.advance(7 * _DAY)
    await city.runs()
    assert await city.states() == [("expired", "window")]


@pytest.mark.parametrize(
    ("failure", "then"),
    [
        (NotSent(_WORDS), ("waiting", "not-sent")),
        (Unauthorised(_WORDS), ("waiting", "not-sent")),
        (Exhausted(_WORDS), ("waiting", "window")),
        (Rejected(_WORDS, platform_code="43004"), ("failed", "43004")),
        (Unknown(_WORDS), ("unknown", "outcome-unknown")),
        (RuntimeError(), ("unknown", "RuntimeError")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_an_outcome_decides_what_becomes_of_it(
    city: City, failure: Exception, then: tuple[str, str]
) -> None:
    await city.subscribes()
    await city.publishes()
    city.platform.failures = [failure]
    await city.runs(1)
    assert await city.states() == [then]
    city.clock.advance(3_600)
    await city.runs()
    assert len(city.platform.said) == int(isinstance(failure, (NotSent, Unauthorised)))


async def test_a_person_may_have_an_unknown_one_sent_again(city: City) -> None:
    await city.subscribes()
    await city.publishes()
    city.platform.failures = [Unknown(_WORDS)]
    await city.runs()
    (known,) = await city.notices.find(states=[NoticeState.UNKNOWN])
    await city.notices.retry(known.id, actor="clerk")
    assert await city.runs() == 1
    with pytest.raises(NotToBeRetried):
        await city.notices.retry(known.id, actor="clerk")
    with pytest.raises(UnknownNotice):
        await city.notices.show("nobody")


async def test_without_permits_nothing_is_begun(city: City) -> None:
    await city.subscribes()
    await city.subscribes("you")
    await city.publishes()
    city.platform.permits = 1
    assert await city.runs() == 1
    assert [state for state, _ in await city.states()].count("waiting") == 1


async def test_how_many_people_a_release_would_reach(city: City) -> None:
    await city.subscribes()
    await city.subscribes(word="提取", pace=Pace.DAILY)
    await city.subscribes("you", pace=Pace.DAILY)
    await city.subscribes("they")
    await city.subscriptions.opt_out(city.reader("they"))
    item = await city.publishes()
    found = await city.subscriptions.reached(item)
    assert sorted(found) == [("weibo", Pace.DAILY, 1), ("weibo", Pace.IMMEDIATE, 1)]


async def test_where_the_platform_knows_the_message_an_unknown_outcome_is_repeated(
    city: City,
) -> None:
    city.platform.keeps_keys = timedelta(hours=1)
    await city.subscribes()
    await city.publishes()
    city.platform.failures = [Unknown(_WORDS)]
    await city.runs()
    assert await city.states() == [("sending", "")]
    city.clock.advance(16 * 60)
    await city.runs()
    assert await city.states() == [("sent", "")]
    assert len(city.platform.said) == 1
