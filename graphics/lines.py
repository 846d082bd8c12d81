"""Where a Chinese headline may break: balanced lines that do not part words.

The typesetter breaks between any two Chinese characters. A headline set in large type wants more:
lines of like length, no word parted, no line that begins with 的 or a closing bracket.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

__all__ = ["ways_to_break"]

_WORDS = Path(__file__).resolve().parent.parent / "templates" / "graphics" / "words.txt"
# 行首禁则 and 行尾禁则 (GB/T 15834-2011, 5.1): what may not begin and what may not end a line.
_NOT_FIRST = frozenset("，。、；：！？）》〉】〕”’…—·＋％%℃,.;:!?)]}")
_NOT_LAST = frozenset("（《〈【〔“‘([{")
_BAD_FIRST = frozenset("的和与及等第号条")
_COUNTED = frozenset("年月日号条个项")  # stay with the number before them
_NUMERALS = frozenset("〇一二三四五六七八九十百千万亿第")
_FORBIDDEN = 1000.0
_PARTS_A_WORD = 1.6  # more than a line twice as long as the others
_BAD_START = 0.8
_GOOD = -0.12
_BREAK_BEFORE = ("关于", "《", "实施", "印发", "推进", "促进", "加强", "进一步")
_BREAK_AFTER = frozenset("》，：；）和与及的")


def ways_to_break(text: str, most: int) -> tuple[tuple[str, ...], ...]:
    """`text` in one line, in two …, in at most `most` lines, each way the best of its kind.

    Ways that would break a rule are left out; a text of one line always is one way.
    """
    text = " ".join(text.split())
    costs = tuple(_cost(text, at) for at in range(len(text) + 1))
    edges = tuple(accumulate(map(_width, text), initial=0.0))
    found: list[tuple[str, ...]] = [(text,)]
    for count in range(2, min(most, len(text)) + 1):
        ends = _best_ends(edges, costs, count)
        if ends:
            lines = (text[start:end].strip() for start, end in pairwise((0, *ends)))
            found.append(tuple(lines))
    return tuple(found)


def _best_ends(edges: tuple[float, ...], costs: tuple[float, ...], count: int) -> tuple[int, ...]:
    """Where each of `count` lines ends so that the sum of unevenness and costs is least."""
    last, target = len(edges) - 1, edges[-1] / count
    best: list[dict[int, tuple[float, tuple[int, ...]]]] = [{0: (0.0, ())}]
    for line in range(1, count + 1):
        row: dict[int, tuple[float, tuple[int, ...]]] = {}
        for end in range(line, last + 1) if line < count else (last,):
            price = costs[end] if end < last else 0.0
            if price >= _FORBIDDEN:
                continue
            for start, (sofar, ends) in best[-1].items():
                if start >= end:
                    continue
                uneven = (edges[end] - edges[start]) / target - 1.0
                total = sofar + price + 4 * uneven * uneven
                if end not in row or total < row[end][0]:
                    row[end] = (total, (*ends, end))
        best.append(row)
    return best[-1].get(last, (0.0, ()))[1]


def _cost(text: str, at: int) -> float:
    """What it costs to begin a new line with `text[at]`."""
    if not 0 < at < len(text):
        return _FORBIDDEN
    before, after = text[:at].rstrip()[-1], text[at]
    if after.isspace() or after in _NOT_FIRST or before in _NOT_LAST:
        return _FORBIDDEN
    if text[at - 1] == before and (_latin(before) and (_latin(after) or after in _COUNTED)):
        return _FORBIDDEN
    cost = 0.0
    if before + after in _words() or (before in _NUMERALS and after in _NUMERALS):
        cost += _PARTS_A_WORD
    if after in _BAD_FIRST:
        cost += _BAD_START
    if before in _BREAK_AFTER or text.startswith(_BREAK_BEFORE, at):
        cost += _GOOD
    return cost


@cache
def _words() -> frozenset[str]:
    """Pairs of characters that belong together in the titles of official documents."""
    words = _WORDS.read_text(encoding="utf-8").split()
    return frozenset(a + b for word in words for a, b in pairwise(word))


def _latin(character: str) -> bool:
    return character.isascii() and not character.isspace()


def _width(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.56
