"""What the staff API takes about deliveries, plans, accounts and public opinion."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.opinion.cases.models import CaseKind, CaseLevel
from hub.opinion.issues.models import Verification
from hub.opinion.judging.models import Field
from hub.publishing.recall.models import OrderKind
from web.staff.asked import MakePlan

__all__ = [
    "CorrectSignal",
    "DoneDelivery",
    "Forecast",
    "LevelCase",
    "MovePlan",
    "NoteCase",
    "OpenCase",
    "OrderRecall",
    "PauseAccount",
    "ResolveDelivery",
    "ReturnCase",
    "RouteCase",
    "VerifyIssue",
]

Short = Annotated[str, Meta(max_length=200)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Long = Annotated[str, Meta(max_length=2_000)]
OptionalId = Annotated[str, Meta(pattern="^([0-9A-HJKMNP-TV-Z]{26})?$")]
Instant = Annotated[datetime, Meta(tz=True)]


class ResolveDelivery(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A person has looked: it is there, with its `remote_id` on the platform, or it is not."""

    published: bool
    remote_id: Annotated[str, Meta(max_length=255)] = ""


class DoneDelivery(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a person did by hand."""

    note: Annotated[str, Meta(max_length=500)] = ""


class OrderRecall(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """撤稿 or 更正; the reason is kept in the audit log."""

    kind: OrderKind
    reason: Reason


class MovePlan(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`at` as in `MakePlan`; `reason` as there."""

    at: Short
    zone: Short = ""
    not_after: Instant | None = None
    reason: Annotated[str, Meta(max_length=500)] = ""


class Forecast(MakePlan, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A plan as it could be made; everything due until `until` is played with it (without: a day
    after it is due). Nothing is written."""

    until: Instant | None = None


class PauseAccount(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    until: Instant
    reason: Reason


class CorrectSignal(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An analyst's label for one field of a judgement."""

    field: Field
    value: Annotated[str, Meta(min_length=1, max_length=60)]


class VerifyIssue(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What looking into hearsay found."""

    found: Verification


class OpenCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """From an issue, a signal or both; its clocks start now."""

    title: Annotated[str, Meta(min_length=1, max_length=300)]
    kind: CaseKind
    level: CaseLevel
    issue: OptionalId = ""
    signal: OptionalId = ""


class LevelCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    level: CaseLevel


class RouteCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` and `joint` are codes; without `body` it goes to the one that judging suggests."""

    body: Short = ""
    reason: Annotated[str, Meta(max_length=500)] = ""
    joint: Annotated[tuple[Short, ...], Meta(max_length=50)] = ()


class ReturnCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    reason: Reason


class NoteCase(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How it is assessed, what was done, or both."""

    assessment: Long = ""
    disposal: Long = ""
