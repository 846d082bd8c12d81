"""SQL of the hot list: counters per issue and day, no more of each than is reckoned with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Date, bindparam, func, select

from hub.kernel.packing import PackedQuery
from hub.opinion.issues.models import Sums
from hub.opinion.issues.tables import issue_days

__all__ = ["said_of", "sums_of"]

_d = issue_days.c
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Said:
    issue_id: str
    day: date
    signals: int


_SAID = PackedQuery(
    _Said,
    select(_d.issue_id, _d.day, _d.signals).where(
        _d.issue_id.in_(bindparam("ids", expanding=True)), _d.day >= bindparam("since", type_=Date)
    ),
)


def said_of(connection: Connection, ids: Sequence[str], since: date) -> dict[str, dict[date, int]]:
    """How much was said of each issue on which day."""
    found: dict[str, dict[date, int]] = {one: {} for one in ids}
    for start in range(0, len(ids), _CHUNK):
        asked = {"ids": ids[start : start + _CHUNK], "since": since}
        for row in _SAID.values(connection, asked):
            found[row.issue_id][row.day] = row.signals
    return found


def sums_of(connection: Connection, ids: Sequence[str], since: date) -> dict[str, Sums]:
    """The counters of each issue together, from `since` on."""
    found = dict.fromkeys(ids, Sums())
    columns = (func.sum(_d.signals), func.sum(_d.negative), func.sum(_d.likes))
    for start in range(0, len(ids), _CHUNK):
        own = _d.issue_id.in_(ids[start : start + _CHUNK])
        query = select(_d.issue_id, *columns).where(own, _d.day >= since).group_by(_d.issue_id)
        for issue_id, *sums in connection.execute(query):
            found[issue_id] = Sums(*map(int, sums))
    return found
