"""The question about satisfaction: asked once, its answer told from everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conversation import store as messages
from hub.conversation.models import (
    Answer,
    Choice,
    EventType,
    Inbound,
    InboundKind,
    Message,
    MessageEvent,
    MessageState,
)
from hub.conversation.satisfaction import store
from hub.conversation.satisfaction.models import Asking, Question
from hub.conversation.satisfaction.rules import choices_of, stars_in
from hub.conversation.satisfaction.service import ANSWER_COUNTS, Satisfaction
from hub.conversation.store import Settled
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.organisations.models import Body, NewAccount
from hub.organisations.service import Organisations


@dataclass
class Kept:
    """`Recorder` that remembers."""

    ratings: list[tuple[str, int]] = field(default_factory=list)

    def rated(self, tx: Transaction, question: Question, stars: int, at: datetime) -> Words:
        self.ratings.append((question.subject, stars))
        return Words("谢谢", "thanks")


@dataclass
class Person:
    """Somebody who writes to one account, and what was kept of what they said."""

    reader: Reader
    satisfaction: Satisfaction
    kept: Kept
    inbound: Callable[..., Inbound]

    async def says(self, text: str) -> bool:
        """Whether it was taken for a rating."""
        return await self.satisfaction.hear(self.inbound(text=text)) is not None

    async def chooses(self, payload: str) -> Answer | None:
        inbound = self.inbound(
            kind=InboundKind.EVENT, event=EventType.CHOICE, event_key=payload, text=""
        )
        return await self.satisfaction.hear(inbound)


@pytest.fixture
async def person(
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    organisations: Organisations,
    bodies: dict[str, Body],
    weibo: NewAccount,
) -> Person:
    account = await organisations.add_account(weibo, actor="admin")
    reader = Reader(channel="weibo", account=account.id, sender="s" * 26)

    def inbound(**given: object) -> Inbound:
        message_id = ids.new(clock.now())
        values: dict[str, object] = {
            "id": message_id,
            "channel": reader.channel,
            "account": reader.account,
            "external_key": message_id,
            "sender": reader.sender,
            "kind": InboundKind.TEXT,
            "received_at": clock.now(),
        }
        return Inbound(**values | given)  # type: ignore[arg-type]

    kept = Kept()
    satisfaction = Satisfaction(database, clock, ids, {Asking.DESK: kept})
    return Person(reader, satisfaction, kept, inbound)


@pytest.mark.parametrize(
    ("said", "stars"),
    [
        ("5", 5), ("１", 1), ("4分", 4), ("五", None), ("满意", 4), ("很不满意。", 1),
        ("不滿意", 2),
        ("非常满意！", 5), ("我很满意", 5), ("Satisfied", 4), ("I am very dissatisfied.", 1),
        ("一般吧", None), ("0", None), ("6", None), ("45", None), ("好", None),
        ("对公积金提取的流程不满意怎么投诉", None), ("满意度调查在哪里", None),
    ],
)  # fmt: skip
def test_only_words_that_stand_alone_are_a_rating(said: str, stars: int | None) -> None:
    assert stars_in(said) == stars


@given(st.text(max_size=40))
def test_whatever_is_written_is_five_levels_or_nothing(said: str) -> None:
    assert stars_in(said) in (None, 1, 2, 3, 4, 5)


async def test_a_person_is_asked_about_a_thing_once(person: Person) -> None:
    asked = await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1")
    assert asked is not None
    assert await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1") is None
    assert await person.satisfaction.ask(person.reader, Asking.CASE, "talk-1") is not None


async def test_the_answer_is_kept_once_and_nothing_unasked_is_heard(person: Person) -> None:
    assert not await person.says("满意")
    await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1")
    assert not await person.says("公积金怎么提取")
    assert await person.says("4")
    assert not await person.says("5")
    assert person.kept.ratings == [("talk-1", 4)]


async def test_a_choice_is_its_own_questions_and_a_word_the_last_ones(person: Person) -> None:
    first = await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1")
    await person.satisfaction.ask(person.reader, Asking.DESK, "talk-2")
    assert first is not None
    await person.chooses(choices_of(first)[0].payload)
    await person.says("很满意")
    assert person.kept.ratings == [("talk-1", 1), ("talk-2", 5)]
    again = await person.chooses(choices_of(first)[4].payload)
    assert again is not None
    assert "已经收到" in again.paragraphs[0]
    assert len(person.kept.ratings) == 2


async def test_nobody_answers_anothers_question(
    person: Person, database: Database, clock: ManualClock
) -> None:
    asked = await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1")
    assert asked is not None
    stranger = person.inbound(
        sender="t" * 26, event=EventType.CHOICE, event_key=choices_of(asked)[4].payload
    )
    await person.satisfaction.hear(stranger)
    assert person.kept.ratings == []
    found = await database.read(lambda c: store.latest_open(c, person.reader, clock.now()))
    assert found == asked


async def test_a_number_chooses_from_the_list_that_was_offered_since(
    person: Person, database: Database, clock: ManualClock
) -> None:
    await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1")
    clock.advance(60)
    listed = Answer(paragraphs=("找到",), choices=(Choice(label="甲", payload="ask/1"),))
    question = Message(inbound=person.inbound(text="规划"), state=MessageState.RECEIVED)
    answered = Settled(question.inbound.id, MessageEvent.REPLIED, clock.now(), "", listed)
    await database.write(
        lambda tx: (messages.add(tx, [question]), messages.settle(tx, [answered])), audited=False
    )
    assert not await person.says("1")
    assert await person.says("不满意")
    assert person.kept.ratings == [("talk-1", 2)]


async def test_after_its_time_nothing_is_an_answer(person: Person, clock: ManualClock) -> None:
    await person.satisfaction.ask(person.reader, Asking.DESK, "talk-1")
    clock.advance((ANSWER_COUNTS + timedelta(seconds=1)).total_seconds())
    assert not await person.says("满意")
