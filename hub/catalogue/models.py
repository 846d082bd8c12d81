"""An item of government information, with the pictures and files that belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.catalogue.attachments.models import Attachment
from hub.catalogue.classification.models import Genre, StatutoryClass
from hub.catalogue.variants.models import Variant
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
    "Standing",
    "Validity",
]


class Attribute(StrEnum):
    """公开属性, decided when the document is drafted (Regulation on Government Information
    Disclosure, State Council order 711, articles 13-16)."""

    PROACTIVE = "proactive"
    ON_APPLICATION = "on-application"
    WITHHELD = "withheld"


class Validity(StrEnum):
    """有效性 as somebody decided it; what a date alone decides is computed
    (`hub.catalogue.validity.rules.standing`) and never stored."""

    IN_FORCE = "in-force"  # 有效
    AMENDED = "amended"  # 已修改, in force as amended
    REPEALED = "repealed"  # 废止
    EXPIRED = "expired"  # 失效, declared so
    SUPERSEDED = "superseded"  # 被新文件代替


class Standing(StrEnum):
    """How an item stands on a given day: what was decided, else what its dates say."""

    NOT_YET = "not-yet"  # 尚未生效
    IN_FORCE = "in-force"
    AMENDED = "amended"
    REPEALED = "repealed"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


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

    Every change of content makes a new `version` with a new `content_hash`, and voids all
    signatures. Identity and standing are no content: `external_key`, `index_no` (索引号, unique in
    the body for ever), `validity` and what says since when it is public.

    `theme` is a path of the list of themes, `source_theme` what a foreign listing said instead;
    `unit` is the responsible office, `source_published_on` the day on which it was public
    elsewhere. `public_version` is what the public sees, None while or once it sees nothing;
    `published_at` is the first time, kept through a withdrawal, and nothing up to
    `withdrawn_version` ever becomes public again.

    `carries` is the hash of the list version that the item publishes (hub.catalogue.keyareas): as
    content it is hashed, and so signed. So are `attachments`, by their bytes and names, and
    `variants`: words of their own for channels and accounts.
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
    index_no: str = ""
    summary: str = ""
    doc_no: str = ""
    genre: Genre | None = None
    theme: str = ""
    source_theme: str = ""
    statutory_class: StatutoryClass | None = None
    normative: bool = False
    unit: str = ""
    keywords: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    formed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    validity: Validity = Validity.IN_FORCE
    validity_since: date | None = None
    source_url: str = ""
    carries: str = ""
    source_published_on: date | None = None
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    variants: tuple[Variant, ...] = ()
    public_version: int | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """The content of an item as a person or an importer gives it; see `Item` for the fields.

    An empty `external_key` becomes the item's own id, an empty `issuer` the body's name, an empty
    `index_no` the next one of the body. `validity` counts when the item is entered; afterwards
    it has a door of its own.
    """

    body_id: str
    title: str
    body: str
    attribute: Attribute
    external_key: str = ""
    index_no: str = ""
    issuer: str = ""
    summary: str = ""
    doc_no: str = ""
    genre: Genre | None = None
    theme: str = ""
    source_theme: str = ""
    statutory_class: StatutoryClass | None = None
    normative: bool = False
    unit: str = ""
    keywords: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    formed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    validity: Validity = Validity.IN_FORCE
    source_url: str = ""
    carries: str = ""
    source_published_on: date | None = None
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items: every field given narrows the list. `words` are looked for in title and
    document number, `theme` includes its sub-classes; `before` is an item's id, and only older
    ones follow it. `standing` is that of `today`."""

    body_id: str = ""
    state: ItemState | None = None
    attribute: Attribute | None = None
    standing: Standing | None = None
    theme: str = ""
    genre: Genre | None = None
    public: bool | None = None
    words: str = ""
    before: str = ""
    today: date | None = None
    limit: int = 50
