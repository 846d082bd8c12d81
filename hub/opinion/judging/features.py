"""A message as a classifier sees it: characters, pairs of them, words, and cues of a list.

The title counts twice; of a long text the beginning says what it is about. A message is read once
for all lists: its characters and pairs as whole numbers, which a vocabulary looks up all together.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, pairwise

import numpy as np
import rjieba
from numpy.typing import NDArray

from hub.catalogue.search.normalise import normalised
from hub.opinion.judging.taxonomy import Labels

__all__ = ["READ", "CueSheet", "Reading", "Vocabulary", "grams", "plain", "read"]

READ = 400  # characters of a text that are read
_TITLE_TWICE = 2
_MOST_GRAMS = 60_000
_CUES_READ = 1_000  # characters of a text that cues are looked for in
_SIGN = 21  # bits of a character


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


@dataclass(frozen=True, eq=False)
class Reading:
    """A message as it is judged: plain texts, numbers of its characters and pairs in order with
    how often each occurs, and how often each word does."""

    title: str
    text: str
    signs: NDArray[np.int64]
    counts: NDArray[np.int64]
    words: Counter[str]

    @cached_property
    def title_pairs(self) -> frozenset[str]:
        return frozenset(map("".join, pairwise(self.title)))

    @cached_property
    def text_pairs(self) -> frozenset[str]:
        return frozenset(map("".join, pairwise(self.text[:_CUES_READ])))


@lru_cache(4)
def read(title: str, text: str) -> Reading:
    """The same grams as `grams`, of texts as they came."""
    title, text = plain(title), plain(text)
    words: Counter[str] = Counter()
    parts = []
    for part, times in ((title, _TITLE_TWICE), (text[:READ], 1)):
        if part:
            parts += [_signs(part)] * times
            for word in rjieba.cut(part):
                if len(word) > 1:
                    words[word] += times
    together = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    signs, counts = np.unique(together, return_counts=True)
    return Reading(title, text, signs, counts, words)


def _signs(part: str) -> NDArray[np.int64]:
    """The number of each character, then of each pair."""
    codes = np.frombuffer(part.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    return np.concatenate([codes, ((codes[:-1] + 1) << _SIGN) | codes[1:]])


class Vocabulary:
    """Which grams count, and how much each says: TF-IDF with 1 + log(tf), of length 1."""

    def __init__(self, weights: Sequence[tuple[str, float]]) -> None:
        self.weights = tuple(weights)
        self._index = {gram: (n, weight) for n, (gram, weight) in enumerate(self.weights)}
        self._values = np.asarray([weight for _, weight in self.weights])
        short = [(_signs(gram)[-1], n) for n, (gram, _) in enumerate(self.weights) if len(gram) < 3]
        self._signs, self._places = np.asarray(sorted(short), dtype=np.int64).reshape(-1, 2).T

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

    def located(self, reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The same places and values, in another order, of a message that was read."""
        if not len(self._signs):
            found, counts = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        else:
            at = np.minimum(np.searchsorted(self._signs, reading.signs), len(self._signs) - 1)
            known = self._signs[at] == reading.signs
            found, counts = self._places[at[known]], reading.counts[known]
        words = [
            (held[0], count)
            for word, count in reading.words.items()
            if (held := self._index.get(f"~{word}")) is not None
        ]
        if words:
            more = np.asarray(words, dtype=np.int64)
            found = np.concatenate([found, more[:, 0]])
            counts = np.concatenate([counts, more[:, 1]])
        values = self._values[found] * (1 + np.log(counts))
        return found, values / (math.sqrt(float(values @ values)) or 1.0)


@dataclass(frozen=True, slots=True)
class _Cue:
    order: int
    cue: str
    weight: float
    places: tuple[int, ...]


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
        self._short: list[_Cue] = []
        self._by_pair: defaultdict[str, list[_Cue]] = defaultdict(list)
        for order, (cue, places) in enumerate(owners.items()):
            kept = _Cue(order, cue, math.sqrt(len(cue)) / len(places), tuple(places))
            (self._by_pair[cue[:2]] if len(cue) > 1 else self._short).append(kept)
        self._pairs = frozenset(self._by_pair)

    def scores(self, reading: Reading) -> tuple[list[float], list[list[tuple[float, str]]]]:
        """Per label its score and the cues found, the weightiest first."""
        totals = [0.0] * self._size
        words: list[list[tuple[float, str]]] = [[] for _ in range(self._size)]
        title, text = reading.title, reading.text[:_CUES_READ]
        for one in self._possible(reading):
            score = 2 * one.weight if one.cue in title else 0.0
            if one.cue in text:
                score += one.weight * (1 + math.log(text.count(one.cue))) / 2
            if score:
                for place in one.places:
                    totals[place] += score
                    words[place].append((score, one.cue))
        length = math.sqrt(sum(total * total for total in totals)) or 1.0
        return [total / length for total in totals], [sorted(w, reverse=True) for w in words]

    def _possible(self, reading: Reading) -> list[_Cue]:
        """Cues whose first two characters occur, and those of one character, in their order."""
        pairs = (self._pairs & reading.title_pairs) | (self._pairs & reading.text_pairs)
        found = [*self._short, *chain.from_iterable(self._by_pair[pair] for pair in pairs)]
        return sorted(found, key=lambda one: one.order)
