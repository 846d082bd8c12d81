"""Tells whoever measures how many accounts are near or over their limit without an update."""

from __future__ import annotations

from hub.kernel.meter import Meter
from hub.publishing.liveness.service import Liveness

__all__ = ["LivenessWatch"]


class LivenessWatch:
    """One recurring job; what it looks up is what the board shows."""

    def __init__(self, liveness: Liveness, meter: Meter) -> None:
        self._liveness = liveness
        self._meter = meter

    async def measure(self) -> None:
        self._meter.show_liveness(await self._liveness.refresh())
