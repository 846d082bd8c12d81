"""A question to the catalogue, what was understood of it, and the answer page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.catalogue.models import Attribute, Validity

__all__ = [
    "Entry",
    "FacetCount",
    "Highlight",
    "Hit",
    "Narrowing",
    "Page",
    "Place",
    "Question",
    "Shown",
    "Sort",
    "Status",
    "Synonyms",
    "Understood",
]

Synonyms = Mapping[str, tuple[str, ...]]  # how people say it → how documents say it


class Sort(StrEnum):
    RELEVANCE = "relevance"
    DATE = "date"  # newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which items at all: every field given narrows, an empty one does not.

    `body_id` includes the bodies below it, `theme` its sub-classes (`综合政务` has
    `综合政务\\政务公开`). `validity` is what was decided; what its own last day has ended is not
    in force either. `public_only` is what a citizen sees.
    """

    body_id: str = ""
    year: int | None = None
    theme: str = ""
    genre: str = ""
    validity: Validity | None = None
    attribute: Attribute | None = None
    public_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person typed, at most 200 characters that count; `"…"` keeps words together.

    `facets` asks for counts as well, which cost as much as the search.
    """

    text: str = ""
    narrowing: Narrowing = Narrowing()
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    facets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place or body that a question names: only its items, and those that name it in the
    title, are looked at."""

    name: str
    body_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was made of a question, to be told with the answer.

    `words` were looked for, `dropped` occur in too many items to tell them apart, `synonyms` says
    what was looked for as well. Only what is of one of `years`, or names it in its title, was
    looked at. `relaxed` is True where nothing was found in `places` and the whole catalogue was
    searched, `any_year` where nothing of the years that were named was.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    numbers: tuple[str, ...] = ()  # document numbers as `issuer|year|number`
    index_no: str = ""
    synonyms: Synonyms = field(default_factory=dict)
    spelled: tuple[str, ...] = ()  # words looked for by their sound
    years: tuple[int, ...] = ()
    relaxed: bool = False
    any_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item as the index takes it. `scopes`: whether the public, the inside or both see it;
    `until`: the last day on which it is in force.

    `themes` has the class and each class above it, `years` that of `dated` and of a publication
    that followed within months.
    """

    item_id: str
    scopes: tuple[str, ...]
    title: str
    body: str
    body_id: str
    issuer: str = ""
    keywords: tuple[str, ...] = ()
    doc_no: str = ""
    index_no: str = ""
    themes: tuple[str, ...] = ()
    genre: str = ""
    validity: str = ""
    attribute: str = ""
    dated: date | None = None
    years: tuple[int, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the database says of a found item now. `on` is the day it was formed or entered.

    `validity` is what was decided; how it stands on a day is told by `validity.rules.standing`.
    `files` are the SHA-256 and the names of its attachments.
    """

    id: str
    version: int
    title: str
    body: str
    issuer: str
    body_id: str
    doc_no: str
    index_no: str
    theme: str
    genre: str
    validity: Validity
    attribute: str
    on: date
    formed_on: date | None = None
    published_at: datetime | None = None
    validity_since: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A piece of an item's text; `marks` are the (start, end) of what matched in it. `file` and
    `file_name` say of which attachment it is a piece; empty for one of the item's own text."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    file: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    item: Shown
    score: float
    title: Highlight
    passage: Highlight


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`more`: whether a next page has something; it begins at `following`. `total` and `facets`
    only where asked for."""

    hits: tuple[Hit, ...]
    understood: Understood
    offset: int = 0
    following: int = 0
    more: bool = False
    total: int | None = None
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the index is: `position` of `newest` changes are in it."""

    ready: bool
    documents: int = 0
    segments: int = 0
    bytes: int = 0
    position: int = 0
    newest: int = 0
    synonyms_version: int = 0
    current_terms: bool = True  # made with the terms this program cuts by
