"""Where a batch of signals goes: repeats to what they repeat, the rest to the likest issue. Pure
but for what it remembers; what it decides is written by the service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.opinion.issues.clusters import Clusters, Terms
from hub.opinion.issues.models import DayCount, Issue, Verification
from hub.opinion.issues.near import Window, bare
from hub.opinion.issues.store import Waiting
from hub.opinion.judging.models import Intent, Mood

__all__ = ["Memory", "Placed", "Placement", "grown", "heading"]

_TITLE = 60  # signs of an issue's title


@dataclass(frozen=True, slots=True)
class Placed:
    """One signal's place; `copy_of` is the signal it repeats. `day` is None for an unknown time."""

    signal: Waiting
    issue_id: str
    copy_of: str
    day: date | None


@dataclass(slots=True)
class Placement:
    """A batch's places and the issues that begin with it."""

    placed: list[Placed] = field(default_factory=list)
    begun: dict[str, Issue] = field(default_factory=dict)


class Memory:
    """What was placed lately: texts for repeats, centres for issues."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._window = Window()
        self._issue_of: dict[str, str] = {}
        self.clusters = Clusters()

    def load(self, texts: Iterable[tuple[str, str, str, str]], issues: Iterable[Issue]) -> None:
        """What the database holds: (signal, issue, title, text), and issues with their centres."""
        for signal_id, issue_id, title, text in texts:
            self._window.place_bare(signal_id, bare(title) + bare(text))
            self._issue_of[signal_id] = issue_id
            self.clusters.learn([(title, text)])
        for issue in issues:
            self.clusters.load(issue.id, issue.terms)

    def place(self, signals: Sequence[Waiting], new_ids: Sequence[str]) -> Placement:
        """Places of signals in their order; `new_ids` are as many ids for issues that begin."""
        found = Placement()
        for one, new in zip(signals, new_ids, strict=True):
            title, text = bare(one.title), bare(one.text)
            original = self._window.place_bare(one.id, title + text)
            copy_of = "" if original == one.id else original
            issue_id = self._issue_of.get(copy_of, "")
            if not issue_id:
                issue_id = self._joined(one, new, found, self.clusters.terms_bare(title, text))
            self._issue_of[one.id] = issue_id
            found.placed.append(Placed(one, issue_id, copy_of, self._day(one.event_at)))
        return found

    def _joined(self, one: Waiting, new: str, found: Placement, terms: Terms) -> str:
        issue_id, _ = self.clusters.nearest(terms)
        if not issue_id:
            issue_id = new
            found.begun[new] = _begun(new, one)
        self.clusters.join(issue_id, terms)
        return issue_id

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else at.astimezone(self._zone).date()


def heading(title: str, text: str) -> str:
    """What an issue is called that begins with such a signal."""
    return (title or text)[:_TITLE].replace("\n", " ")


def _begun(issue_id: str, one: Waiting) -> Issue:
    at = one.event_at or one.received_at
    return Issue(
        id=issue_id,
        title=heading(one.title, one.text),
        topic=one.topic,
        department=one.department,
        place=one.place,
        first_at=at,
        last_at=at,
    )


def grown(issue: Issue, placed: Sequence[Placed]) -> tuple[Issue, list[DayCount]]:
    """The issue with these signals in it, and what they add to the counters per day. How many
    different people there are is counted by who keeps them."""
    times = [one.signal.event_at or one.signal.received_at for one in placed]
    rumours = sum(one.signal.intent == Intent.RUMOUR for one in placed)
    open_now = rumours and issue.verification is Verification.NONE
    days = sorted({one.day for one in placed if one.day is not None})
    changed = replace(
        issue,
        first_at=min(issue.first_at, *times),
        last_at=max(issue.last_at, *times),
        signals=issue.signals + len(placed),
        copies=issue.copies + sum(bool(one.copy_of) for one in placed),
        undated=issue.undated + sum(one.day is None for one in placed),
        rumours=issue.rumours + rumours,
        verification=Verification.OPEN if open_now else issue.verification,
    )
    return changed, [_day_count(day, placed) for day in days]


def _day_count(day: date, placed: Sequence[Placed]) -> DayCount:
    own = [one.signal for one in placed if one.day == day]
    negative = sum(one.mood == Mood.NEGATIVE for one in own)
    return DayCount(day, len(own), negative, sum(one.likes for one in own))
