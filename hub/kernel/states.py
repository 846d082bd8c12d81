"""State machines as data: one table says which event leads from which state to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from hub.kernel.errors import IllegalTransition, Words

__all__ = ["StateTable"]

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class StateTable(Generic[S, E]):
    """`rows[event]` names the states an event applies to and the state it leads to.

    What is not in the table is refused.
    """

    def __init__(self, rows: Mapping[E, tuple[Iterable[S], S]]) -> None:
        self._rows = {
            event: (frozenset(sources), target) for event, (sources, target) in rows.items()
        }

    def target(self, event: E) -> S:
        return self._rows[event][1]

    def sources(self, event: E) -> frozenset[S]:
        """The states in which `event` is allowed."""
        return self._rows[event][0]

    def next(self, state: S, event: E) -> S:
        """The state after `event`; raises IllegalTransition where the table has no such row."""
        sources, target = self._rows[event]
        if state not in sources:
            raise IllegalTransition(
                Words(f"状态“{state}”不允许“{event}”", f"'{event}' is not allowed in '{state}'"),
                field="state",
            )
        return target

    def edges(self) -> frozenset[tuple[S, S]]:
        """Every (from, to) pair the table allows, for documentation and database checks."""
        return frozenset((s, target) for sources, target in self._rows.values() for s in sources)
