"""What a desk says often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.kernel.errors import Words

__all__ = ["Canned", "CannedView", "NewCanned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCanned:
    """`items` are the ids of published items that it rests on, at least one."""

    body_id: str
    key: str
    title: str
    text: str = field(repr=False)
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """A canned answer of a body; `items` maps each item to the version that the public saw when
    the text was last looked over."""

    id: str
    body_id: str
    key: str
    title: str
    text: str = field(repr=False)
    items: Mapping[str, int]
    set_by: str
    set_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedView:
    """A canned answer, and why it may not be said now, if so."""

    canned: Canned
    stale: Words | None
