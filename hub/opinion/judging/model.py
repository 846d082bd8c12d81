"""A trained classifier: what it learned as arrays, judged with numpy alone and kept as JSON.

No program code is kept with a model, so that reading one back runs nothing; what trains it is
`training`. A decision is the learned weights' plus a share of the cue sheet's, so a list's words
count from the first day; with labels the share is what calibration on them found.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from hub.opinion.judging.features import CueSheet, Vocabulary, read
from hub.opinion.judging.models import Guess, Ranked
from hub.opinion.judging.taxonomy import Labels

__all__ = ["CUE_SHARE", "Linear", "probabilities"]

Array = NDArray[np.float64]

CUE_SHARE = 1.0  # weight of the cue sheet beside what the list alone taught
_SHOWN_WORDS = 5
_RANKED = 3


def probabilities(decisions: Array, sharpness: float) -> Array:
    """Softmax over the last axis; `sharpness` is what calibration found."""
    scaled = decisions * sharpness
    grown = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), dtype=np.float64)


def _largest(shares: Array, count: int) -> NDArray[np.int64]:
    """Places of the largest of every column, in order."""
    if len(shares) <= count:
        return np.argsort(-shares, axis=0, kind="stable")
    chosen = np.argpartition(-shares, count, axis=0)[:count]
    order = np.argsort(-np.take_along_axis(shares, chosen, axis=0), axis=0, kind="stable")
    return np.take_along_axis(chosen, order, axis=0)


@dataclass(frozen=True, eq=False)
class Linear:
    """One weight per gram and label, one constant per label."""

    labels: Labels
    vocabulary: Vocabulary
    weights: NDArray[np.float32]  # grams × labels
    constants: Array
    sharpness: float
    share: float = CUE_SHARE  # weight of the cue sheet beside the learned decision

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cues", CueSheet(self.labels))

    def rank(self, title: str, text: str) -> Ranked:
        """The three likeliest labels of a message, each with the words that led to it."""
        reading = read(title, text)
        places, values = self.vocabulary.located(reading)
        sheet: CueSheet = self._cues  # type: ignore[attr-defined]
        cues, words = sheet.scores(reading)
        rows = self.weights[places]
        decisions = values @ rows + self.constants + self.share * np.asarray(cues)
        chances = probabilities(decisions, self.sharpness)
        order = np.argsort(-chances, kind="stable")[:_RANKED]
        shares = rows[:, order] * values[:, None]
        largest = _largest(shares, 4 * _SHOWN_WORDS)
        names = self.labels.names
        return Ranked(
            tuple(
                Guess(
                    names[n],
                    round(float(chances[n]), 4),
                    self._said(words[n], places[largest[:, m]], shares[largest[:, m], m]),
                )
                for m, n in enumerate(order)
            )
        )

    def _said(
        self,
        cues: Sequence[tuple[float, str]],
        places: NDArray[np.int64],
        shares: Array,
    ) -> tuple[str, ...]:
        """Cues of the list first, then learned grams of two signs and more."""
        said = [cue for _, cue in cues[:_SHOWN_WORDS]]
        for place, share in zip(places.tolist(), shares.tolist(), strict=True):
            if len(said) == _SHOWN_WORDS or share <= 0:
                break
            gram = self.vocabulary.weights[place][0].removeprefix("~")
            if len(gram) > 1 and not any(gram in one for one in said):
                said.append(gram)
        return tuple(said)

    def packed(self) -> str:
        """The learned part as JSON; the list itself is kept by its version."""
        raw = zlib.compress(np.ascontiguousarray(self.weights, dtype="<f4").tobytes(), 6)
        return msgspec.json.encode(
            {
                "names": self.labels.names,
                "grams": [gram for gram, _ in self.vocabulary.weights],
                "idf": [round(weight, 6) for _, weight in self.vocabulary.weights],
                "weights": base64.b64encode(raw).decode(),
                "constants": [float(value) for value in self.constants],
                "sharpness": self.sharpness,
                "share": self.share,
            }
        ).decode()

    @classmethod
    def unpacked(cls, data: str, labels: Labels) -> Linear | None:
        """The inverse; None where the list has other labels than the model was trained for."""
        held = msgspec.json.decode(data)
        if tuple(held["names"]) != labels.names:
            return None
        raw = zlib.decompress(base64.b64decode(held["weights"]))
        weights = np.frombuffer(raw, dtype="<f4").reshape(-1, len(labels.names))
        return cls(
            labels=labels,
            vocabulary=Vocabulary(list(zip(held["grams"], held["idf"], strict=True))),
            weights=weights,
            constants=np.asarray(held["constants"], dtype=np.float64),
            sharpness=float(held["sharpness"]),
            share=float(held.get("share", CUE_SHARE)),
        )
