"""Making a text shorter without lying: at a boundary, visibly, or not at all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise

__all__ = ["ELLIPSIS", "pieces_of", "short_titles", "shorten"]

ELLIPSIS = "……"
_SENTENCE_ENDS = frozenset("。！？；!?;\n")
_PHRASE_ENDS = frozenset("，、：,: \u3000")
_OPENING, _CLOSING = "《〈（(“‘「『〔【[", "》〉）)”’」』〕】]"
_TRAILING = "，、；：。,;: \u3000\n"
# 《国家行政机关公文处理办法》's form of a title: 发文机关 + 关于 + 事由 + 的 + 文种.
_ISSUER = re.compile(r"^[^《》（）]{2,}?(?=关于)")
_FORWARDED = re.compile(r"^.*?(?:印发|公布|发布|批转|转发)(《.+》)的(?:通知|公告|决定|令)$")


def short_titles(title: str) -> Iterator[str]:
    """The title, then the shorter forms that official usage knows; nothing is ever cut.

    First without the issuing body before 关于, then only the 《document》 that is passed on.
    """
    yield title
    without_issuer = _ISSUER.sub("", title)
    if without_issuer != title:
        yield without_issuer
    if passed_on := _FORWARDED.match(title):
        yield passed_on[1]


def shorten(text: str, fits: Callable[[str], bool]) -> str | None:
    """The longest beginning of `text` that fits, ended by 「……」 at a boundary.

    The end of a sentence is preferred to that of a phrase unless half the room were lost.
    Returns the text itself where it fits, "" where no beginning does, None where not even "".
    """
    if fits(text):
        return text
    sentences, phrases = _boundaries(text)
    by_sentence = _longest(text, sentences, fits)
    by_phrase = _longest(text, sorted({*sentences, *phrases}), fits)
    if 2 * by_sentence >= by_phrase:
        by_phrase = by_sentence
    if by_phrase:
        return _ended(text, by_phrase)
    return "" if fits("") else None


def pieces_of(text: str) -> tuple[str, ...]:
    """`text` parted after sentences, and after phrases where a sentence has several."""
    sentences, phrases = _boundaries(text)
    ends = sorted({0, *sentences, *phrases, len(text)})
    return tuple(text[start:end] for start, end in pairwise(ends))


def _ended(text: str, end: int) -> str:
    return text[:end].rstrip(_TRAILING) + ELLIPSIS


def _longest(text: str, ends: list[int], fits: Callable[[str], bool]) -> int:
    """The last of `ends` at which the shortened text fits, 0 if none; fitting is monotone."""
    usable = [end for end in ends if text[:end].strip(_TRAILING)]
    index = bisect_right(usable, 0, key=lambda end: 0 if fits(_ended(text, end)) else 1)
    return usable[index - 1] if index else 0


def _boundaries(text: str) -> tuple[list[int], list[int]]:
    """Where sentences and phrases end: positions in `text`, none of them inside brackets."""
    sentences: list[int] = []
    phrases: list[int] = []
    for position, (character, depth) in enumerate(zip(text, _depths(text), strict=True), start=1):
        if character == "\n" or (character in _SENTENCE_ENDS and depth == 0):
            sentences.append(position)
        elif character in _PHRASE_ENDS and depth == 0:
            phrases.append(position)
    return sentences, phrases


def _depths(text: str) -> list[int]:
    """How many brackets are open at each character, counting only those that are closed too."""
    change = [0] * (len(text) + 1)
    opened: list[int] = []
    for position, character in enumerate(text):
        if character in _OPENING:
            opened.append(position)
        elif character in _CLOSING and opened:
            change[opened.pop()] += 1
            change[position] -= 1
    return list(accumulate(change))[:-1]
