"""Plain text to blocks and markup back to text: what every channel's rendering starts from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser

__all__ = ["Block", "blocks_of", "clean", "pictures_in", "prose", "visible"]

_HEADING = re.compile(r"(#{2,4})[ \t\u3000]+(.+)")
_PICTURE = re.compile(r"cid:([0-9a-f]{64})")
# Characters that show nothing and break something: other line ends, controls that XML 1.0
# forbids, and (as categories Cc, Cf, Cs) what hides or reorders the text around it.
_LINE_ENDS = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n"})
_LINE_ENDS |= str.maketrans({"\u2028": "\n", "\u2029": "\n\n", "\ufffe": "", "\uffff": ""})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_KEPT = frozenset("\n\t\u200d")  # U+200D holds emoji together


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, or a heading whose `level` is 2 to 4. `text` may hold single line feeds."""

    text: str
    level: int = 0


def clean(text: str) -> str:
    """`text` without characters that show nothing (controls, direction overrides, U+200B …)."""
    unified = text.replace("\r\n", "\n").translate(_LINE_ENDS)
    return "".join(
        c for c in unified if c in _KEPT or unicodedata.category(c) not in _INVISIBLE
    ).strip()


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


def visible(markup: str, text: str) -> str:
    """What of `text` a platform counts: for `html` the text after its entities are read
    (core.telegram.org/bots/api#sendmessage), for every other markup the text as it is."""
    if markup != "html":
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.pieces)


def pictures_in(text: str) -> frozenset[str]:
    """The SHA-256 of every picture that `text` shows as `cid:…`."""
    return frozenset(_PICTURE.findall(text))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
