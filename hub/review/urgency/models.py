"""The look that a fourth person takes at what was approved as an emergency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["AfterLook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterLook:
    """`due_on`: the working day by whose end it is to be done, None while that day's year is not
    known. `confirmed` is None until somebody looked; False is an objection: recall is suggested."""

    approval_id: str
    item_id: str
    title: str
    due_on: date | None
    person_id: str | None = None
    at: datetime | None = None
    confirmed: bool | None = None
    remark: str = ""
