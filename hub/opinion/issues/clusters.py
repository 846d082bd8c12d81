"""Grouping signals into issues as they come, each once (single pass).

A message is the pairs and triples of signs of its title (twice) and the beginning of its text,
weighted by rarity; it joins the issue whose centre is most alike (cosine), or begins one. Centres
keep their weightiest terms only, and only issues of the last months are compared: a message costs
the same however many are stored.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from hub.opinion.issues.near import bare
from hub.opinion.issues.pieces import Pieces, pairs_of, text_of, triples_of

__all__ = ["ALIKE", "Clusters", "Terms", "cosine"]

ALIKE = 0.13  # cosine from which a message joins an issue
_TEXT = 200  # signs of the text that are read
_TERMS = 48  # terms of a message
_CENTRE = 160  # terms of a centre
# as if so many messages without the term had been seen: with few real ones, what two share would
# look common and what one has alone rare
_UNSEEN = 500
_MOST_ISSUES = 5_000
_MOST_HOLDERS = 200  # issues under one term; a term of more says nothing

Terms = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Own:
    """A message's pieces, each once, and how often each occurs."""

    pieces: Pieces
    counts: NDArray[np.int64]


class Clusters:
    """Centres of issues by id. `alike` is the threshold."""

    def __init__(self, alike: float = ALIKE) -> None:
        self._alike = alike
        self._counts: Counter[int] = Counter()
        self._documents = 0
        self._centres: OrderedDict[str, dict[str, float]] = OrderedDict()
        self._lengths: dict[str, float] = {}
        self._holders: dict[str, dict[str, float]] = {}

    def __len__(self) -> int:
        return len(self._centres)

    def learn(self, texts: Iterable[tuple[str, str]]) -> None:
        """Count terms of (title, text) that were placed before, for their rarity."""
        for title, text in texts:
            self._count(_pieces(bare(title), bare(text)))

    def load(self, issue_id: str, terms: Terms) -> None:
        """A centre as it was kept."""
        self._put(issue_id, dict(terms))

    def centre(self, issue_id: str) -> Terms:
        return self._centres.get(issue_id, {})

    def terms(self, title: str, text: str) -> dict[str, float]:
        """The message as weighted terms of length 1, counted for rarity."""
        return self.terms_bare(bare(title), bare(text))

    def terms_bare(self, title: str, text: str) -> dict[str, float]:
        """The same of texts that `bare` has been through."""
        own = _pieces(title, text)
        self._count(own)
        known = list(map(self._counts.get, own.pieces.tolist(), repeat(0)))
        rarity = np.log((_UNSEEN + self._documents) / (1 + np.asarray(known, dtype=np.float64)))
        weights = (1 + np.log(own.counts)) * rarity
        best = np.lexsort((own.pieces, weights))[::-1][:_TERMS]
        length = math.sqrt(float(weights[best] @ weights[best])) or 1.0
        pairs = zip(own.pieces[best].tolist(), (weights[best] / length).tolist(), strict=True)
        return {text_of(piece): weight for piece, weight in pairs}

    def nearest(self, terms: Terms) -> tuple[str, float]:
        """The issue most like `terms` and how much; empty below the threshold."""
        dots: defaultdict[str, float] = defaultdict(float)
        for piece, weight in terms.items():
            holders = self._holders.get(piece)
            if holders is None or len(holders) > _MOST_HOLDERS:
                continue
            for holder, its in holders.items():
                dots[holder] += weight * its
        found, best = "", self._alike
        for holder, dot in dots.items():
            alike = dot / self._lengths[holder]
            if alike > best or (alike == best and holder < found):
                found, best = holder, alike
        return (found, best) if found else ("", 0.0)

    def join(self, issue_id: str, terms: Terms) -> None:
        """The issue's centre moves towards a message of it; a new one begins with it."""
        centre = dict(self._centres.get(issue_id, {}))
        for piece, weight in terms.items():
            centre[piece] = centre.get(piece, 0.0) + weight
        self._put(issue_id, centre)
        if len(self._centres) > _MOST_ISSUES:
            self.drop(next(iter(self._centres)))

    def drop(self, issue_id: str) -> None:
        """Compare with this one no more."""
        for piece in self._centres.pop(issue_id, {}):
            self._let_go(piece, issue_id)
        self._lengths.pop(issue_id, None)

    def _put(self, issue_id: str, centre: dict[str, float]) -> None:
        if len(centre) > _CENTRE:
            kept = heapq.nlargest(_CENTRE, centre.items(), key=lambda one: (one[1], one[0]))
            centre = dict(kept)
        old = self._centres.get(issue_id, {})
        for piece in old.keys() - centre.keys():
            self._let_go(piece, issue_id)
        for piece, weight in centre.items():
            self._holders.setdefault(piece, {})[issue_id] = weight
        self._centres[issue_id] = centre
        self._centres.move_to_end(issue_id)
        self._lengths[issue_id] = math.sqrt(sum(w * w for w in centre.values())) or 1.0

    def _let_go(self, piece: str, issue_id: str) -> None:
        holders = self._holders[piece]
        del holders[issue_id]
        if not holders:
            del self._holders[piece]

    def _count(self, own: _Own) -> None:
        self._counts.update(own.pieces.tolist())
        self._documents += 1


def cosine(one: Terms, other: Terms) -> float:
    """How alike two centres are, 0 to 1."""
    dot = sum(weight * other[piece] for piece, weight in one.items() if piece in other)
    lengths = (math.sqrt(sum(w * w for w in terms.values())) for terms in (one, other))
    return dot / (math.prod(lengths) or 1.0)


def _pieces(title: str, text: str) -> _Own:
    parts: list[Pieces] = []
    for part, times in ((title, 2), (text[:_TEXT], 1)):
        parts += [pairs_of(part), triples_of(part)] * times
    return _Own(*np.unique(np.concatenate(parts), return_counts=True))
