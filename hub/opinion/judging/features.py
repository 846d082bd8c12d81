"""A message as a classifier sees it: characters, pairs of them, words, and cues of a list.

The title counts twice; of a long text the beginning says what it is about. Pure Python, so that
nothing heavy is loaded to judge one message.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, pairwise

import rjieba

from hub.catalogue.search.normalise import normalised
from hub.opinion.judging.taxonomy import Labels

__all__ = ["READ", "CueSheet", "Vocabulary", "grams", "plain"]

READ = 400  # characters of a text that are read
_TITLE_TWICE = 2
_MOST_GRAMS = 60_000
_CUES_READ = 1_000  # characters of a text that cues are looked for in


@lru_cache(8)
def plain(text: str) -> str:
    """One form of a text: compatibility characters, script, case and white space."""
    return "".join(normalised(text).split())


@lru_cache(4)
def grams(title: str, text: str) -> Counter[str]:
    """How often each character, pair and word occurs; words are marked with a tilde before them.

    `title` and `text` are plain. A message is read once for all the lists it is judged by, so
    nobody may change what is returned.
    """
    read = text[:READ]
    found: Counter[str] = Counter()
    for part, times in ((title, _TITLE_TWICE), (read, 1)):
        if part:
            pairs = map("".join, pairwise(part))
            words = (f"~{word}" for word in rjieba.cut(part) if len(word) > 1)
            for gram, count in Counter(chain(part, pairs, words)).items():
                found[gram] += count * times
    return found


class Vocabulary:
    """Which grams count, and how much each says: TF-IDF with 1 + log(tf), of length 1."""

    def __init__(self, weights: Sequence[tuple[str, float]]) -> None:
        self.weights = tuple(weights)
        self._index = {gram: (n, weight) for n, (gram, weight) in enumerate(self.weights)}

    @classmethod
    def learned(cls, documents: Iterable[Counter[str]]) -> Vocabulary:
        """From the documents themselves; no label is looked at."""
        counts: Counter[str] = Counter()
        total = 0
        for document in documents:
            counts.update(document.keys())
            total += 1
        kept = sorted(counts, key=lambda gram: (-counts[gram], gram))[:_MOST_GRAMS]
        return cls([(gram, 1 + math.log((1 + total) / (1 + counts[gram]))) for gram in kept])

    def __len__(self) -> int:
        return len(self.weights)

    def vector(self, document: Counter[str]) -> tuple[list[int], list[float]]:
        """Places and values of a document; a text of unknown signs has none."""
        places, values, squares = [], [], 0.0
        for gram, count in document.items():
            known = self._index.get(gram)
            if known is not None:
                value = known[1] * (1 + math.log(count))
                places.append(known[0])
                values.append(value)
                squares += value * value
        length = math.sqrt(squares) or 1.0
        return places, [value / length for value in values]


class CueSheet:
    """The cues of a list: how far each label is spoken for, as a vector of length 1, and by what.

    A long cue says more than a short one, one that stands for several labels less for each.
    """

    def __init__(self, labels: Labels) -> None:
        owners: dict[str, list[int]] = {}
        for number, label in enumerate(labels.labels):
            for cue in label.cues:
                owners.setdefault(plain(cue), []).append(number)
        self._size = len(labels.labels)
        self._cues = [
            (cue, math.sqrt(len(cue)) / len(places), tuple(places))
            for cue, places in owners.items()
        ]

    def scores(self, title: str, text: str) -> tuple[list[float], list[list[tuple[float, str]]]]:
        """Per label its score and the cues found, the weightiest first; both plain texts."""
        totals = [0.0] * self._size
        words: list[list[tuple[float, str]]] = [[] for _ in range(self._size)]
        text = text[:_CUES_READ]
        for cue, weight, places in self._cues:
            score = 2 * weight if cue in title else 0.0
            if cue in text:
                score += weight * (1 + math.log(text.count(cue))) / 2
            if score:
                for place in places:
                    totals[place] += score
                    words[place].append((score, cue))
        length = math.sqrt(sum(total * total for total in totals)) or 1.0
        return [total / length for total in totals], [sorted(w, reverse=True) for w in words]
