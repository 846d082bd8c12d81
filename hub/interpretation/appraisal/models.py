"""What is measured for each body, with which weight, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.kernel.errors import Words

__all__ = ["CRITERION_WORDS", "DEFAULT_WEIGHTS", "Appraisal", "Case", "Criterion", "Weights"]


class Criterion(StrEnum):
    PLANNED = "planned"
    PUNCTUAL = "punctual"
    VARIED = "varied"
    COMPLETE = "complete"
    ORIGINAL = "original"
    READ = "read"
    REASONED = "reasoned"


CRITERION_WORDS: Mapping[Criterion, Words] = {
    Criterion.PLANNED: Words("方案随文报送", "plan submitted with the draft"),
    Criterion.PUNCTUAL: Words("三个工作日内解读", "public within three working days"),
    Criterion.VARIED: Words("多元形式", "more than plain text"),
    Criterion.COMPLETE: Words("要素齐全", "elements covered"),
    Criterion.ORIGINAL: Words("非原文摘抄", "no mere digest"),
    Criterion.READ: Words("阅读量", "readers"),
    Criterion.REASONED: Words("不解读说明理由", "reason given where not interpreted"),
}
# The rules name what is appraised and publish no weights: these are ours, to be edited.
DEFAULT_WEIGHTS: Mapping[Criterion, int] = {
    Criterion.PLANNED: 20,
    Criterion.PUNCTUAL: 25,
    Criterion.VARIED: 15,
    Criterion.COMPLETE: 20,
    Criterion.ORIGINAL: 10,
    Criterion.READ: 5,
    Criterion.REASONED: 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One version of the weights; an older appraisal keeps the version it was made with."""

    version: int
    values: Mapping[Criterion, int]
    set_by: str
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document of a body in the period, as far as it is known: None is unknown.

    `coverage` and `repeated` are shares 0 to 1, `readers` a count over all channels.
    """

    item_id: str
    owed: bool
    reasoned: bool | None = None
    planned: bool | None = None
    punctual: bool | None = None
    varied: bool | None = None
    coverage: float | None = None
    repeated: float | None = None
    readers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What came of it: each criterion 0 to 100 or unknown, and the weighted mean of the known.

    `score` is None when nothing is known. What is unknown is neither zero nor full marks.
    """

    body_id: str
    documents: int
    owed: int
    values: Mapping[Criterion, float | None] = field(default_factory=dict)
    score: float | None = None

    @property
    def unknown(self) -> tuple[Criterion, ...]:
        return tuple(c for c in Criterion if self.values.get(c) is None)
