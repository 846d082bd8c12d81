"""What goes by a group of accounts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Uses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """Posting times that are the group's, and series of plans that choose their accounts by it."""

    times: int
    series: int

    @property
    def any(self) -> bool:
        return bool(self.times or self.series)
