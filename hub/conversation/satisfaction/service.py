"""Asking once, and hearing the answer among everything else a person writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub.conversation import store as messages
from hub.conversation.models import Answer, EventType, Inbound, InboundKind
from hub.conversation.satisfaction import events, rules, store
from hub.conversation.satisfaction.models import Asking, Question
from hub.conversation.satisfaction.ports import Recorder
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource

__all__ = ["ANSWER_COUNTS", "Satisfaction", "ask_in"]

ANSWER_COUNTS = timedelta(days=7)
_ACTOR = "system:conversation"
_OVER = Words(
    "此项评价已经收到或已结束，谢谢。", "This rating has been received or is over. Thank you."
)
_THANKS = Words("感谢您的评价。", "Thank you for your rating.")
_SPOKEN = frozenset({InboundKind.TEXT, InboundKind.VOICE})


def ask_in(
    tx: Transaction, ids: IdSource, reader: Reader, asking: Asking, subject: str, at: datetime
) -> Question | None:
    """The question about `subject` to put to `reader` now, kept in the caller's transaction; None
    where they have been asked before. Say it with `rules.question_text`."""
    question = Question(
        id=ids.new(at),
        reader=reader,
        asking=asking,
        subject=subject,
        asked_at=at,
        until=at + ANSWER_COUNTS,
    )
    if not store.add(tx, question):
        return None
    data = {"asking": asking, "subject": subject}
    tx.record(Event(kind=events.ASKED, subject=question.id, actor=_ACTOR, at=at, data=data))
    return question


class Satisfaction:
    """`recorders` has one for each kind of asking; kinds without one are kept in the question
    alone."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        recorders: Mapping[Asking, Recorder],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._recorders = recorders

    async def ask(self, reader: Reader, asking: Asking, subject: str) -> Question | None:
        """As `ask_in`, in a transaction of its own."""
        at = self._clock.now()
        return await self._database.write(
            lambda tx: ask_in(tx, self._ids, reader, asking, subject, at)
        )

    async def hear(self, inbound: Inbound) -> Answer | None:
        """What is said to a message that answers the question; None for every other message.

        A choice of ours is its question's. Words that stand alone, and a number, answer what was
        asked last; a number does so only where no list was offered since.
        """
        reader = Reader(channel=inbound.channel, account=inbound.account, sender=inbound.sender)
        if inbound.event is EventType.CHOICE and (named := rules.named_in(inbound.event_key)):
            question_id, stars = named
            question = await self._database.read(lambda c: store.find(c, question_id, reader))
            return _said(_OVER) if question is None else await self._end(question, stars)
        given = rules.stars_in(inbound.text) if _may_be_typed(inbound) else None
        if given is None:
            return None
        asked = await self._database.read(lambda c: self._asked(c, reader, inbound.text))
        return None if asked is None else await self._end(asked, given)

    def _asked(self, connection: Connection, reader: Reader, text: str) -> Question | None:
        question = store.latest_open(connection, reader, self._clock.now())
        if question is None or not rules.is_bare_number(text):
            return question
        last = messages.last_offered(connection, reader.account, reader.sender)
        offered = last.answer.choices if last and last.answer else ()
        since = last.answered_at if last else None
        return None if offered and since and since > question.asked_at else question

    async def _end(self, question: Question, stars: int) -> Answer:
        at = self._clock.now()

        def work(tx: Transaction) -> Words:
            if question.until <= at or not store.end(tx, question.id, stars, at):
                return _OVER
            recorder = self._recorders.get(question.asking)
            told = recorder.rated(tx, question, stars, at) if recorder else _THANKS
            data = {"asking": question.asking, "subject": question.subject, "stars": stars}
            tx.record(
                Event(kind=events.ANSWERED, subject=question.id, actor=_ACTOR, at=at, data=data)
            )
            return told

        return _said(await self._database.write(work))


def _may_be_typed(inbound: Inbound) -> bool:
    """Typed, or a typed number that was taken for an older list's choice."""
    return inbound.kind in _SPOKEN or (inbound.event is EventType.CHOICE and bool(inbound.text))


def _said(words: Words) -> Answer:
    return Answer(paragraphs=(words.zh, words.en))
