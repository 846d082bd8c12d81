"""The form of an item's text: paragraphs parted by blank lines, headings that begin with `## `."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Block", "blocks_of", "prose"]

_HEADING = re.compile(r"(#{2,4})[ \t\u3000]+(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, or a heading whose `level` is 2 to 4. `text` may hold single line feeds."""

    text: str
    level: int = 0


def blocks_of(body: str) -> tuple[Block, ...]:
    """The blocks of a plain-text body: blank lines part them, `## ` begins a heading."""
    found: list[Block] = []
    lines: list[str] = []
    for line in [*body.split("\n"), ""]:
        heading = _HEADING.fullmatch(line.strip())
        if line.strip() and heading is None:
            lines.append(line.strip())
            continue
        if lines:
            found.append(Block(text="\n".join(lines)))
            lines = []
        if heading is not None:
            found.append(Block(text=heading[2].strip(), level=len(heading[1])))
    return tuple(found)


def prose(body: str) -> str:
    """The body's paragraphs as one run of text, headings left out."""
    return "\n".join(block.text for block in blocks_of(body) if not block.level)
