"""What public opinion does at night: issues looked over, models trained, old identities deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from hub.kernel.clock import Clock
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.retraining import Retraining
from hub.opinion.rounds.service import Round, Rounds
from hub.opinion.signals.service import SignalService

__all__ = ["Nightly"]

_ACTOR = "system:night"


class Nightly:
    """From `hour` on the clocks of `zone`; a hub that was stopped then does it when it runs again.
    Identities and originals are deleted `keep` after they came."""

    def __init__(
        self,
        *,
        rounds: Rounds,
        clock: Clock,
        issues: IssueService,
        retraining: Retraining,
        signals: SignalService,
        hour: int,
        zone: str,
        keep: timedelta,
    ) -> None:
        self._rounds = rounds
        self._clock = clock
        self._issues = issues
        self._retraining = retraining
        self._signals = signals
        self._hour = hour
        self._zone = ZoneInfo(zone)
        self._keep = keep

    async def look(self) -> list[str]:
        """Do what this night has not seen yet; the names of what was done."""
        now = self._clock.now().astimezone(self._zone)
        if now.hour < self._hour:
            return []
        works: Mapping[str, Round] = {
            "forget": self._forget,
            "look-over": self._look_over,
            "retrain": self._retrain,
        }
        slot = now.date().isoformat()
        return [name for name, work in works.items() if await self._rounds.once(name, slot, work)]

    async def _forget(self) -> Mapping[str, object]:
        identities, originals = await self._signals.forget(self._keep, actor=_ACTOR)
        return {"identities": identities, "originals": originals}

    async def _look_over(self) -> Mapping[str, object]:
        return {"suggestions": len(await self._issues.look_over())}

    async def _retrain(self) -> Mapping[str, object]:
        made = await self._retraining.look()
        return {one.field.value: {"version": one.version, "active": one.active} for one in made}
