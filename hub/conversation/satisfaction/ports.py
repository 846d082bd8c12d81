"""Where a rating goes."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hub.conversation.satisfaction.models import Question
from hub.kernel.database import Transaction
from hub.kernel.errors import Words

__all__ = ["Recorder"]


class Recorder(Protocol):
    """Keeps a rating on what it is about; one for each kind of asking."""

    def rated(self, tx: Transaction, question: Question, stars: int, at: datetime) -> Words:
        """Record that `question.subject` got `stars`, in the transaction that ends the question,
        with an event of its own; the words that the person is told.

        Called once per question. What can no longer be recorded (the subject is closed) is passed
        over and said; raising takes the answer back, and the person is told to try again.
        """
        ...
