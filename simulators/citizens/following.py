"""What somebody writes next, having read an answer: the choice that it offers and they want."""

from __future__ import annotations

import re

from simulators.citizens.wording import simplified

__all__ = ["next_word"]

_CHOICE = re.compile(r"^(?P<number>\d{1,2})\. ?(?P<label>.+)$", re.M)
# what somebody with a trouble looks for, the most wanted first
_WANTED = ("有结果告诉我", "Tell me the outcome", "作为意见留言", "Leave it as an opinion")


def next_word(answer: str) -> str:
    """The number of the choice that leads to being told of the outcome; empty where none does."""
    offered = {
        match["label"].strip(): match["number"] for match in _CHOICE.finditer(simplified(answer))
    }
    for label in _WANTED:
        if label in offered:
            return offered[label]
    return ""
