"""Items as the portal's lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from hub.catalogue.classification.models import GENRES, Genre
from hub.catalogue.models import Item, Standing
from hub.catalogue.text import prose
from hub.catalogue.validity.rules import STANDING_WORDS, standing
from web.portal.manner import Manner

__all__ = ["Entry", "entry_of", "file_path", "genre_words", "item_path"]

_PASSAGE = 120  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`passage` is escaped when it is shown, unless it is a highlighted one (`Markup`).

    `day` is that of publication, `formed_on` the document's own. `state` says what a reader must
    know at first sight; `plain` that it stands as documents do. `source` names the file that the
    passage is from, `source_path` is its address.
    """

    path: str
    title: str
    day: date | datetime | None = None
    publisher: str = ""
    doc_no: str = ""
    theme: str = ""
    passage: str = ""
    state: str = ""
    plain: bool = False
    formed_on: date | None = None
    source: str = ""
    source_path: str = ""


def entry_of(item: Item, publisher: str, today: date, passage: str = "") -> Entry:
    """`item` as it stands on `today`; without a `passage` the list shows its summary."""
    stands = standing(item, today)
    plain = stands in (Standing.IN_FORCE, Standing.AMENDED)
    return Entry(
        path=item_path(item.id),
        title=item.title,
        day=item.published_at,
        publisher=publisher,
        doc_no=item.doc_no,
        theme=item.theme,
        passage=passage or _digest(item),
        state="" if plain else STANDING_WORDS[stands].zh,
    )


def item_path(item_id: str) -> str:
    """The same address that posts and the static website link to."""
    return f"/i/{item_id}.html"


def file_path(item_id: str, sha256: str, name: str) -> str:
    """Where a file of an item is kept under its own name."""
    return f"/media/{item_id}/{sha256}/{quote(name, safe='')}"


def genre_words(genre: Genre, manner: Manner) -> str:
    """The name of a genre in the interface's language."""
    return GENRES[genre][0] if manner.language == "zh" else genre.value.replace("-", " ")


def _digest(item: Item) -> str:
    text = " ".join((item.summary or prose(item.body)).split())
    return text if len(text) <= _PASSAGE else f"{text[: _PASSAGE - 1]}…"
