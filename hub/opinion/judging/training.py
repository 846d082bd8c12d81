"""Training and evaluating a classifier with scikit-learn; imported only by who trains.

The rows of a list (its cues and invented sentences) are trained on beside the labelled messages,
and alone where there are none. Evaluation is by cross-validation: nothing is judged by a model
that has seen its label. The vocabulary's weights use the texts of all folds, no labels.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from hub.opinion.judging.features import CueSheet, Vocabulary, grams, read
from hub.opinion.judging.model import CUE_SHARE, Linear, probabilities
from hub.opinion.judging.models import AUTOMATIC_FROM, Evaluation, Field, Scores
from hub.opinion.judging.ports import Labelled
from hub.opinion.judging.taxonomy import Labels

__all__ = ["FOLDS", "evaluate", "train", "unpacked"]

FOLDS = 5
_SEED = 20261129
_CUE_WEIGHT = 0.3  # a cue is a word, not a message
# C of the support vector machine up to so many labels; with more of them the sum of losses grows,
# and C falls so that it weighs the same beside the size of the weights
_PENALTY, _PENALTY_TO = 1.0, 300
_ENOUGH = 10  # labelled texts per label from which confidence is measured on them
# Without labels: a list's own sentences are easier than messages, what is measured on them promises
# too much. With this, seven of ten are sure and the sure ones right about nine times of ten.
_COLD_SHARPNESS = 2.5
_SHARPNESSES = tuple(0.5 * 1.15**n for n in range(30))
_SHARES = (1.0, 0.5, 0.25, 0.0)  # of the cue sheet; the words of a list count less beside labels

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Texts as the machine takes them: sparse vectors, cue scores, label numbers, weights."""

    vectors: csr_matrix
    cues: Array
    answers: NDArray[np.int64]
    weights: Array


class _Bench:
    """A list's own rows and the labelled messages in one vocabulary."""

    def __init__(self, labels: Labels, texts: Sequence[Labelled]) -> None:
        self.labels = labels
        sheet = CueSheet(labels)
        own, weights = _own_rows(labels)
        readings = [read(one.title, one.text) for one in (*own, *texts)]
        documents = [grams(one.title, one.text) for one in readings]
        self.vocabulary = Vocabulary.learned(documents)
        known = [n for n, one in enumerate((*own, *texts)) if one.label]
        everything = self._rows(
            [documents[n] for n in known],
            np.asarray([sheet.scores(readings[n])[0] for n in known]),
            [(*own, *texts)[n].label for n in known],
        )
        size = len(own)
        self.base = _part(everything, np.arange(size), np.asarray(weights))
        rest = np.arange(size, len(known))
        self.given = _part(everything, rest, np.ones(len(rest)))

    def _rows(
        self, documents: Sequence[Counter[str]], cues: Array, answers: Sequence[str]
    ) -> _Rows:
        places: list[int] = []
        values: list[float] = []
        starts = [0]
        for document in documents:
            own, held = self.vocabulary.vector(document)
            places += own
            values += held
            starts.append(len(places))
        shape = (len(documents), len(self.vocabulary))
        names = self.labels.names
        return _Rows(
            vectors=csr_matrix((values, places, starts), shape=shape),
            cues=cues,
            answers=np.asarray([names.index(one) for one in answers]),
            weights=np.ones(len(documents)),
        )


def _part(rows: _Rows, which: NDArray[np.int64], weights: Array) -> _Rows:
    return _Rows(rows.vectors[which], rows.cues[which], rows.answers[which], weights)


def _own_rows(labels: Labels) -> tuple[list[Labelled], list[float]]:
    rows = [
        (Labelled("", text, label.name), weight)
        for label in labels.labels
        for texts, weight in ((label.examples, 1.0), (label.cues, _CUE_WEIGHT))
        for text in texts
    ]
    return [row for row, _ in rows], [weight for _, weight in rows]


def train(labels: Labels, texts: Sequence[Labelled] = ()) -> Linear:
    """A classifier for `labels` from its own words and the labelled among `texts`.

    Blocks for seconds; call it in a thread. Raises ValueError for a label that is not in the list.
    """
    bench = _Bench(labels, texts)
    fitted = _fitted(bench.base, bench.given)
    share, sharpness = _settings(bench)
    return Linear(
        labels=labels,
        vocabulary=bench.vocabulary,
        weights=fitted.coef_.T.astype(np.float32),
        constants=np.asarray(fitted.intercept_, dtype=np.float64),
        sharpness=sharpness,
        share=share,
    )


def _settings(bench: _Bench) -> tuple[float, float]:
    """Share of the cues and sharpness, found on the labelled messages where there are enough."""
    if len(bench.given.answers) < _ENOUGH * len(bench.labels.names):
        return CUE_SHARE, _COLD_SHARPNESS
    learned, _ = _unseen(bench)
    return _calibrated(learned, bench.given.cues, bench.given.answers)


def evaluate(
    field: Field, labels: Labels, texts: Sequence[Labelled], *, seed: int = _SEED
) -> Evaluation:
    """How good `labels` are told on labelled texts, with the other folds' labels and with none.

    What calibration sets is set for each fold from the other folds alone. `seed` deals the folds.
    Blocks for seconds. Needs at least two texts per fold.
    """
    started = time.perf_counter()
    bench = _Bench(labels, texts)
    learned, fold_of = _unseen(bench, seed)
    answers, cues = bench.given.answers, bench.given.cues
    enough = len(answers) >= _ENOUGH * len(labels.names)
    chances = np.zeros_like(learned)
    for fold in range(FOLDS):
        rest, own = fold_of != fold, fold_of == fold
        share = CUE_SHARE
        if enough:
            share, sharp = _calibrated(learned[rest], cues[rest], answers[rest])
        else:
            sharp = _sharp(learned[rest] + share * cues[rest], answers[rest])[1]
        chances[own] = probabilities(learned[own] + share * cues[own], sharp)
    cold = _learned(_fitted(bench.base), bench.given) + CUE_SHARE * cues
    names = labels.names
    return Evaluation(
        field=field,
        labels=len(answers),
        folds=FOLDS,
        trained=_scores(chances, answers, names),
        cold=_scores(probabilities(cold, _COLD_SHARPNESS), bench.given.answers, names),
        seconds=round(time.perf_counter() - started, 2),
    )


def unpacked(data: str, labels: Labels) -> Linear | None:
    """A model as it was kept; see `Linear.unpacked`."""
    return Linear.unpacked(data, labels)


def _unseen(bench: _Bench, seed: int = _SEED) -> tuple[Array, NDArray[np.int64]]:
    """What a machine trained without it has learned to say of every labelled text, and the text's
    fold; the cue sheet is not counted in."""
    rows = bench.given
    fold_of = _folds(rows.answers, seed)
    decisions = np.zeros((len(rows.answers), len(bench.labels.names)))
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        if len(outside):
            fitted = _fitted(bench.base, _part(rows, inside, rows.weights[inside]))
            decisions[outside] = _learned(fitted, _part(rows, outside, rows.weights[outside]))
    return decisions, fold_of


def _folds(answers: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """The fold of each text: every label is dealt out evenly, always in the same way."""
    dealt = random.Random(seed)  # noqa: S311 - no secret: folds have to be the same each time
    fold_of = np.zeros(len(answers), dtype=np.int64)
    turn = 0
    for label in sorted(set(answers.tolist())):
        own = np.flatnonzero(answers == label).tolist()
        dealt.shuffle(own)
        for place in own:
            fold_of[place] = turn % FOLDS
            turn += 1
    return fold_of


def _fitted(base: _Rows, given: _Rows | None = None) -> LinearSVC:
    parts = [base] if given is None or not len(given.answers) else [base, given]
    labelled = 0 if given is None else len(given.answers)
    penalty = _PENALTY * min(1.0, _PENALTY_TO / max(1, labelled))
    machine = LinearSVC(C=penalty, class_weight="balanced", random_state=0, max_iter=20_000)
    machine.fit(
        vstack([part.vectors for part in parts]),
        np.concatenate([part.answers for part in parts]),
        sample_weight=np.concatenate([part.weights for part in parts]),
    )
    return machine


def _learned(fitted: LinearSVC, rows: _Rows) -> Array:
    return np.asarray(fitted.decision_function(rows.vectors), dtype=np.float64)


def _calibrated(learned: Array, cues: Array, answers: NDArray[np.int64]) -> tuple[float, float]:
    """The share of the cues and the sharpness under which the true labels were likeliest."""
    found = [(*_sharp(learned + share * cues, answers), share) for share in _SHARES]
    _, sharpness, share = min(found, key=lambda one: one[0])
    return share, sharpness


def _sharp(decisions: Array, answers: NDArray[np.int64]) -> tuple[float, float]:
    """The least loss and the sharpness that has it (temperature scaling)."""

    def loss(sharpness: float) -> float:
        chances = probabilities(decisions, sharpness)[np.arange(len(answers)), answers]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    least, best = min((loss(sharpness), sharpness) for sharpness in _SHARPNESSES)
    return least, round(best, 4)


def _scores(chances: Array, answers: NDArray[np.int64], names: Sequence[str]) -> Scores:
    guesses = chances.argmax(axis=1)
    present = sorted(set(answers.tolist()))
    each = {names[n]: round(_f1(guesses, answers, n), 4) for n in present}
    sure = chances.max(axis=1) >= AUTOMATIC_FROM
    top = np.argsort(-chances, axis=1)[:, :3]
    common = max(present, key=lambda n: int((answers == n).sum()))
    share = float((answers == common).mean())
    return Scores(
        texts=len(answers),
        accuracy=round(float((guesses == answers).mean()), 4),
        macro_f1=round(sum(each.values()) / len(each), 4),
        top_three=round(float((top == answers[:, None]).any(axis=1).mean()), 4),
        sure=round(float(sure.mean()), 4),
        sure_right=round(float((guesses == answers)[sure].mean()) if sure.any() else 0.0, 4),
        majority=round(share, 4),
        majority_f1=round(2 * share / (1 + share) / len(present), 4),
        per_label=each,
    )


def _f1(guesses: NDArray[np.int64], answers: NDArray[np.int64], label: int) -> float:
    hits = int(((guesses == label) & (answers == label)).sum())
    named = int((guesses == label).sum()) + int((answers == label).sum())
    return 2 * hits / named if named else 0.0
