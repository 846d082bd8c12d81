"""What judging needs from the machinery that learns: heavy to import, so reached through these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.opinion.judging.models import Evaluation, Field, Ranked
from hub.opinion.judging.taxonomy import Labels

__all__ = ["Classifier", "Labelled", "Workshop"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and its label; an empty label is a text that only the vocabulary learns from."""

    title: str
    text: str
    label: str = ""


class Classifier(Protocol):
    """Tells labels of one list."""

    def rank(self, title: str, text: str) -> Ranked:
        """The likeliest labels of a message, at most three, in well under a millisecond."""
        ...

    def packed(self) -> str:
        """What was learned as text, without program code in it."""
        ...


class Workshop(Protocol):
    """Trains classifiers. Every call may block for seconds: make it in a thread."""

    def train(self, labels: Labels, texts: Sequence[Labelled]) -> Classifier:
        """From the list's own words alone, or with labelled texts beside them."""
        ...

    def evaluate(self, field: Field, labels: Labels, texts: Sequence[Labelled]) -> Evaluation:
        """By cross-validation on the labelled ones among `texts`; ten at least."""
        ...

    def unpacked(self, data: str, labels: Labels) -> Classifier | None:
        """The inverse of `packed`; None for a model of another list."""
        ...
