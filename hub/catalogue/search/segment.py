"""Words out of Chinese text, and the form in which the index takes them.

rjieba cuts for search: every dictionary word inside a longer one is a word as well, so that
公积金 finds 住房公积金. Its hidden Markov model is off: it invents words that a question cut alone
does not have. `words.txt` teaches it policy terms that its dictionary lacks.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

__all__ = ["FILLER", "STOP_WORDS", "Segmenter", "dictionary_digest", "segmenter"]

FILLER = "·"  # holds a position at which no word begins; the index's tokenizer drops it

_WORDS, _STOP = Path(__file__).with_name("words.txt"), Path(__file__).with_name("stop_words.txt")
_WORD = re.compile(r"[\w]")
_MOST_REMEMBERED = 200_000  # words; some twenty megabytes
_SHORT, _SHORT_REMEMBERED = 200, 512  # characters of a question or title; so many of them
_Piece = tuple[str, int, int]


def _terms(file: Path) -> list[str]:
    lines = file.read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


STOP_WORDS = frozenset(_terms(_STOP))


class _Telling(dict[str, bool]):
    """Whether a word says something; remembered, for texts repeat their words."""

    def __missing__(self, word: str) -> bool:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        told = self[word] = word not in STOP_WORDS and _WORD.match(word) is not None
        return told


class Segmenter:
    """Cuts texts that are normalised already. Safe to use from several threads."""

    def __init__(self, terms: Iterable[str]) -> None:
        # found when first needed: loading its dictionary would slow down every command
        self._jieba = importlib.import_module("rjieba").Jieba()
        for term in terms:
            self._jieba.add_word(term, None, None)
        self._telling = _Telling()
        # one question is cut several times on its way: for its places, its words, its phrases.
        # Many more than are on their way at once would be citizens' words that stay in memory.
        self._remembered = lru_cache(_SHORT_REMEMBERED)(self._cut)

    def pieces(self, text: str) -> Iterator[_Piece]:
        """(word, start, end) of every word that says something; inner words before outer ones."""
        cut = self._remembered if len(text) <= _SHORT else self._cut
        for piece in cut(text, "search"):
            if self._telling[piece[0]]:
                yield piece

    def words(self, text: str) -> list[str]:
        """The words of a question, each once, in their order."""
        return list(dict.fromkeys(word for word, _, _ in self.pieces(text)))

    def edges(self, text: str) -> frozenset[int]:
        """Where a word begins or ends when the text is cut into words that do not overlap."""
        pieces = self._remembered(text, "default")
        return frozenset(edge for _, start, end in pieces for edge in (start, end))

    def _cut(self, text: str, mode: str) -> Sequence[_Piece]:
        cut: Sequence[_Piece] = self._jieba.tokenize(text, mode, False)
        return cut

    def stream(self, text: str) -> str:
        """The words as the index takes them: one slot per character, joined by spaces.

        A word stands in the slot of its first character, so the position that the index counts is
        the place in the text, and a phrase is found however the words around it were cut. Of
        words that begin together the shortest has the slot; the others follow at the end, where
        they are found as words.
        """
        slots, others, telling = [FILLER] * len(text), [], self._telling
        for word, start, _ in self._jieba.tokenize(text, "search", False):
            if not telling[word]:
                continue
            if slots[start] is FILLER:
                slots[start] = word
            else:
                others.append(word)
        return " ".join([*slots, FILLER, *others])

    def phrase(self, text: str) -> list[tuple[int, str]]:
        """(place, word) of the words that have the slots in `stream`."""
        slots: dict[int, str] = {}
        for word, start, _ in self.pieces(text):
            slots.setdefault(start, word)
        return sorted(slots.items())


@cache
def segmenter() -> Segmenter:
    """The one of this process; its dictionary takes half a second to load."""
    return Segmenter(_terms(_WORDS))


@cache
def dictionary_digest() -> str:
    """What tells an index made with other terms from one made with these."""
    return hashlib.sha256("\n".join([*_terms(_WORDS), *sorted(STOP_WORDS)]).encode()).hexdigest()[
        :16
    ]
