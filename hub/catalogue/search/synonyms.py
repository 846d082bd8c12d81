"""The list that leads from how people speak to how documents speak, and its file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from hub.catalogue.search.models import Synonyms
from hub.catalogue.search.normalise import normalised
from hub.kernel.errors import InvalidInput, Words

__all__ = ["built_in", "synonyms_of"]

_BUILT_IN = Path(__file__).with_name("synonyms.toml")
_LONGEST = 30  # characters
_MOST_MEANT = 10
_MOST = 5_000


@cache
def built_in() -> Synonyms:
    """The list that counts until an installation imports its own."""
    return synonyms_of(_BUILT_IN.read_text("utf-8"))


def synonyms_of(text: str) -> Synonyms:
    """The list in a TOML text: `[synonyms]`, then `"社保" = ["社会保险"]` a line.

    Raises InvalidInput, naming the line's key.
    """
    try:
        rows = tomllib.loads(text).get("synonyms")
    except tomllib.TOMLDecodeError as error:
        raise _wrong("file", f"不是 TOML：{error}", f"is no TOML: {error}") from error
    if not isinstance(rows, dict) or not 0 < len(rows) <= _MOST:
        raise _wrong("synonyms", f"应有 1 至 {_MOST} 行", f"needs 1 to {_MOST} lines")
    return dict(_pair(said, meant) for said, meant in rows.items())


def _pair(said: str, meant: Any) -> tuple[str, tuple[str, ...]]:
    listed = [meant] if isinstance(meant, str) else meant
    plain = normalised(said).strip()
    if not 2 <= len(plain) <= _LONGEST:
        raise _wrong(said, f"应有 2 至 {_LONGEST} 字", f"needs 2 to {_LONGEST} characters")
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_MEANT:
        raise _wrong(said, f"应有 1 至 {_MOST_MEANT} 个词", f"needs 1 to {_MOST_MEANT} words")
    words = [normalised(word).strip() if isinstance(word, str) else "" for word in listed]
    if not all(0 < len(word) <= _LONGEST for word in words):
        raise _wrong(said, f"每个词 1 至 {_LONGEST} 字", f"words of 1 to {_LONGEST} characters")
    return plain, tuple(words)


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        Words(f"“{field}” {zh}", f"'{field}' {en}"),
        field=field,
        remedy=Words('每行如 "社保" = ["社会保险"]', 'lines such as "社保" = ["社会保险"]'),
    )
