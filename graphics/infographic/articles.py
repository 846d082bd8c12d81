"""The text of a regulation or policy document in its parts, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphics.infographic.models import Reference

__all__ = ["Article", "Span", "articles_of", "clauses", "sentences"]

_NUMERALS = "一二三四五六七八九十百千零〇两"
_ARTICLE = re.compile(rf"^第[{_NUMERALS}]+条(?:之[{_NUMERALS}]+)?(?=[\s\u3000])")
_CHAPTER = re.compile(rf"^(?:#+\s*)?第[{_NUMERALS}]+[章节编][\s\u3000]*(?P<name>.*)$")
_HEADING = re.compile(rf"^(?:#+\s*)(?:[{_NUMERALS}]+、)?(?P<name>.+)$")
_TOPIC = re.compile(rf"^[{_NUMERALS}]+、(?P<name>[^。；：]{{2,30}})$")
_POINT = re.compile(rf"^(?P<number>（[{_NUMERALS}]+）|\d{{1,2}}[.．、])")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text: `text` is what stands from `start` on in the whole."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    def part(self, first: int, last: int) -> Span:
        """The characters `first:last` of this piece, without white space at its edges."""
        piece = self.text[first:last]
        lead = len(piece) - len(piece.lstrip())
        return Span(piece.strip(), self.start + first + lead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article (`number` 第八条), a point of a policy (（一）), or a paragraph (no number).

    `paragraphs` are without the number; `chapter` is the name of the chapter or heading above.
    """

    number: str
    chapter: str
    paragraphs: tuple[Span, ...]

    def ref(self, span: Span) -> Reference:
        return Reference(article=self.number[:60], start=span.start, end=span.end)

    @property
    def text(self) -> str:
        return "\n".join(span.text for span in self.paragraphs)


def articles_of(body: str) -> tuple[Article, ...]:
    """The articles of `body` in order; paragraphs after an article's first belong to it."""
    found: list[Article] = []
    chapter = ""
    has_articles = any(_ARTICLE.match(line.text) for line in _lines(body))
    for line in _lines(body):
        heading = _CHAPTER.match(line.text) or _HEADING.match(line.text) or _TOPIC.match(line.text)
        number = (_ARTICLE if has_articles else _POINT).match(line.text)
        if heading:
            chapter = re.sub(r"[\s\u3000]+", "", heading["name"])
        elif number:
            span = line.part(number.end(), len(line.text))
            label = number[0]
            found.append(Article(number=label, chapter=chapter, paragraphs=(span,)))
        elif found and found[-1].number and found[-1].chapter == chapter:
            last = found[-1]
            grown = (*last.paragraphs, line)
            found[-1] = Article(number=last.number, chapter=chapter, paragraphs=grown)
        else:
            found.append(Article(number="", chapter=chapter, paragraphs=(line,)))
    return tuple(found)


def sentences(span: Span) -> Iterator[Span]:
    """The sentences of a paragraph, with their full stops."""
    for match in re.finditer(r"[^。！？]+[。！？]?[”）]?", span.text):
        piece = span.part(match.start(), match.end())
        if piece.text:
            yield piece


def clauses(span: Span) -> Iterator[Span]:
    """What stands between commas, semicolons and colons, without them."""
    for match in re.finditer(r"[^，；：。！？]+", span.text):
        piece = span.part(match.start(), match.end())
        if piece.text:
            yield piece


def _lines(body: str) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]+", body):
        line = Span(body, 0).part(match.start(), match.end())
        if line.text:
            yield line
