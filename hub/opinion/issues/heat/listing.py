"""The hottest issues of a week, without reckoning anew what has not changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.opinion.issues import store
from hub.opinion.issues.heat.store import said_of, sums_of
from hub.opinion.issues.models import Alarm, HotIssue, Issue
from hub.opinion.issues.regrouping import store as regrouped
from hub.opinion.issues.rules import LOOKED_BACK, alarm_in, hot_line

__all__ = ["HotList"]

_CANDIDATES = 200  # issues whose heat is worked out; the hot list is far shorter
_RECENT = timedelta(days=6)  # with today a week
_BACK = timedelta(days=LOOKED_BACK)
_ASKED_EVERY = timedelta(minutes=1)
_Known = tuple[str, date, date | None, int, int]


class HotList:
    """Every figure is of the moment. Which issues are the busiest is asked once a minute where
    there are more than are looked at; one that bursts is looked at from its first moment on.

    Whether an issue bursts is worked out of ninety days and remembered for what it was worked
    out of: issues only grow, but where somebody merges or splits them, which changes the version
    of all. So what is remembered is never older than the counters."""

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock, self._zone = clock, zone
        self._alarms: Mapping[str, tuple[_Known, Alarm | None]] = {}
        self._busy: tuple[datetime, str, list[str]] | None = None

    def lines(self, connection: Connection) -> list[HotIssue]:
        """The hottest first. Only counters per issue and day are read, of the busiest issues and of
        those that burst, however few their signals are."""
        now = self._clock.now()
        today = now.astimezone(self._zone).date()
        week, version = today - _RECENT, regrouped.version(connection)
        bursting = [one.issue_id for one in store.bursts_since(connection, week)]
        busy = self._busiest(connection, now, week, version)
        ids = list(dict.fromkeys([*busy, *bursting[-_CANDIDATES:]]))
        found = store.issues_by_id(connection, ids)
        sums = sums_of(connection, ids, week)
        alarms = self._of(connection, found, today, version)
        lines = [hot_line(issue, sums[one], alarms[one]) for one, issue in found.items()]
        lines.sort(key=lambda line: (-line.heat.total, line.issue.id))
        return [line for line in lines if line.week]

    def _busiest(
        self, connection: Connection, now: datetime, week: date, version: str
    ) -> list[str]:
        held = self._busy
        if held and held[1] == version and timedelta() <= now - held[0] < _ASKED_EVERY:
            return held[2]
        found = store.busiest(connection, week, _CANDIDATES)
        self._busy = (now, version, found) if len(found) == _CANDIDATES else None
        return found

    def _of(
        self, connection: Connection, found: Mapping[str, Issue], today: date, version: str
    ) -> dict[str, Alarm | None]:
        observed = store.first_day(connection, today - _BACK)
        held = self._alarms
        known = {
            one: (version, today, observed, issue.signals, issue.authors)
            for one, issue in found.items()
        }
        kept = {one: held[one] for one, key in known.items() if one in held and held[one][0] == key}
        said = said_of(connection, [one for one in found if one not in kept], today - _BACK)
        new = {
            one: (known[one], alarm_in(found[one], days, today, observed))
            for one, days in said.items()
        }
        self._alarms = kept | new
        return {one: alarm for one, (_, alarm) in self._alarms.items()}
