"""Makes reports at their hours, and has them sent to whom they are for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import structlog

from hub.kernel.clock import Clock
from hub.kernel.errors import Forbidden, GongkaiError, InvalidInput, NotFound
from hub.opinion.briefs.sending import Sending
from hub.opinion.reports.models import Report
from hub.opinion.reports.rules import due
from hub.opinion.reports.service import Reports
from hub.opinion.rounds.service import Round, Rounds

__all__ = ["ReportClock"]

_log = structlog.get_logger(__name__)
_ACTOR = "system:reports"


class ReportClock:
    """From `hour` on the clocks of `zone`, on the day after the one, the week or the month that a
    report is of. A hub that was stopped then makes what it has missed last."""

    def __init__(
        self,
        *,
        rounds: Rounds,
        clock: Clock,
        reports: Reports,
        sending: Sending,
        hour: int,
        zone: str,
    ) -> None:
        self._rounds = rounds
        self._clock = clock
        self._reports = reports
        self._sending = sending
        self._hour = hour
        self._zone = zone

    async def look(self) -> list[str]:
        """Make what is due; the ids of its reports. One that cannot be made stands in nobody's
        way: what its owner may see no more ends its rhythm, anything else is tried again."""
        now = self._clock.now()
        today = now.astimezone(ZoneInfo(self._zone)).date()
        made = []
        for report in await self._reports.rhythmic():
            period = due(report, now, today, self._hour, self._zone)
            if period is not None and await self._made(report, *period):
                made.append(report.id)
        return made

    async def _made(self, report: Report, first: date, last: date) -> bool:
        slot = f"{report.rhythm}-{first.isoformat()}"
        try:
            return await self._rounds.once(
                f"rep-{report.id}", slot, self._making(report, first, last)
            )
        except (Forbidden, InvalidInput, NotFound) as error:
            await self._reports.stop(report, error.words.zh, actor=_ACTOR)
        except GongkaiError as error:
            _log.warning("report.not-made", report=report.id, code=error.code)
        return False

    def _making(self, report: Report, first: date, last: date) -> Round:
        async def make() -> Mapping[str, object]:
            brief = await self._reports.make_of(report, first, last, actor=_ACTOR)
            if report.recipients and self._sending.open:
                await self._sending.address(brief.id, actor=_ACTOR, to=report.recipients)
            return {"brief": brief.id}

        return make
