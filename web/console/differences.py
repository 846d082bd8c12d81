"""Two texts side by side: which paragraphs changed, and within those which characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from rapidfuzz.distance import Indel

__all__ = ["Row", "Span", "compared"]

_LONGEST = 4_000  # characters of one paragraph that are compared one by one


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `changed`: it is on this side only."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of each text, None where there is none; `same` where nothing changed."""

    old: tuple[Span, ...] | None
    new: tuple[Span, ...] | None
    same: bool


def compared(old: str, new: str) -> list[Row]:
    """The paragraphs of both in their order, those that belong together in one row."""
    left, right = _paragraphs(old), _paragraphs(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    rows: list[Row] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            rows += [_same(text) for text in left[a:b]]
        else:
            rows += [_changed(*pair) for pair in zip_longest(left[a:b], right[c:d])]
    return rows


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _same(text: str) -> Row:
    spans = (Span(text, False),)
    return Row(spans, spans, True)


def _changed(old: str | None, new: str | None) -> Row:
    if old is None or new is None or max(len(old), len(new)) > _LONGEST:
        return Row(_whole(old), _whole(new), False)
    steps = list(Indel.opcodes(old, new))
    left = _spans(old, ((o.src_start, o.src_end, o.tag != "equal") for o in steps))
    right = _spans(new, ((o.dest_start, o.dest_end, o.tag != "equal") for o in steps))
    return Row(left, right, False)


def _whole(text: str | None) -> tuple[Span, ...] | None:
    return None if text is None else (Span(text, True),)


def _spans(text: str, ranges: Iterator[tuple[int, int, bool]]) -> tuple[Span, ...]:
    found: Sequence[Span] = [Span(text[a:b], changed) for a, b, changed in ranges if b > a]
    return tuple(found)
