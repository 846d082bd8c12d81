"""The passages of a published text, and which of them says what a question asks.

A passage is an article (第…条), or a few paragraphs of a long one or of a text without articles. A
quotation is a piece of the text as it stands, never put together.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bots.aspects import Aspect, is_boilerplate
from hub.catalogue.search.normalise import folded

__all__ = ["Passages", "Weighed", "article_of", "quoted", "split", "weigh"]

_LONGEST_TEXT = 80_000  # characters of a body that are looked through; the longest law has 53,649
_FILLED = 280  # characters after which paragraphs make a passage, also within an article
_LONGEST_ARTICLE = 4_000  # characters before a passage in which its article's number is looked for
_QUOTE = 240  # characters of a quotation
_SHORTEST_QUOTE = 12
_LENGTH = 0.05  # what each _FILLED characters more take away
_TITLE = 0.8  # a word that only the title says counts so much
_ASPECT, _BOILER = 0.25, 0.8  # for telling what is asked, and for being in every law
_NEARLY, _COMPARED = 0.8, 100  # passages that are looked at so closely: nearly the best, so many
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,7}条")
_SENTENCE_END = re.compile(r"(?<=[。；！？\n])")


@dataclass(frozen=True, slots=True)
class Passages:
    """`spans` are (start, end) of the passages in the text; `flat` is the text in the form that
    questions have, character for character."""

    flat: str
    spans: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A passage, and which of the question's words it and its title have."""

    start: int
    end: int
    words: frozenset[str]


def split(body: str) -> Passages:
    """The passages of a body; headings (`## `) part them and are in none."""
    text = body[:_LONGEST_TEXT]
    spans = tuple(_spans(text))
    return Passages(folded(text), spans, tuple(start for start, _ in spans))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begun, end = -1, 0
    for start, stop in _paragraphs(text):
        heading = text.startswith("#", start)
        full = begun >= 0 and end - begun >= _FILLED
        if begun >= 0 and (heading or full or _ARTICLE.match(text, start)):
            yield begun, end
            begun = -1
        if heading:
            continue
        begun, end = start if begun < 0 else begun, stop
    if begun >= 0:
        yield begun, end


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        if bare := line.strip():
            start = at + line.index(bare[0])
            yield start, start + len(bare)
        at += len(line) + 1


def weigh(
    passages: Passages,
    weights: Mapping[str, float],
    given: frozenset[str],
    aspect: Aspect | None = None,
) -> Weighed | None:
    """The passage that says most of the words; `given` are words that its title says already, and
    `aspect` is how a passage tells what is asked about them.

    Of passages that say the same the shortest, then the first.
    """
    inside = _found(passages, weights)
    if not inside or not any(weights.values()):
        return None
    base = {word for word in given if word in weights}
    titled = _TITLE * sum(weights[word] for word in base)
    # what a word adds to a title that says it already, where the passage says it as well
    adds = {word: told * (1.0 - _TITLE if word in base else 1.0) for word, told in weights.items()}

    def value(place: int) -> tuple[float, int, int]:
        start, end = passages.spans[place]
        said = titled + sum([adds[word] for word in inside[place]])
        longer = max(0.0, (end - start) / _FILLED - 1.0)  # says more of anything
        return said / (1.0 + _LENGTH * longer), start - end, -place

    def suited(place: int) -> tuple[float, int, int]:
        told, shorter, earlier = values[place]
        text = passages.flat[slice(*passages.spans[place])]
        told *= 1.0 + (_ASPECT if aspect is not None and aspect.search(text) else 0.0)
        return (told * (_BOILER if is_boilerplate(text) else 1.0), shorter, earlier)

    values = [value(place) for place in range(len(inside))]
    least = max(values)[0] * _NEARLY
    near = [place for place, told in enumerate(values) if told[0] >= least][:_COMPARED]
    best = max(near, key=suited)
    start, end = passages.spans[best]
    return Weighed(start, end, frozenset(inside[best] | base))


def _found(passages: Passages, words: Iterable[str]) -> list[set[str]]:
    """Of each passage the words that are in it."""
    inside: list[set[str]] = [set() for _ in passages.spans]
    for word in words:
        at = passages.flat.find(word)
        while at >= 0:
            place = bisect_right(passages.starts, at) - 1
            if place >= 0 and at < passages.spans[place][1]:
                inside[place].add(word)
                at = passages.flat.find(word, passages.spans[place][1])  # once is enough
            else:
                at = passages.flat.find(word, at + 1)
    return inside


def quoted(body: str, start: int, end: int, words: Sequence[str]) -> str:
    """A piece of body[start:end] of at most some 240 characters that says most of the words: a
    whole passage where it is short, else the sentences around; an article keeps its number."""
    text = body[start:end]
    if len(text) <= _QUOTE:
        return text
    flat, ends = folded(text), [0]
    for sentence in _SENTENCE_END.split(text):
        ends.append(ends[-1] + len(sentence))
    best, chosen = -1.0, (0, _QUOTE)
    for first in range(len(ends) - 1):
        last = max(
            (n for n in range(first + 1, len(ends)) if ends[n] - ends[first] <= _QUOTE),
            default=first + 1,
        )
        piece = flat[ends[first] : ends[last]]
        said = sum(len(word) for word in words if word in piece) - 0.001 * first
        if said > best and len(piece) >= _SHORTEST_QUOTE:
            best, chosen = said, (ends[first], min(ends[last], ends[first] + _QUOTE))
    return text[chosen[0] : chosen[1]].strip()


def article_of(body: str, start: int) -> str:
    """第十二条, where the passage that begins there is an article or a part of one."""
    at = start
    while at >= 0:
        if found := _ARTICLE.match(body, at):
            return found[0]
        line = body.rfind("\n", 0, at) + 1
        if body.startswith("#", line) or start - at > _LONGEST_ARTICLE:
            return ""
        at = line if line < at else _line_before(body, line)
    return ""


def _line_before(body: str, line: int) -> int:
    """Where the line before the one that begins at `line` begins; -1 before the first."""
    return body.rfind("\n", 0, line - 1) + 1 if line > 0 else -1
