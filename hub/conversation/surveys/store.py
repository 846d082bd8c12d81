"""SQL of surveys: one function per question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hub.conversation.subscriptions.models import Reader
from hub.conversation.surveys.models import Given, Question, Survey
from hub.conversation.surveys.tables import survey_answers, surveys
from hub.kernel.columns import storable
from hub.kernel.database import Transaction

__all__ = [
    "add",
    "end",
    "erase",
    "get",
    "given_by",
    "given_to",
    "listed",
    "open_at",
    "put",
    "respondents",
]

_s, _a = surveys.c, survey_answers.c


def add(tx: Transaction, survey: Survey) -> None:
    values = {name: getattr(survey, name) for name in survey.__dataclass_fields__}
    values["questions"] = [msgspec.to_builtins(one) for one in survey.questions]
    tx.execute(insert(surveys).values(**values))


def get(connection: Connection, survey_id: str) -> Survey | None:
    row = connection.execute(select(surveys).where(_s.id == survey_id)).first()
    return None if row is None else _survey(row)


def listed(connection: Connection, body_id: str, limit: int) -> list[Survey]:
    """The newest, of one body or all."""
    query = select(surveys).order_by(_s.id.desc()).limit(limit)
    if body_id:
        query = query.where(_s.body_id == body_id)
    return [_survey(row) for row in connection.execute(query)]


def open_at(connection: Connection, now: datetime, limit: int) -> list[Survey]:
    """Those that are open, the one that ends first first."""
    running = (_s.closes_at > now, _s.opens_at <= now)
    query = select(surveys).where(*running).order_by(_s.closes_at, _s.id).limit(limit)
    return [_survey(row) for row in connection.execute(query)]


def end(tx: Transaction, survey_id: str, at: datetime) -> bool:
    """Close it now; False where it was closed."""
    change = update(surveys).where(_s.id == survey_id, _s.closes_at > at, _s.opens_at < at)
    return tx.execute(change.values(closes_at=at)).rowcount == 1


def given_by(connection: Connection, survey_id: str, reader: Reader) -> dict[int, Given]:
    """What one person has answered, by the number of the question."""
    query = select(survey_answers).where(*_of(survey_id, reader))
    return {row.question: _given(row) for row in connection.execute(query)}


def put(
    tx: Transaction, survey_id: str, reader: Reader, question: int, given: Given, at: datetime
) -> bool:
    """Keep an answer in the place of an earlier one; whether there was one."""
    values = {"choices": list(given.choices), "text": storable(given.text), "said_at": at}
    mine = (*_of(survey_id, reader), _a.question == question)
    if tx.execute(update(survey_answers).where(*mine).values(**values)).rowcount:
        return True
    key = {"survey_id": survey_id, "account_id": reader.account, "sender": reader.sender}
    tx.execute(insert(survey_answers).values(**key, question=question, **values))
    return False


def given_to(connection: Connection, survey_id: str) -> Mapping[int, list[Given]]:
    """Every answer, by the number of the question."""
    query = select(survey_answers).where(_a.survey_id == survey_id)
    found: dict[int, list[Given]] = {}
    for row in connection.execute(query):
        found.setdefault(row.question, []).append(_given(row))
    return found


def respondents(connection: Connection, survey_id: str) -> int:
    """How many people have answered something."""
    people = select(_a.account_id, _a.sender).where(_a.survey_id == survey_id).distinct()
    return connection.execute(select(func.count()).select_from(people.subquery())).scalar_one()


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    """Delete what a person answered; how many answers."""
    mine = (_a.sender == sender, _a.account_id == account_id)
    return tx.execute(delete(survey_answers).where(*mine)).rowcount


def _of(survey_id: str, reader: Reader) -> tuple[Any, ...]:
    return (
        _a.survey_id == survey_id,
        _a.account_id == reader.account,
        _a.sender == reader.sender,
    )


def _given(row: Row[Any]) -> Given:
    return Given(choices=tuple(row.choices), text=row.text)


def _survey(row: Row[Any]) -> Survey:
    values = row._asdict()
    questions = tuple(msgspec.convert(one, Question) for one in values["questions"])
    return Survey(**values | {"questions": questions})
