"""Chinese words as they are typed by who has no Chinese keyboard: 公积金 → gongjijin, gjj."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["looks_like_pinyin", "spellings"]

_HAN = re.compile(r"[\u4e00-\u9fff]{2,8}")
_LETTERS = re.compile(r"[a-z]{2,40}")


@lru_cache(maxsize=200_000)
def _spelling(word: str) -> tuple[str, ...]:
    if not _HAN.fullmatch(word):
        return ()
    found = importlib.import_module("pypinyin")  # when first needed: it takes half a second
    syllables = found.lazy_pinyin(word, errors="ignore")
    full, first = "".join(syllables), "".join(syllable[0] for syllable in syllables)
    return (full, first) if len(first) > 1 else (full,)


def spellings(words: Iterable[str]) -> list[str]:
    """Full and initial spelling of every word of two to eight characters, each once."""
    return list(dict.fromkeys(one for word in words for one in _spelling(word)))


def looks_like_pinyin(word: str) -> bool:
    return _LETTERS.fullmatch(word) is not None
