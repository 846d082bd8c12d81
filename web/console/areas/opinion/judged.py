"""What a signal was judged to be, for people: each field with its guesses and their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.opinion.judging.models import Field
from hub.opinion.stream.models import Line

__all__ = ["Told", "marked", "readings", "words_behind"]

_MOST_GUESSES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A field of a judgement: `value` stands now, `guesses` are (label, confidence, words) as they
    were made, the best first; `corrected`: an analyst said otherwise."""

    field: Field
    value: str
    guesses: tuple[tuple[str, float, tuple[str, ...]], ...]
    corrected: bool


def readings(line: Line) -> list[Told]:
    """Every field of a judged signal; nothing of one that waits."""
    if line.judged is None:
        return []
    return [_told(field, line.judged) for field in Field]


def _told(field: Field, judged: Mapping[str, Any]) -> Told:
    detail = judged["detail"].get(field.value, {})
    found = detail.get("guesses", [detail] if detail else [])
    guesses = tuple(
        (one["label"], float(one["confidence"]), tuple(one.get("words", ())))
        for one in found[:_MOST_GUESSES]
    )
    value = str(judged[field.value])
    corrected = bool(guesses) and guesses[0][0] != value
    return Told(field=field, value=value, guesses=guesses, corrected=corrected)


def words_behind(told: Iterable[Told]) -> tuple[str, ...]:
    """The words that led to the best guess of any field, the longest first."""
    found = {word for one in told for guess in one.guesses[:1] for word in guess[2] if word}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, and whether each is one of the words."""
    choices = "|".join(re.escape(word) for word in words)
    if not choices:
        return [(text, False)] if text else []
    pieces = re.split(f"({choices})", text)
    return [(piece, n % 2 == 1) for n, piece in enumerate(pieces) if piece]
