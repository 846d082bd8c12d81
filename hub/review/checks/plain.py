"""A text as the detectors read it: one character for one, so that every offset still holds.

People type 138-1234-5678, １３８１２３４５６７８ and 138 1234 5678 and mean one number. Full-width
forms become ASCII (so `：` is `:` and `（` is `(`), digits of every script become 0-9, all dashes
`-`, all spaces a space; marks that nobody sees become U+200B.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property

__all__ = ["UNSEEN", "Plain"]

UNSEEN = "\u200b"

_DASHES = "‐‑‒–—―−﹣－⁃"
_SPACES = "\t\r\u00a0\u3000\u2002\u2003\u2005\u2007\u2009\u202f\u205f"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_URL = re.compile(r"https?://[!-~]{1,2000}")


_FIRST_FOREIGN_DIGIT, _BEYOND_DIGITS = 0x0660, 0x1FC00


@cache
def _table() -> dict[int, str]:
    table = {ord(char): "-" for char in _DASHES} | {ord(char): UNSEEN for char in _UNSEEN}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in table}
    table |= {
        ord(char): " " for char in "\t\r\u00a0\u3000\u2007\u2009\u202f\u2002\u2003\u2005\u205f"
    }
    for code in range(_FIRST_FOREIGN_DIGIT, _BEYOND_DIGITS):
        if unicodedata.category(chr(code)) == "Nd":
            table[code] = str(unicodedata.digit(chr(code)))
    return table


@cache
def _signs() -> frozenset[str]:
    return frozenset(map(chr, _table()))


_FEW = 80  # signs, until which replacing one after the other is faster than a walk


@dataclass(frozen=True)
class Plain:
    """`raw` as it is, `text` to be searched; both of one length."""

    raw: str

    @cached_property
    def text(self) -> str:
        if self.raw.isascii() and "\t" not in self.raw and "\r" not in self.raw:
            return self.raw
        signs = _signs().intersection(self.raw)
        if len(signs) > _FEW:
            return self.raw.translate(_table())
        text = self.raw
        for sign in signs:
            text = text.replace(sign, _table()[ord(sign)])
        return text

    @cached_property
    def urls(self) -> tuple[tuple[int, int], ...]:
        """Where addresses stand; a full-width comma ends one, as it does for a reader."""
        return tuple(found.span() for found in _URL.finditer(self.raw))

    def in_url(self, start: int) -> bool:
        return any(left <= start < right for left, right in self.urls)

    def before(self, start: int, length: int) -> str:
        return self.text[max(0, start - length) : start]

    def after(self, end: int, length: int) -> str:
        return self.text[end : end + length]
