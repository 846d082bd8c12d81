"""What the board of cases is asked for, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.opinion.cases.models import Case, CaseLevel, CaseState, Deadline
from hub.organisations.authority.sight import Sight

__all__ = ["Looked", "Page", "Row", "View", "Waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Whose cases are seen: those of the bodies in `sight`, and with `unrouted` those that no
    body has yet, which the disclosure office hands out (国办发〔2016〕61号)."""

    sight: Sight
    unrouted: bool = False

    def shows(self, case: Case) -> bool:
        if not case.body_id:
            return self.unrouted
        return not self.sight.bodies.isdisjoint((case.body_id, *case.joint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """With no `state` what runs, the first to end first; else the cases of that state, newest
    first. `assignee` is a login, empty for everybody's. `after` is a page's `end`."""

    state: CaseState | None = None
    level: CaseLevel | None = None
    assignee: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case with its clock that ends next; None where none runs."""

    case: Case
    clock: Deadline | None

    def overdue(self, now: datetime) -> bool:
        due = self.clock.due_at if self.clock else None
        return due is not None and due <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`end` leads on to the next page; empty where this is the last."""

    rows: tuple[Row, ...]
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The first cases to end of those that wait for somebody, and how many are overdue."""

    rows: tuple[Row, ...] = ()
    overdue: int = 0
