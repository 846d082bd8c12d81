"""A determination: public or not and why, interpreted or not and why, by whom and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.catalogue.models import Attribute
from hub.kernel.errors import Words

__all__ = ["Determination", "Limit", "Matter", "Missing", "Proposal", "Rule", "Starts"]


class Matter(StrEnum):
    """What kind of matter it is: it decides which clock runs until publication."""

    GOVERNMENT_DOCUMENT = "government-document"  # of the government or its office
    LIVELIHOOD_EVENT = "livelihood-event"  # a meeting or activity about people's livelihood
    OTHER = "other"


class Limit(StrEnum):
    """Until when it is to be published."""

    STATUTORY = "statutory"  # as the clock of its matter says
    SET = "set"  # on a day that the drafter sets; the statutory clock runs beside it


class Rule(StrEnum):
    """The rule by which a determination was made without a person looking at each item."""

    ALREADY_PUBLIC = "already-public"  # it was public before it came here: no clock runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """What starts the clocks; each is unknown until it happened. Instants are UTC."""

    printed_at: datetime | None = None
    ended_at: datetime | None = None
    formed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A determination as a drafter proposes it, perhaps with parts missing.

    `ground` is a key of `hub.review.determination.grounds.GROUNDS`. `documents` names what must
    be interpreted; none: the item itself. `review_on`: when what is withheld is looked at again.
    """

    attribute: Attribute | None = None
    ground: str = ""
    reason: str = ""
    interpret: bool | None = None
    no_interpretation_reason: str = ""
    documents: tuple[str, ...] = ()
    unit: str = ""
    matter: Matter | None = None
    limit: Limit | None = None
    limit_on: date | None = None
    review_on: date | None = None
    starts: Starts = Starts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """What holds for an item: complete, by a person or by a rule. `revision` counts from 1.

    `published_at`: when the first account had it, once that is known; it stops the clock.
    """

    item_id: str
    revision: int
    attribute: Attribute
    ground: str
    reason: str
    interpret: bool
    no_interpretation_reason: str
    documents: tuple[str, ...]
    unit: str
    matter: Matter
    limit: Limit
    limit_on: date | None
    review_on: date | None
    starts: Starts
    determined_by: str
    determined_at: datetime
    rule: Rule | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that a determination lacks: the field's name, and what to write there."""

    field: str
    words: Words
