"""An item of government information and the pictures that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.kernel.states import StateTable

__all__ = [
    "ITEM_LIFECYCLE",
    "Attribute",
    "Filter",
    "Item",
    "ItemDraft",
    "ItemEvent",
    "ItemState",
    "Picture",
    "Validity",
]


class Attribute(StrEnum):
    """公开属性, decided when the document is drafted (Regulation on Government Information
    Disclosure, State Council order 711, articles 13-16)."""

    PROACTIVE = "proactive"
    ON_APPLICATION = "on-application"
    WITHHELD = "withheld"


class Validity(StrEnum):
    IN_FORCE = "in-force"
    REPEALED = "repealed"
    EXPIRED = "expired"


class ItemState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    APPROVED = "approved"


class ItemEvent(StrEnum):
    EDITED = "edited"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


ITEM_LIFECYCLE: StateTable[ItemState, ItemEvent] = StateTable(
    {
        ItemEvent.EDITED: (ItemState, ItemState.DRAFT),
        ItemEvent.SUBMITTED: (ItemState, ItemState.IN_REVIEW),  # approved: for more channels
        # a draft: what its determination lacks was named
        ItemEvent.RETURNED: ((ItemState.DRAFT, ItemState.IN_REVIEW), ItemState.RETURNED),
        ItemEvent.APPROVED: ((ItemState.IN_REVIEW,), ItemState.APPROVED),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A stored picture: size in bytes, sides in pixels, `alt` for those who cannot see it."""

    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version of an item. `body` is plain text: paragraphs separated by blank lines,
    headings begin with `## `. `external_key` is the importer's own key, unique per body.

    Every change makes a new `version` with a new `content_hash`, and voids all signatures.
    `carries` is the hash of the list version that the item publishes (hub.catalogue.keyareas): as
    content it is hashed, and so signed.
    """

    id: str
    body_id: str
    external_key: str
    version: int
    title: str
    body: str
    issuer: str
    attribute: Attribute
    state: ItemState
    entered_by: str
    entered_at: datetime
    content_hash: str
    summary: str = ""
    doc_no: str = ""
    theme: str = ""
    formed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    validity: Validity = Validity.IN_FORCE
    source_url: str = ""
    carries: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """The content of an item as a person or an importer gives it; see `Item` for the fields.

    An empty `external_key` becomes the item's own id, an empty `issuer` the body's name.
    """

    body_id: str
    title: str
    body: str
    attribute: Attribute
    external_key: str = ""
    issuer: str = ""
    summary: str = ""
    doc_no: str = ""
    theme: str = ""
    formed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    validity: Validity = Validity.IN_FORCE
    source_url: str = ""
    carries: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items: every field given narrows the list. `words` are looked for in title and
    document number; `before` is an item's id, and only older ones follow it."""

    body_id: str = ""
    state: ItemState | None = None
    attribute: Attribute | None = None
    validity: Validity | None = None
    theme: str = ""
    words: str = ""
    before: str = ""
    limit: int = 50
