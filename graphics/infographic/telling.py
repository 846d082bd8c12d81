"""An infographic in words: Markdown and plain text in the picture's order, and alt texts.

Who cannot see the pictures gets everything that stands on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from graphics.infographic.arranging import blocks_of, heading_of
from graphics.infographic.lines import FORMS, Kind, Line, lines_of
from graphics.infographic.models import (
    Answers,
    Chart,
    Comparison,
    Contact,
    Figures,
    InfographicSpec,
    Measures,
    Section,
    Steps,
    Timeline,
)

__all__ = ["ALT_LENGTH", "alt_text", "markdown", "plain_text"]

ALT_LENGTH = 1000  # characters; Weibo and Mastodon take no more than 1,000 and 1,500
_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")  # every sign that CommonMark lets be escaped
_PLAIN_PUNCTUATION = frozenset(",.%:;/()?'\"")  # of those, the ones that mean nothing by themselves
_BEFORE = {
    Kind.TITLE: "# ",
    Kind.HEADING: "## ",
    Kind.SUBHEADING: "### ",
    Kind.ITEM: "- ",
    Kind.QUOTE: "> ",
}
_LISTED = frozenset({Kind.ITEM, Kind.NUMBERED, Kind.ROW})


def markdown(spec: InfographicSpec) -> str:
    """The whole infographic as Markdown (CommonMark with tables); texts never act as markup."""
    lines = list(_lines(spec, range(blocks_of(spec))))
    parts = [_marked(lines[0], first_row=True)]
    for before, line in pairwise(lines):
        together = line.kind == before.kind and line.kind in _LISTED
        first_row = line.kind is Kind.ROW and before.kind is not Kind.ROW
        parts.append(("\n" if together else "\n\n") + _marked(line, first_row=first_row))
    return "".join(parts) + "\n"


def plain_text(spec: InfographicSpec, blocks: Iterable[int] | None = None) -> str:
    """The infographic, or some of its blocks, as plain text: a line per item."""
    wanted = range(blocks_of(spec)) if blocks is None else blocks
    return "".join(f"{_plain(line)}\n" for line in _lines(spec, wanted))


def alt_text(spec: InfographicSpec, blocks: Iterable[int]) -> str:
    """What a picture of some blocks shows, in one line of at most ALT_LENGTH characters.

    All of its text where that fits; else its headings and the names of its items, with the hint
    that the text version has the rest.
    """
    wanted = tuple(blocks)
    whole = "　".join(map(_plain, _lines(spec, wanted)))
    if len(whole) <= ALT_LENGTH:
        return whole
    hint = "。全文见文字版。"
    outline = "；".join(filter(None, (_outline(spec, block) for block in wanted)))
    return outline[: ALT_LENGTH - len(hint)] + hint


def _lines(spec: InfographicSpec, blocks: Iterable[int]) -> Iterator[Line]:
    return (line for block in blocks for line in lines_of(spec, block))


def _plain(line: Line) -> str:
    match line.kind:
        case Kind.ROW:
            return "　".join(line.cells)
        case Kind.LINK:
            return f"{line.lead}：{line.text}"
        case Kind.NUMBERED:
            return " ".join(filter(None, (f"{line.number}.", line.lead, line.text)))
    return " ".join(filter(None, (line.lead, line.text)))


def _marked(line: Line, *, first_row: bool) -> str:
    match line.kind:
        case Kind.ROW:
            row = f"| {' | '.join(map(_escaped, line.cells))} |"
            return f"{row}\n{'|---' * len(line.cells)}|" if first_row else row
        case Kind.LINK:
            return f"{_escaped(line.lead)}：<{line.text}>"
    before = f"{line.number}. " if line.kind is Kind.NUMBERED else _BEFORE.get(line.kind, "")
    lead = f"**{_escaped(line.lead)}**" if line.lead else ""
    return before + " ".join(filter(None, (lead, _escaped(line.text))))


def _escaped(text: str) -> str:
    """`text` so that no Markdown reader takes a sign of it for markup; edges without spaces."""
    stripped = text.strip()
    found = _MARKUP.sub(
        lambda sign: sign[0] if sign[0] in _PLAIN_PUNCTUATION else "\\" + sign[0], stripped
    )
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", found)


def _outline(spec: InfographicSpec, block: int) -> str:
    if block == 0:
        return spec.hero.title
    if block == blocks_of(spec) - 1:
        return spec.footer.link.caption if spec.footer.link else ""
    section = spec.sections[block - 1]
    return "：".join(filter(None, (heading_of(section), "、".join(_names(section)))))


def _names(section: Section) -> tuple[str, ...]:
    """What the items of a section are called."""
    match section:
        case Measures() | Steps():
            return tuple(item.title for item in section.items)
        case Figures():
            return tuple(f"{item.label}{item.value}{item.unit}" for item in section.items)
        case Timeline():
            return tuple(item.date for item in section.items)
        case Answers():
            return tuple(item.question for item in section.items)
        case Comparison():
            return tuple(row.matter for row in section.rows)
        case Contact():
            return tuple(f"{row.label}{row.value}" for row in section.rows)
        case Chart():
            return (f"{FORMS[section.form]}“{section.title}”",)
    return ()
