"""What citizens say of the desk's answers: kept on the conversation, and handed on as a signal."""

from __future__ import annotations

from datetime import datetime

from hub.conversation.desk import events, store
from hub.conversation.satisfaction.models import Question
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event

__all__ = ["DeskRatings"]

_THANKS = Words("感谢您的评价。", "Thank you for your rating.")


class DeskRatings:
    """`Recorder` of hub.conversation.satisfaction.ports for conversations with a person."""

    def rated(self, tx: Transaction, question: Question, stars: int, at: datetime) -> Words:
        talk = store.get(tx.connection, question.subject, hold=True)
        if talk is not None and not talk.rating:
            store.change(tx, talk, rating=stars, rated_at=at)
            data = {"body": talk.body_id, "stars": stars}
            actor = f"citizen:{talk.sender}"
            tx.record(Event(kind=events.RATED, subject=talk.id, actor=actor, at=at, data=data))
        return _THANKS
