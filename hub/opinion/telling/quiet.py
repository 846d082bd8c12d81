"""Hours in which nobody is told of what can wait. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["QuietHours"]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends` on the clocks of `zone`, over midnight where it ends earlier;
    equal: never."""

    begins: time = time(22)
    ends: time = time(7)
    zone: str = "Asia/Shanghai"

    def quiet(self, at: datetime) -> bool:
        """Whether `at` (aware) lies within them."""
        wall = at.astimezone(ZoneInfo(self.zone)).time()
        if self.begins <= self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends

    def next_loud(self, at: datetime) -> datetime:
        """`at` itself, or the end of the quiet hours that it lies in, in UTC."""
        if not self.quiet(at):
            return at
        wall = at.astimezone(ZoneInfo(self.zone))
        end = wall.replace(
            hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0, fold=0
        )
        if end <= wall:
            end += timedelta(days=1)
        return end.astimezone(UTC)
