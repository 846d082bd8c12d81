"""What a choice of accounts comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.kernel.errors import Words
from hub.organisations.models import Person
from hub.review.models import ReviewStep

__all__ = ["Facets", "LeftOut", "Reach", "Signers", "by_reason"]

_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How many accounts are left out for one reason, and the names of some."""

    words: Words
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The accounts of a choice: `total` of them, `ready` to publish by channel; `left_out` cannot,
    `waiting` are paused and go on by themselves, `beyond` belong to bodies beyond somebody's."""

    total: int
    ready: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    waiting: tuple[LeftOut, ...]
    beyond: int

    @property
    def count(self) -> int:
        return sum(self.ready.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """By what the accounts of a body and those below it can be told apart."""

    channels: tuple[str, ...]
    regions: tuple[str, ...]
    tags: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """Who of the body may sign a step; lent roles come beside."""

    step: ReviewStep
    people: tuple[Person, ...]


def by_reason(pairs: list[tuple[str, Words]]) -> tuple[LeftOut, ...]:
    """(account's name, why) grouped, the commonest reason first."""
    found: dict[Words, list[str]] = {}
    for name, words in pairs:
        found.setdefault(words, []).append(name)
    made = [
        LeftOut(words=words, count=len(names), names=tuple(names[:_EXAMPLES]))
        for words, names in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.count, one.words.zh)))
