"""What the API answers with. A name or a meaning here never changes within a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

__all__ = [
    "ApiAttachment",
    "ApiBodies",
    "ApiBody",
    "ApiEntries",
    "ApiEntry",
    "ApiFacet",
    "ApiField",
    "ApiFound",
    "ApiHit",
    "ApiItem",
    "ApiItemSummary",
    "ApiItems",
    "ApiKeyArea",
    "ApiKeyAreas",
    "ApiPicture",
    "ApiPoint",
    "ApiPoints",
    "ApiProblem",
    "ApiRelation",
    "ApiTheme",
    "ApiThemes",
    "ApiVersion",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiProblem:
    """RFC 9457: `type` is our error code, `detail` says what is wrong and what to do."""

    type: str
    title: str
    status: int
    detail: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiBody:
    """A public body; `parent` is the code of the one above it."""

    code: str
    name: str
    kind: str
    region: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiBodies:
    bodies: tuple[ApiBody, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTheme:
    """One of the national themes; `name` is `theme` or `theme\\sub-class`."""

    name: str
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiThemes:
    """`version` 0 is the national list."""

    version: int
    source: str
    themes: tuple[ApiTheme, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiItemSummary:
    """One item in a list. Dates as ISO 8601; `url` is its page, `api` its record."""

    id: str
    url: str
    api: str
    title: str
    body: str
    issuer: str
    published_at: datetime
    index_no: str = ""
    doc_no: str = ""
    theme: str = ""
    genre: str = ""
    formed_on: date | None = None
    validity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiItems:
    """A page of items; `next` is the address of the following page, empty on the last one."""

    items: tuple[ApiItemSummary, ...]
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiHit:
    """A found item. `passage` is the piece of its text that answers best; `title_marks` and
    `passage_marks` are the [start, end] of what matched, in characters. `dated` is the day of the
    document, or that on which it was entered. `validity` is what was decided, `standing` how the
    item stands today. `attachment` names the file that the passage is from, `file` is its address.
    """

    id: str
    url: str
    api: str
    title: str
    passage: str
    body: str
    issuer: str
    dated: date
    index_no: str = ""
    doc_no: str = ""
    theme: str = ""
    genre: str = ""
    validity: str = ""
    standing: str = ""
    published_at: datetime | None = None
    attachment: str = ""
    file: str = ""
    title_marks: tuple[tuple[int, int], ...] = ()
    passage_marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiFacet:
    """How many hits have `value` as their `name` (body, theme, genre, year or validity)."""

    name: str
    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiFound:
    """A page of hits, best first; `next` is the address of the following page. `words` were looked
    for, `dropped` are too common to tell items apart; only items of one of `years`, or with one in
    their titles, were looked at."""

    total: int
    hits: tuple[ApiHit, ...]
    next: str = ""
    words: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    facets: tuple[ApiFacet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiField:
    """A field of an entry form; `unit` is that of its values."""

    name: str
    zh: str
    en: str
    type: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyArea:
    """A kind of list with its form; `lists` counts those that are public."""

    kind: str
    zh: str
    en: str
    yearly: bool
    lists: int
    url: str
    fields: tuple[ApiField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyAreas:
    kinds: tuple[ApiKeyArea, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEntry:
    """An entry in force today. `body` is a code, `year` 0 for lists that do not go by year;
    `values` by the names of the form's fields, amounts as decimal texts."""

    code: str
    title: str
    body: str
    year: int
    version: int
    url: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEntries:
    entries: tuple[ApiEntry, ...]
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPoint:
    """An access point. `opening` is open, shut or unknown at the moment of the answer; `latitude`
    and `longitude` are GCJ-02; `metres` as the crow flies, where a position was asked about."""

    code: str
    name: str
    place: str
    city: str
    address: str
    hours: str
    phone: str
    opening: str
    staff: int
    sign: bool
    equipment: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    metres: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPoints:
    points: tuple[ApiPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPicture:
    url: str
    media_type: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAttachment:
    """A file; `size` in bytes. `sha256` is what the content hash covers, with the name."""

    url: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRelation:
    """`kind` is supersedes, repeals, amends or interprets, seen from the item that has it;
    `inverse` says that the other item does it to this one."""

    kind: str
    inverse: bool
    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiVersion:
    number: int
    published_at: datetime
    content_hash: str
    api: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiItem:
    """A public record as it was signed: `content_hash` is the hash that three people signed."""

    id: str
    url: str
    version: int
    content_hash: str
    title: str
    text: str
    body: str
    issuer: str
    published_at: datetime
    summary: str = ""
    index_no: str = ""
    doc_no: str = ""
    theme: str = ""
    genre: str = ""
    keywords: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    formed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    validity: str = ""
    source_url: str = ""
    pictures: tuple[ApiPicture, ...] = ()
    attachments: tuple[ApiAttachment, ...] = ()
    relations: tuple[ApiRelation, ...] = ()
    versions: tuple[ApiVersion, ...] = ()
