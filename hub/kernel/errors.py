"""The errors every area refines.

GongkaiError
├── InvalidInput     what was given is wrong: names the field and the remedy
├── NotFound         no such thing
├── Conflict         the thing exists but its state forbids this now
│   └── IllegalTransition
├── Forbidden        this person may not
├── Misconfigured    the installation is wrong, a person must mend it
└── Unavailable      a part we need does not answer; trying again later may work
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Conflict",
    "Forbidden",
    "GongkaiError",
    "IllegalTransition",
    "InvalidInput",
    "Misconfigured",
    "NotFound",
    "Unavailable",
    "Words",
]


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in the interface's two languages, Chinese first."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


class GongkaiError(Exception):
    """What went wrong in both languages, the field it is about, and what to do."""

    code = "error"

    def __init__(self, words: Words, *, field: str = "", remedy: Words | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"[{self.field}] " if self.field else ""
        advice = f" → {self.remedy}" if self.remedy else ""
        return f"{place}{self.words}{advice}"

    def as_dict(self) -> dict[str, object]:
        """The stable JSON shape: code, message and remedy with zh and en, field."""
        remedy = {"zh": self.remedy.zh, "en": self.remedy.en} if self.remedy else None
        message = {"zh": self.words.zh, "en": self.words.en}
        return {"code": self.code, "field": self.field, "message": message, "remedy": remedy}


class InvalidInput(GongkaiError, ValueError):
    code = "invalid-input"


class NotFound(GongkaiError, LookupError):
    code = "not-found"


class Conflict(GongkaiError):
    code = "conflict"


class IllegalTransition(Conflict):
    code = "illegal-transition"


class Forbidden(GongkaiError):
    code = "forbidden"


class Misconfigured(GongkaiError):
    code = "misconfigured"


class Unavailable(GongkaiError):
    code = "unavailable"
