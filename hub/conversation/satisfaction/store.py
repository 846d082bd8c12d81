"""SQL of the questions about satisfaction: one function per question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.conversation.satisfaction.models import Asking, Question
from hub.conversation.satisfaction.tables import satisfaction_questions
from hub.conversation.subscriptions.models import Reader
from hub.kernel.database import Transaction

__all__ = ["add", "end", "erase", "find", "latest_open", "stars_of", "withdraw"]

_q = satisfaction_questions.c


def add(tx: Transaction, question: Question) -> bool:
    """Whether the person had not been asked about this before."""
    reader = question.reader
    values = {
        "id": question.id,
        "channel": reader.channel,
        "account": reader.account,
        "sender": reader.sender,
        "asking": question.asking,
        "subject": question.subject,
        "asked_at": question.asked_at,
        "until": question.until,
        "stars": question.stars,
        "answered_at": question.answered_at,
    }
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(satisfaction_questions).values(**values).on_conflict_do_nothing()
    return tx.execute(statement).rowcount > 0


def find(connection: Connection, question_id: str, reader: Reader) -> Question | None:
    """A question that was put to this reader, answered or not."""
    query = select(satisfaction_questions).where(
        _q.id == question_id, _q.account == reader.account, _q.sender == reader.sender
    )
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def latest_open(connection: Connection, reader: Reader, now: datetime) -> Question | None:
    """What the reader was asked last and has not answered, while an answer counts."""
    query = (
        select(satisfaction_questions)
        .where(
            _q.account == reader.account,
            _q.sender == reader.sender,
            literal_column("satisfaction_questions.stars = 0"),  # written as the index has it
            _q.until > now,
        )
        .order_by(_q.asked_at.desc(), _q.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def end(tx: Transaction, question_id: str, stars: int, at: datetime) -> bool:
    """Keep the answer, unless there is one."""
    change = update(satisfaction_questions).where(_q.id == question_id, _q.stars == 0)
    return tx.execute(change.values(stars=stars, answered_at=at)).rowcount == 1


def withdraw(tx: Transaction, question_id: str) -> bool:
    """Forget a question that surely never reached anybody."""
    open_ = (_q.id == question_id, _q.stars == 0)
    return tx.execute(delete(satisfaction_questions).where(*open_)).rowcount == 1


def stars_of(connection: Connection, asking: Asking, subject: str) -> list[tuple[datetime, int]]:
    """Every answer about one thing, with when its person was asked, the first asked first."""
    query = (
        select(_q.asked_at, _q.stars)
        .where(_q.asking == asking, _q.subject == subject, _q.stars > 0)
        .order_by(_q.asked_at)
    )
    return [(row.asked_at, row.stars) for row in connection.execute(query)]


def erase(tx: Transaction, account_id: str, sender: str) -> int:
    """Forget what a person was asked and answered; ratings stay where they were recorded."""
    mine = (_q.sender == sender, _q.account == account_id)
    return tx.execute(delete(satisfaction_questions).where(*mine)).rowcount


def _read(row: Row[Any]) -> Question:
    return Question(
        id=row.id,
        reader=Reader(channel=row.channel, account=row.account, sender=row.sender),
        asking=Asking(row.asking),
        subject=row.subject,
        asked_at=row.asked_at,
        until=row.until,
        stars=row.stars,
        answered_at=row.answered_at,
    )
