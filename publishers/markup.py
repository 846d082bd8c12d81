"""Text without what shows nothing, and markup back to text."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

__all__ = ["clean", "pictures_in", "visible"]

_PICTURE = re.compile(r"cid:([0-9a-f]{64})")
# Characters that show nothing and break something: other line ends, controls that XML 1.0
# forbids, and (as categories Cc, Cf, Cs) what hides or reorders the text around it.
_LINE_ENDS = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n"})
_LINE_ENDS |= str.maketrans({"\u2028": "\n", "\u2029": "\n\n", "\ufffe": "", "\uffff": ""})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_KEPT = frozenset("\n\t\u200d")  # U+200D holds emoji together


def clean(text: str) -> str:
    """`text` without characters that show nothing (controls, direction overrides, U+200B …)."""
    unified = text.replace("\r\n", "\n").translate(_LINE_ENDS)
    return "".join(
        c for c in unified if c in _KEPT or unicodedata.category(c) not in _INVISIBLE
    ).strip()


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
