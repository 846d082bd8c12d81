"""What of a marked-up text people see, at the same places as in the text itself.

A tag within a number hides it from nobody who reads the page; a colour is no figure.
"""

from __future__ import annotations

import re

from hub.review.checks.plain import UNSEEN

__all__ = ["visible"]

_MARKED = re.compile(r"</[A-Za-z]|<br ?/?>|<img ")
_HIDDEN = re.compile(r"<(style|script|head)\b.*?</\1 ?>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?[A-Za-z!][A-Za-z0-9]{0,20})[^<>]*>")
_ENTITY = re.compile(r"&(#?[A-Za-z0-9]{2,8});")
_NAMES_IN_LINE = "a b i u s em strong span font code small sub sup mark del ins"
_INLINE = frozenset(_NAMES_IN_LINE.split())
_SIGNS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#x27": "'", "nbsp": " "}


def visible(text: str) -> str:
    """`text` with its markup unseen, every character that people read where it was.

    Elements that begin a line of their own end what stands before them; styles, scripts and heads
    are not read. A text without markup is returned as it is.
    """
    if not _MARKED.search(text):
        return text
    text = _HIDDEN.sub(lambda found: UNSEEN * len(found.group()), text)
    return _ENTITY.sub(_sign, _TAG.sub(_tag, text))


def _tag(found: re.Match[str]) -> str:
    name = found[1].lstrip("/").lower()
    length = len(found.group())
    return UNSEEN * length if name in _INLINE else "\n\n".ljust(length, UNSEEN)[:length]


def _sign(found: re.Match[str]) -> str:
    return _SIGNS.get(found[1].lower(), UNSEEN).ljust(len(found.group()), UNSEEN)
