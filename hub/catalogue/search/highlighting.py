"""What of a found text is shown, and which of its characters matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hub.catalogue.search.models import Highlight
from hub.catalogue.search.normalise import folded

__all__ = ["Marker"]

_PASSAGE = 120  # characters shown of a body
_LEAD = 20  # of them before the first match
_LONGEST_SCAN = 60_000  # characters of a body that are looked through; the longest law has 53,649
_ENDS = re.compile(r"[。；！？\n]")

Span = tuple[int, int]


class Marker:
    """Marks what matches any of the words, in whatever script a text was typed."""

    def __init__(self, words: Iterable[str]) -> None:
        longest_first = sorted({word for word in words if word}, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(alternatives) if alternatives else None

    def whole(self, text: str) -> Highlight:
        """The whole text."""
        return Highlight(text=text, marks=tuple(_joined(self._spans(text))))

    def best_passage(self, text: str) -> Highlight:
        """The piece in which the most different words stand closest together; else the beginning.

        It starts after a full stop where one is near.
        """
        flat = text[:_LONGEST_SCAN]
        spans = self._spans(flat)
        start = _start_of(flat, _densest(flat, spans))
        piece = flat[start : start + _PASSAGE].replace("\n", " ")
        end = start + len(piece)
        inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
        return Highlight(text=piece, marks=tuple(_joined(inside)))

    def _spans(self, text: str) -> list[Span]:
        if self._pattern is None:
            return []
        return [match.span() for match in self._pattern.finditer(folded(text))]


def _densest(text: str, spans: Sequence[Span]) -> int:
    """Where the window that holds the most different matches begins; longer ones weigh more."""
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
    return where


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
