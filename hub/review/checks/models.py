"""What is examined, what a rule says about it, and what a person answered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as column
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel.errors import Words
from hub.review.checks.plain import Plain

__all__ = [
    "Acknowledgement",
    "Detector",
    "Finding",
    "Hit",
    "Passage",
    "Report",
    "Rule",
    "Severity",
]


class Severity(StrEnum):
    """BLOCK refuses submission until it is masked or acknowledged; the others are shown."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One text of an item or an edition. `field` names it for people and machines: `body`,
    `pictures[0].alt`, `attachments[名单.xlsx]`, `weibo#1.text`. `editable`: it belongs to the
    item itself, so masking can change it."""

    field: str
    text: str = column(repr=False)
    editable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a detector found at [start, end) of a passage.

    `value` is the thing in one form however it was typed; `mask` what may stand there instead.
    `severity` and `about` replace the rule's own where this hit is milder, or says more.
    """

    rule: str
    start: int
    end: int
    value: str = column(repr=False)
    mask: str = column(default="", repr=False)
    severity: Severity | None = None
    about: Words | None = None


class Detector(Protocol):
    def __call__(self, plain: Plain, /) -> Iterable[Hit]:
        """Every hit in one text, in time linear in its length."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """`final`: what it finds can be masked and never acknowledged, and no body may soften it."""

    name: str
    severity: Severity
    words: Words
    advice: Words
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A hit with its rule's words, at the severity that holds in the item's body.

    `start` and `end` are offsets in characters of the passage named `field`; `before` and `after`
    are the text around them. What may be private never shows in a repr.
    """

    rule: str
    severity: Severity
    field: str
    start: int
    end: int
    words: Words
    advice: Words
    value: str = column(repr=False)
    text: str = column(repr=False)
    before: str = column(repr=False)
    after: str = column(repr=False)
    mask: str = column(default="", repr=False)
    final: bool = False
    editable: bool = False

    @property
    def excerpt(self) -> str:
        return f"{self.before}{self.text}{self.after}"

    @property
    def hash(self) -> str:
        """Names what was found wherever it stands: SHA-256 over rule and value. An answer to it
        therefore counts for the text and for every edition made from it."""
        return hashlib.sha256(f"{self.rule}\n{self.value}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A person's written reason why a finding may stand in this version of an item."""

    item_id: str
    item_version: int
    finding: str  # Finding.hash
    rule: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one look found, what people answered, and which word lists were used."""

    findings: tuple[Finding, ...]
    acknowledged: Mapping[str, Acknowledgement] = column(default_factory=dict)
    lists: Mapping[str, int] = column(default_factory=dict)  # name → version

    def of(self, severity: Severity) -> Iterator[Finding]:
        return (found for found in self.findings if found.severity is severity)

    @property
    def refusing(self) -> tuple[Finding, ...]:
        """The blocking findings that nobody has answered, or nobody may."""
        return tuple(
            found
            for found in self.of(Severity.BLOCK)
            if found.final or found.hash not in self.acknowledged
        )
