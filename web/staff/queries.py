"""What an address may ask of the staff API: strict shapes, as for bodies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.catalogue.models import Attribute, ItemState
from hub.opinion.cases.models import CaseState
from hub.opinion.judging.models import Intent, Mood, Urgency
from hub.opinion.signals.models import SignalKind
from hub.organisations.roster.models import Health
from hub.publishing.board.models import Group
from hub.publishing.models import DeliveryState

__all__ = [
    "AskAccounts",
    "AskAgenda",
    "AskCases",
    "AskDays",
    "AskDeliveries",
    "AskEvents",
    "AskIssues",
    "AskItems",
    "AskSignals",
]

Word = Annotated[str, Meta(max_length=64)]
Few = Annotated[int, Meta(ge=1, le=200)]
OptionalId = Annotated[str, Meta(pattern="^([0-9A-HJKMNP-TV-Z]{26})?$")]
Instant = Annotated[datetime, Meta(tz=True)]
Seq = Annotated[int, Meta(ge=0, le=2**53)]


class AskItems(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`before` is a page's `next`."""

    state: ItemState | None = None
    attribute: Attribute | None = None
    before: OptionalId = ""
    limit: Few = 50


class AskDeliveries(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is a code and includes those below it, `after` a page's `next`."""

    group: Group | None = None
    state: DeliveryState | None = None
    channel: Word = ""
    body: Word = ""
    account: OptionalId = ""
    plan: OptionalId = ""
    after: Word = ""
    limit: Few = 50


class AskAgenda(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Plans from the day `first` (in the installation's zone), of so many `days` or, without, of
    all there are."""

    first: date
    days: Annotated[int, Meta(ge=1, le=366)] | None = None
    channel: Word = ""
    body: Word = ""
    after: Word = ""
    limit: Few = 100


class AskDays(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    first: date
    days: Annotated[int, Meta(ge=1, le=62)] = 7
    channel: Word = ""
    body: Word = ""


class AskAccounts(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`text` is part of a name or handle."""

    health: Health | None = None
    channel: Word = ""
    body: Word = ""
    text: Annotated[str, Meta(max_length=100)] = ""
    after: OptionalId = ""
    limit: Few = 50


class AskSignals(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`since` and `until` are when it was said; every other narrowing is by what it was judged."""

    topic: Word = ""
    department: Word = ""
    intent: Intent | None = None
    mood: Mood | None = None
    urgency: Urgency | None = None
    kind: SignalKind | None = None
    channel: Word = ""
    place: Word = ""
    issue: OptionalId = ""
    body: Word = ""
    since: Instant | None = None
    until: Instant | None = None
    after: Word = ""
    limit: Few = 50


class AskIssues(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    body: Word = ""


class AskCases(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`handler` is a login, `before` a page's `next`."""

    state: CaseState | None = None
    handler: Word = ""
    before: OptionalId = ""
    limit: Few = 50


class AskEvents(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Events numbered above `after`, oldest first."""

    subject: Word = ""
    kind: Word = ""
    after: Seq = 0
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 100
