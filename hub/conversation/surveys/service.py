"""What may be done with surveys: make one, answer it, close it, see the counts.

A survey lives with its item: what is withdrawn is asked about no more. A person answers once; until
it closes they may change what they said, and leave at any question: what they said counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.catalogue.public.store import get_public, public_items
from hub.conversation.store import is_opted_out
from hub.conversation.subscriptions.models import Reader
from hub.conversation.surveys import events, rules, store
from hub.conversation.surveys.errors import BadAnswer, SurveyOver, UnknownSurvey
from hub.conversation.surveys.models import (
    SCALE,
    Answered,
    Count,
    Given,
    NewSurvey,
    Question,
    QuestionKind,
    Results,
    Survey,
    SurveyStanding,
    Tally,
)
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.authority.rules import ENTERING, require_role
from hub.review.checks.masking import without_personal_data

__all__ = ["Surveys"]

_ACTOR = "system:surveys"  # who takes part is nobody's to know
_OPEN = 9  # offered at once: a digit chooses


class Surveys:
    """`actor` is the login of the person who does it, with a role in the item's body."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def make(self, new: NewSurvey, *, actor: str) -> Survey:
        """Ask the public about a published item. Raises BadSurvey, NotPublished, RoleNeeded."""
        given, now = rules.checked(new), self._clock.now()
        if given.closes_at <= now:
            raise SurveyOver

        def work(tx: Transaction) -> Survey:
            item = get_public(tx.connection, given.item_id)
            _require(tx.connection, actor, item.body_id)
            survey = Survey(
                id=self._ids.new(now),
                item_id=item.id,
                body_id=item.body_id,
                title=given.title.strip(),
                questions=given.questions,
                opens_at=given.opens_at,
                closes_at=given.closes_at,
                made_by=actor,
                made_at=now,
            )
            store.add(tx, survey)
            data = {"item": item.id, "body": item.body_id, "questions": len(survey.questions)}
            tx.record(Event(kind=events.MADE, subject=survey.id, actor=actor, at=now, data=data))
            return survey

        return await self._database.write(work)

    async def close(self, survey_id: str, *, actor: str) -> Survey:
        """Close one before its time. Raises UnknownSurvey, Conflict where it is not open."""
        now = self._clock.now()

        def work(tx: Transaction) -> Survey:
            survey = _known(tx.connection, survey_id)
            _require(tx.connection, actor, survey.body_id)
            if not store.end(tx, survey_id, now):
                raise Conflict(Words("没有开放", "it is not open"), field="survey")
            data = {"body": survey.body_id, "until": survey.closes_at.isoformat()}
            tx.record(Event(kind=events.CLOSED, subject=survey_id, actor=actor, at=now, data=data))
            return _known(tx.connection, survey_id)

        return await self._database.write(work)

    async def listed(self, body_id: str = "", limit: int = 50) -> list[Survey]:
        """The newest first."""
        return await self._database.read(lambda c: store.listed(c, body_id, limit))

    async def survey(self, survey_id: str) -> Survey:
        """Raises UnknownSurvey."""
        return await self._database.read(lambda c: _known(c, survey_id))

    # --- citizens

    async def open(self) -> list[tuple[Survey, Item]]:
        """Those that may be answered now, with the item each is about; at most nine."""
        now = self._clock.now()

        def look(connection: Connection) -> list[tuple[Survey, Item]]:
            found = store.open_at(connection, now, 10 * _OPEN)
            items = public_items(connection, [one.item_id for one in found])
            both = [(one, items[one.item_id]) for one in found if one.item_id in items]
            return both[:_OPEN]

        return await self._database.read(look)

    async def given(self, survey_id: str, reader: Reader) -> dict[int, Given]:
        """What a person has answered so far, by the number of the question from 1."""
        return await self._database.read(lambda c: store.given_by(c, survey_id, reader))

    async def answer(self, survey_id: str, reader: Reader, number: int, text: str) -> Answered:
        """Keep a person's answer to question `number`, or change the one they gave.

        Personal data in it is masked before it is kept. Raises SurveyOver, BadAnswer, and Conflict
        for who lets nothing be kept.
        """
        now, said = self._clock.now(), without_personal_data(text)

        def work(tx: Transaction) -> Answered:
            survey = self._running(tx.connection, survey_id)
            if not 1 <= number <= len(survey.questions):
                raise BadAnswer(Words("没有这一题", "no such question"), field="question")
            if is_opted_out(tx.connection, reader.account, reader.sender):
                raise Conflict(
                    Words("您已选择不保存消息", "you let nothing be kept"),
                    field="sender",
                    remedy=Words("发送“恢复保存我的消息”后再参加", 'send "keep my messages" first'),
                )
            question = survey.questions[number - 1]
            given = rules.given_in(question, said)
            changed = store.put(tx, survey_id, reader, number, given, now)
            data = {"question": number, "changed": changed}
            kind = events.ANSWERED
            tx.record(Event(kind=kind, subject=survey_id, actor=_ACTOR, at=now, data=data))
            done = store.given_by(tx.connection, survey_id, reader)
            left = [n for n in range(1, len(survey.questions) + 1) if n not in done]
            return Answered(
                question=question,
                said=rules.in_words(question, given),
                changed=changed,
                left=tuple(left),
            )

        return await self._database.write(work)

    def _running(self, connection: Connection, survey_id: str) -> Survey:
        survey = _known(connection, survey_id)
        open_now = survey.standing(self._clock.now()) is SurveyStanding.OPEN
        if not open_now or survey.item_id not in public_items(connection, [survey.item_id]):
            raise SurveyOver
        return survey

    # --- results

    async def results(self, survey_id: str) -> Results:
        """The counts; no cell of fewer than five people is told, nor can it be had from the
        others. Raises UnknownSurvey."""

        def look(connection: Connection) -> Results:
            survey = _known(connection, survey_id)
            given = store.given_to(connection, survey_id)
            people = store.respondents(connection, survey_id)
            tallies = [
                _tally(question, given.get(number, []))
                for number, question in enumerate(survey.questions, 1)
            ]
            told = people if people >= rules.FEWEST else None
            return Results(survey=survey, people=told, tallies=tuple(tallies))

        return await self._database.read(look)


def _tally(question: Question, given: Sequence[Given]) -> Tally:
    people = len(given) if len(given) >= rules.FEWEST else None
    if question.kind is QuestionKind.TEXT:
        return Tally(question=question, people=people, counts=())
    scale = question.kind is QuestionKind.SCALE
    labels = tuple(map(str, range(1, SCALE + 1))) if scale else question.options
    counts = [sum(number in one.choices for one in given) for number in range(1, len(labels) + 1)]
    told = rules.fewer_told(counts, add_up=question.kind is not QuestionKind.MULTIPLE)
    return Tally(
        question=question,
        people=people,
        counts=tuple(
            Count(label=label, people=count) for label, count in zip(labels, told, strict=True)
        ),
    )


def _known(connection: Connection, survey_id: str) -> Survey:
    found = store.get(connection, survey_id)
    if found is None:
        raise UnknownSurvey(survey_id)
    return found


def _require(connection: Connection, actor: str, body_id: str) -> None:
    person = organisations.person_by_login(connection, actor)
    require_role(connection, person, organisations.get_body(connection, body_id), ENTERING)
