"""What of a found text is shown, and which of its characters matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hub.catalogue.search.models import Highlight
from hub.catalogue.search.normalise import folded

__all__ = ["Marker"]

_PASSAGE = 120  # characters shown of a body
_LEAD = 20  # of them before the first match
_LONGEST_SCAN = 60_000  # characters of a body that are looked through; the longest law has 53,649
_OCCURRENCES = 200  # of a word in a long file that are looked at
_AROUND = 600  # characters of a long file before and after its best place
_ENDS = re.compile(r"[。；！？\n]")

Span = tuple[int, int]


class Marker:
    """Marks what matches any of the words, in whatever script a text was typed."""

    def __init__(self, words: Iterable[str]) -> None:
        longest_first = sorted({word for word in words if word}, key=len, reverse=True)
        self._words = longest_first
        alternatives = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(alternatives) if alternatives else None

    def whole(self, text: str) -> Highlight:
        """The whole text."""
        return Highlight(text=text, marks=tuple(_joined(self._spans(text))))

    def best_passage(self, text: str) -> Highlight:
        """The piece in which the most different words stand closest together; else the beginning.

        It starts after a full stop where one is near.
        """
        return self._weighed(text[:_LONGEST_SCAN])[1]

    def passage_of(self, own: str, files: Iterable[tuple[str, str, str]]) -> Highlight:
        """The best passage of an item's own text, or of that file which has a better one.

        `files` are (SHA-256, name, text), a text of up to two million characters: of a long one
        only the surroundings of its best place are read closely.
        """
        most, best = self._weighed(own[:_LONGEST_SCAN])
        for sha256, name, text in files:
            weight, found = self._weighed(self._surroundings(text))
            if weight > most:
                most, best = weight, replace(found, file=sha256, file_name=name)
        return best

    def lacks_any(self, text: str, words: Iterable[str]) -> bool:
        """Whether a text is without one of the words."""
        plain = folded(text[:_LONGEST_SCAN])
        return any(word not in plain for word in words)

    def _weighed(self, flat: str) -> tuple[int, Highlight]:
        spans = self._spans(flat)
        weight, where = _densest(flat, spans)
        start = _start_of(flat, where)
        piece = flat[start : start + _PASSAGE].replace("\n", " ")
        end = start + len(piece)
        inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
        return weight, Highlight(text=piece, marks=tuple(_joined(inside)))

    def _surroundings(self, text: str) -> str:
        """The part of a long text that matters, found without bringing all of it into one form."""
        if len(text) <= _LONGEST_SCAN:
            return text
        small = text.lower()
        spans = sorted(span for word in self._words for span in _places(small, word))
        if not spans:
            return text[:_LONGEST_SCAN]
        start = max(0, _densest(small, spans)[1] - _AROUND)
        return text[start : start + 2 * _AROUND]

    def _spans(self, text: str) -> list[Span]:
        if self._pattern is None:
            return []
        return [match.span() for match in self._pattern.finditer(folded(text))]


def _places(text: str, word: str) -> Iterator[Span]:
    at = text.find(word)
    for _ in range(_OCCURRENCES):
        if at < 0:
            return
        yield at, at + len(word)
        at = text.find(word, at + len(word))


def _densest(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    """The weight of the window that holds the most different matches, and where it begins; longer
    matches weigh more."""
    best, where, first = 0, 0, 0
    inside: dict[str, int] = {}
    weight = 0
    for start, end in spans:
        word = text[start:end]
        inside[word] = inside.get(word, 0) + 1
        weight += len(word) if inside[word] == 1 else 0
        while spans[first][0] < end - _PASSAGE + _LEAD:
            gone = text[slice(*spans[first])]
            inside[gone] -= 1
            weight -= len(gone) if inside[gone] == 0 else 0
            first += 1
        if weight > best:
            best, where = weight, spans[first][0]
    return best, where


def _start_of(text: str, match: int) -> int:
    """A little before the match: after the last full stop there, or a few characters."""
    earliest = max(0, match - _LEAD)
    ends = [found.end() for found in _ENDS.finditer(text, earliest, match)]
    return ends[-1] if ends else earliest


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans that touch, as one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
