"""A survey, its questions, and what people answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = [
    "SCALE",
    "Answered",
    "Count",
    "Given",
    "NewSurvey",
    "Question",
    "QuestionKind",
    "Results",
    "Survey",
    "SurveyStanding",
    "Tally",
]

SCALE = 5  # a scale goes from 1 to this


class QuestionKind(StrEnum):
    SINGLE = "single"  # one of the options
    MULTIPLE = "multiple"  # one or more of them
    SCALE = "scale"  # 1 to 5
    TEXT = "text"


class SurveyStanding(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `options` are those of a single or multiple choice; of a scale none, or the
    words for its two ends; of a text none."""

    kind: QuestionKind
    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSurvey:
    """A survey about the published item `item_id`, open from `opens_at` and before `closes_at`."""

    item_id: str
    title: str
    questions: tuple[Question, ...]
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    id: str
    item_id: str
    body_id: str
    title: str
    questions: tuple[Question, ...]
    opens_at: datetime
    closes_at: datetime
    made_by: str
    made_at: datetime

    def standing(self, now: datetime) -> SurveyStanding:
        if now < self.opens_at:
            return SurveyStanding.PLANNED
        return SurveyStanding.OPEN if now < self.closes_at else SurveyStanding.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer to one question: the numbers of options from 1, or the point on the scale, or a
    text."""

    choices: tuple[int, ...] = ()
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of an answer: in the words of the question, whether it changed an earlier one,
    and the numbers of the questions that have none yet."""

    question: Question
    said: str = field(repr=False)
    changed: bool
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many chose `label`; None where so few did that they might be known."""

    label: str
    people: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One question's results. `people` answered it, None where they are too few to be told;
    `counts` are empty for a text."""

    question: Question
    people: int | None
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    survey: Survey
    people: int | None
    tallies: tuple[Tally, ...]
