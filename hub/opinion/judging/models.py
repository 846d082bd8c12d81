"""What a judgement says, how sure it is, and who has to look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as column
from datetime import datetime
from enum import StrEnum

__all__ = [
    "AUTOMATIC_FROM",
    "SUGGESTED_FROM",
    "Band",
    "Contest",
    "Correction",
    "Evaluation",
    "Field",
    "Guess",
    "Intent",
    "Judgement",
    "Mood",
    "Ranked",
    "Scores",
    "StoredModel",
    "Urgency",
    "band_of",
]

AUTOMATIC_FROM, SUGGESTED_FROM = 0.7, 0.4


class Intent(StrEnum):
    """What a citizen wants; the main axis, for mood alone says little of a message."""

    QUESTION = "question"  # 咨询
    COMPLAINT = "complaint"  # 投诉、求助
    SUGGESTION = "suggestion"  # 建议
    PRAISE = "praise"  # 表扬
    RUMOUR = "rumour"  # 疑似谣言


class Mood(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Urgency(StrEnum):
    ORDINARY = "ordinary"
    PRESSING = "pressing"  # within the day: no water, no heating, wages before a festival
    ACUTE = "acute"  # at once: lives, fire, poisoning, crowds


class Band(StrEnum):
    """What happens to a guess. 0.7 and more: taken; 0.4 and more: an analyst chooses one of
    three; less: an analyst's queue."""

    AUTOMATIC = "automatic"
    SUGGESTED = "suggested"
    QUEUE = "queue"


class Field(StrEnum):
    """What an analyst may correct."""

    INTENT = "intent"
    TOPIC = "topic"
    DEPARTMENT = "department"
    URGENCY = "urgency"
    MOOD = "mood"
    PLACE = "place"


def band_of(confidence: float) -> Band:
    if confidence >= AUTOMATIC_FROM:
        return Band.AUTOMATIC
    return Band.SUGGESTED if confidence >= SUGGESTED_FROM else Band.QUEUE


@dataclass(frozen=True, slots=True)
class Guess:
    """A label, how sure it is (0 to 1) and the words that led to it, the weightiest first."""

    label: str
    confidence: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """The likeliest labels, the best first; at least one."""

    guesses: tuple[Guess, ...]

    @property
    def best(self) -> Guess:
        return self.guesses[0]

    @property
    def band(self) -> Band:
        return band_of(self.best.confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything judged of one signal. `model` names the versions that judged."""

    intent: Guess
    topic: Ranked
    department: Ranked
    urgency: Guess
    mood: Guess
    place: Guess
    model: str

    @property
    def band(self) -> Band:
        """The least sure of intent and topic decides who looks at it."""
        return band_of(min(self.intent.confidence, self.topic.best.confidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How good a classifier was on texts it had not seen.

    `top_three`: share whose label is among the three likeliest. `sure` is the share at 0.7 and
    more, `sure_right` how often those are right. `majority`: accuracy of always saying the
    commonest label, `majority_f1` its macro-F1.
    """

    texts: int
    accuracy: float
    macro_f1: float
    top_three: float
    sure: float
    sure_right: float
    majority: float
    majority_f1: float
    per_label: Mapping[str, float] = column(default_factory=dict)  # label → F1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A training's report: with its labels by cross-validation, and without any."""

    field: Field
    labels: int
    folds: int
    trained: Scores
    cold: Scores
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """How often two classifiers were right on `texts` labels that neither had seen: version
    `champion`, which judges, and the challenger that would take its place."""

    texts: int
    champion: int
    champion_right: int
    challenger_right: int

    @property
    def won(self) -> bool:
        """The challenger is no worse."""
        return self.challenger_right >= self.champion_right


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """A trained classifier as it is kept; versions of a field count from 1."""

    field: Field
    version: int
    taxonomy: int
    trained_at: datetime
    trained_by: str
    labels: int
    active: bool
    report: Mapping[str, object]
    data: str = column(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an analyst says a signal is; from then on a label."""

    signal_id: str
    field: Field
    value: str
    by: str
    at: datetime
