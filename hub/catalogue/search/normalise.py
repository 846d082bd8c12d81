"""One form of a text for indexing and for questions: compatibility forms, script, case.

Full-width and compatibility characters become plain (NFKC), traditional characters simplified
(opencc t2s), letters small. The same is done to both sides, so whatever is typed is found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from opencc import OpenCC

__all__ = ["folded", "normalised", "prepared"]

# What NFKC leaves alone, or changes only between punctuation marks, which are no words anyway.
# NFKC costs 90 µs on a page of Chinese, for its full-width commas alone; this look costs 3.
_UNUSUAL = re.compile(r"[^\u0000-\u007f\u4e00-\u9fff\u3000-\u3029，。；：（）！？“”‘’—…]")
# of those that the look passes over, the ones that NFKC does change
_USUAL = {
    sign: unicodedata.normalize("NFKC", chr(sign))
    for sign in (*range(0x3000, 0x302A), *map(ord, "，。；：（）！？“”‘’—…"))
    if unicodedata.normalize("NFKC", chr(sign)) != chr(sign)
}
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def normalised(text: str) -> str:
    """A short text (question, title, name) in the one form; control characters become spaces."""
    plain = _UNSEEN.sub(" ", text)
    if _UNUSUAL.search(plain):
        plain = unicodedata.normalize("NFKC", plain)
    elif not plain.isascii():
        plain = plain.translate(_USUAL)
    return _simplified(plain).lower()


def prepared(text: str) -> str:
    """A long text in the same form as far as words go; its punctuation may stay full-width."""
    if _UNUSUAL.search(text):
        text = unicodedata.normalize("NFKC", text)
    return _simplified(text).lower()


def folded(text: str) -> str:
    """The same form, character for character, so that places in it are places in `text`."""
    plain = _UNUSUAL.sub(lambda found: _folded_char(found[0]), text).lower()
    if len(plain) != len(text):  # a capital whose small form has two characters
        plain = "".join(map(_folded_char, text))
    simple = _simplified(plain)
    return simple if len(simple) == len(text) else plain


def _folded_char(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower()
    return plain if len(plain) == 1 else char


def _simplified(text: str) -> str:
    return text if text.isascii() else str(_converter().convert(text))
