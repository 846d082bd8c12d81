"""Judging one message: every field with its confidence and the words that led to it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.opinion.judging.intents import intent_of
from hub.opinion.judging.manner import mood_of, urgency_of
from hub.opinion.judging.models import Guess, Judgement
from hub.opinion.judging.ports import Classifier

__all__ = ["Judge"]

_PLACE_SURE, _PLACE_GIVEN = 0.8, 0.0


@dataclass(frozen=True)
class Judge:
    """`version` names the models and lists, and stands in every judgement."""

    topics: Classifier
    departments: Classifier
    version: str

    def judge(self, title: str, text: str, place: str = "") -> Judgement:
        """Texts are those of a signal: masked. `place` is what was found when it came in."""
        intent = intent_of(title, text)
        return Judgement(
            intent=intent,
            topic=self.topics.rank(title, text),
            department=self.departments.rank(title, text),
            urgency=urgency_of(title, text),
            mood=mood_of(title, text, intent.label),
            place=Guess(place, _PLACE_SURE, (place,)) if place else Guess("", _PLACE_GIVEN),
            model=self.version,
        )
