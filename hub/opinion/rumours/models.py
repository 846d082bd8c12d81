"""A clarification that was published, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.opinion.issues.models import Issue

__all__ = ["Clarification", "Link", "LinkKind", "Rumour"]


class LinkKind(StrEnum):
    ISSUE = "issue"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """A public item that clarifies something; `terms` are its words with their weights."""

    item_id: str
    title: str
    published_at: datetime
    terms: Mapping[str, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An issue or a signal that is about what a clarification is about. `score` is how alike they
    are, 0 to 1; `refused`: an analyst said that they are not."""

    kind: LinkKind
    subject_id: str
    item_id: str
    score: float
    made_at: datetime
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rumour:
    """An issue with hearsay in it, and the clarification that answers it, if any is public."""

    issue: Issue
    clarification: Clarification | None
    score: float = 0.0
