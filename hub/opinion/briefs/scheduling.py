"""Makes and sends briefs at their hours: the daily one every day, the weekly one on its day."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from hub.kernel.clock import Clock
from hub.opinion.briefs.models import BriefKind
from hub.opinion.briefs.sending import Sending
from hub.opinion.briefs.service import Briefs
from hub.opinion.rounds.service import Round, Rounds

__all__ = ["BriefClock"]

_ACTOR = "system:briefs"


class BriefClock:
    """From `hour` on the clocks of `zone`; the weekly one on `weekday` (Monday is 0). A hub that
    was stopped then makes them when it runs again that day."""

    def __init__(
        self,
        *,
        rounds: Rounds,
        clock: Clock,
        briefs: Briefs,
        sending: Sending,
        hour: int,
        weekday: int,
        zone: str,
    ) -> None:
        self._rounds = rounds
        self._clock = clock
        self._briefs = briefs
        self._sending = sending
        self._hour = hour
        self._weekday = weekday
        self._zone = ZoneInfo(zone)

    async def look(self) -> list[BriefKind]:
        """Make what is due, and send what is to be sent; which were made."""
        now = self._clock.now().astimezone(self._zone)
        due = [BriefKind.DAILY] if now.hour >= self._hour else []
        if due and now.weekday() == self._weekday:
            due.append(BriefKind.WEEKLY)
        slot = now.date().isoformat()
        made = [
            kind
            for kind in due
            if await self._rounds.once(f"brief-{kind}", slot, self._making(kind))
        ]
        await self._sending.deliver()
        return made

    def _making(self, kind: BriefKind) -> Round:
        async def make() -> Mapping[str, object]:
            brief = await self._briefs.make(kind, actor=_ACTOR)
            wanted = [one for one in await self._sending.subscribers() if kind in one.kinds]
            if wanted and self._sending.open:
                await self._sending.address(brief.id, actor=_ACTOR)
            return {"brief": brief.id}

        return make
