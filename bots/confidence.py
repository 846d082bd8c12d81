"""How sure an answer is, and from where on it is given: measured, not guessed.

`benchmarks/bench_answers.py` asks questions that the regulations answer and messages that they do
not, and prints what each threshold would do; docs/decisions has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

__all__ = ["CERTAIN", "LIKELY", "bigrams", "confidence", "weights_of"]

CERTAIN = 0.65  # from here on a passage is quoted as the answer
LIKELY = 0.45  # from here on items are offered as likely, below as the nearest there are

_MOST = 9.0  # weight of a word that one item in 8,000 has, or fewer
_ENOUGH = 2.5  # weight of a question that says something: less is a greeting or a stray word
_LEAST = 0.25  # of a word that every item has
_WORDS, _WORDING = 0.75, 0.25  # what is said, and whether in the same wording


def weights_of(words: Iterable[str], shares: Mapping[str, float]) -> dict[str, float]:
    """What each word tells: the rarer, the more; a single character tells half."""
    return {word: _rarity(shares[word]) * (0.5 if len(word) == 1 else 1.0) for word in words}


def _rarity(share: float) -> float:
    return max(_LEAST, min(_MOST, -math.log(share)))


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, without spaces and marks."""
    return frozenset(map("".join, pairwise(filter(str.isalnum, text))))


def confidence(said: float, total: float, question: frozenset[str], *texts: str) -> float:
    """From the weight that a passage says of the question's `total`, and how many of the
    question's pairs of characters are in one of the texts."""
    if not total:
        return 0.0
    # looked for one by one: a passage has ten times the pairs that a question has
    bare = " ".join("".join(filter(str.isalnum, text)) for text in texts)
    wording = sum(pair in bare for pair in question) / len(question) if question else 0.0
    return min(1.0, total / _ENOUGH) * min(1.0, _WORDS * said / total + _WORDING * wording)
