"""How a desk does, from its conversations. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import median

from hub.catalogue.keyareas.hours import Hours
from hub.conversation.desk.models import DeskTalk, Scores
from hub.conversation.desk.rules import worked_minutes

__all__ = ["officers", "scores"]


def scores(talks: Iterable[DeskTalk], hours: Hours, now: datetime) -> Scores:
    """The figures of these conversations, in the working time of `hours`."""
    listed = list(talks)
    waited = [
        worked_minutes(hours, one.opened_at, one.first_taken_at)
        for one in listed
        if one.first_taken_at
    ]
    answered = [
        worked_minutes(hours, one.opened_at, one.first_answered_at)
        for one in listed
        if one.first_answered_at
    ]
    kept = [kept for one in listed if (kept := _in_time(one, now)) is not None]
    return Scores(
        conversations=len(listed),
        answered=len(answered),
        waiting_minutes=median(waited) if waited else None,
        answer_minutes=median(answered) if answered else None,
        within=sum(kept) / len(kept) if kept else None,
        ratings=dict(sorted(Counter(one.rating for one in listed if one.rating).items())),
    )


def officers(talks: Sequence[DeskTalk], hours: Hours, now: datetime) -> Mapping[str, Scores]:
    """The same for each officer who gave a first answer, by login."""
    by_login: dict[str, list[DeskTalk]] = {}
    for one in talks:
        if one.first_officer:
            by_login.setdefault(one.first_officer, []).append(one)
    return {login: scores(own, hours, now) for login, own in sorted(by_login.items())}


def _in_time(talk: DeskTalk, now: datetime) -> bool | None:
    """Whether the first answer came within the limit; None where that is not decided: it is not
    due yet, or the citizen went back to the bot before."""
    due, answered = talk.first_due_at, talk.first_answered_at
    if due is None:
        return None
    if answered is not None:
        return answered <= due
    ended = talk.closed_at if talk.closed_at is not None else now
    return False if ended > due else None
