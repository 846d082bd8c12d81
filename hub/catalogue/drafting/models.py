"""A draft as somebody is typing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.catalogue.variants.models import Variant

__all__ = ["Draft", "Typed", "Writer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the composer's fields hold, exactly as typed: nothing is checked before it is saved."""

    title: str
    summary: str
    body: str
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One person's working draft of an item: begun on `base_version`, kept `revision` times, last
    by the window `window` at `saved_at`. Revision 0 is the item as it is: nothing is kept yet."""

    item_id: str
    login: str
    base_version: int
    revision: int
    window: str
    typed: Typed
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who else has a draft of the item, and when it was last kept."""

    login: str
    name: str
    saved_at: datetime
