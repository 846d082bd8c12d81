"""Everything a brief counts, read in one go: by one scope, so that its figures agree."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from hub.opinion.briefs import store
from hub.opinion.briefs.composing import Found
from hub.opinion.briefs.counting import shown_days
from hub.opinion.briefs.models import EVERYTHING, Scope
from hub.opinion.briefs.periods import instants
from hub.opinion.issues import store as issues
from hub.opinion.issues.models import HotIssue
from hub.opinion.issues.rules import LOOKED_BACK, hot_issue
from hub.opinion.rumours.models import Rumour
from hub.opinion.rumours.service import open_rumours
from hub.opinion.watches.store import counts_within
from hub.organisations.models import Body
from hub.organisations.store import list_bodies

__all__ = ["found_in", "issuer_of"]

_CANDIDATES = 200
_WEEK = timedelta(days=6)


def found_in(
    connection: Connection, first: date, last: date, zone: str, scope: Scope = EVERYTHING
) -> Found:
    """What the database says of the days from `first` to `last` in `zone` within a scope."""
    begins, ends = instants(first, last, zone)
    before, _ = instants(*_previous(first, last), zone)
    messages = store.messages(connection, begins, ends, scope)
    shown = timedelta(days=shown_days(first, last) - 1)
    return Found(
        messages=tuple(messages),
        before=store.count_before(connection, before, begins, scope),
        days=tuple(store.days(connection, last - shown, last, scope)),
        hot=tuple(_hot(connection, last, scope)),
        opened=store.opened(connection, begins, ends, scope),
        answered=store.answered(connection, begins, ends, scope),
        clocks=tuple(store.clocks(connection, begins, ends, scope)),
        rated=tuple(store.ratings(connection, begins, ends, scope)),
        bodies={body.id: body.name for body in list_bodies(connection)},
        watches=tuple(counts_within(connection, first, last, store.counted(scope))),
        rumours=tuple(_rumours(connection, first, last, zone, scope)),
        truncated=len(messages) == store.MOST_MESSAGES,
    )


def issuer_of(connection: Connection, scope: Scope) -> str:
    """Whose brief it is: the highest body within the scope, or those beside each other."""
    bodies = list_bodies(connection)
    if scope.bodies is None:
        return next((body.name for body in bodies if body.parent_id is None), "")
    top = [body for body in bodies if _highest(body, scope.bodies)]
    return "、".join(body.name for body in top[:3]) + (" 等" if len(top) > 3 else "")


def _highest(body: Body, within: frozenset[str]) -> bool:
    return body.id in within and body.parent_id not in within


def _rumours(
    connection: Connection, first: date, last: date, zone: str, scope: Scope
) -> list[Rumour]:
    found = open_rumours(connection, instants(first, last, zone)[1])
    if not scope.narrow:
        return found
    seen = store.issues_of(connection, [one.issue.id for one in found], scope)
    return [one for one in found if one.issue.id in seen]


def _hot(connection: Connection, last: date, scope: Scope) -> list[HotIssue]:
    """The hot list as the last day saw it, the hottest first: of a narrow scope the issues that
    hold something of it, by the heat that they have as a whole."""
    ids = _candidates(connection, last, scope)
    observed = issues.first_day(connection, last - timedelta(days=LOOKED_BACK))
    days = issues.days_of(connection, ids, last - timedelta(days=LOOKED_BACK))
    found = issues.issues_by_id(connection, ids)
    seen = {one: [day for day in days[one] if day.day <= last] for one in ids if one in found}
    lines = [hot_issue(found[one], seen[one], last, observed) for one in seen if seen[one]]
    lines.sort(key=lambda line: (-line.heat.total, line.issue.id))
    return [line for line in lines if line.week]


def _candidates(connection: Connection, last: date, scope: Scope) -> list[str]:
    if scope.narrow:
        return store.issues_within(connection, last - _WEEK, last, scope, _CANDIDATES)
    bursting = [one.issue_id for one in issues.bursts_since(connection, last - _WEEK)]
    busy = issues.busiest(connection, last - _WEEK, _CANDIDATES)
    return list(dict.fromkeys([*busy, *bursting[-_CANDIDATES:]]))


def _previous(first: date, last: date) -> tuple[date, date]:
    length = last - first + timedelta(days=1)
    return first - length, last - length
