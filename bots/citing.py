"""Items as sources and as choices: what every skill that speaks of items needs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from bots.contract import Language, Source
from bots.texts import in_script
from hub.conversation.models import Choice, Citation
from hub.kernel.clock import CHINA

__all__ = ["Citable", "address_of", "choice", "day_of", "page_source", "source_of"]

_LONGEST_LABEL = 40


def address_of(site_url: str, item_id: str) -> str:
    """Where the public reads the item."""
    return f"{site_url.rstrip('/')}/i/{item_id}.html"


def day_of(moment: datetime | None) -> date | None:
    """The day in China on which it was."""
    return moment.astimezone(CHINA).date() if moment else None


class Citable(Protocol):
    """A public item, in whichever of the catalogue's forms."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def title(self) -> str: ...

    @property
    def index_no(self) -> str: ...

    @property
    def published_at(self) -> datetime | None: ...


def source_of(item: Citable, site_url: str, passage: str = "") -> Source:
    """A public item, cited; `passage` is a piece of its text as it stands."""
    citation = Citation(
        title=item.title,
        index_no=item.index_no,
        published_on=day_of(item.published_at),
        url=address_of(site_url, item.id),
        passage=passage,
    )
    return Source(item_id=item.id, version=item.version, citation=citation)


def page_source(title: str, site_url: str, path: str) -> Source:
    """A page of the public site itself, which no recall takes away."""
    url = f"{site_url.rstrip('/')}{path}"
    citation = Citation(title=title, index_no="", published_on=None, url=url)
    return Source(item_id="", version=0, citation=citation)


def choice(skill: str, argument: str, label: str, language: Language) -> Choice:
    """What leads to a skill with an argument; a label that is too long ends in an ellipsis."""
    short = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
    return Choice(label=in_script(short, language), payload=f"{skill}/{argument}")
