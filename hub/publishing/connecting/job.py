"""A test post as a channel's outlet sees it: the same port as a delivery's, a record of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.kernel.errors import NotFound, Words
from hub.publishing.connecting.models import Trial
from hub.publishing.models import Part
from hub.publishing.ports import Access, MediaSource
from hub.publishing.rules import delivery_key

__all__ = ["Pictures", "TrialJob"]


@dataclass(frozen=True, slots=True)
class Pictures:
    """`MediaSource` over what was drawn for the test post."""

    drawn: Mapping[str, bytes] = field(repr=False)

    async def read(self, sha256: str) -> bytes:
        try:
            return self.drawn[sha256]
        except KeyError:
            raise NotFound(Words("没有这张图片", "no such picture"), field="media") from None


@dataclass(slots=True, kw_only=True)
class TrialJob:
    """`Job` (hub.publishing.ports); `keep` writes progress durably."""

    trial: Trial
    access: Access
    part: Part
    media: MediaSource
    keep: Callable[[Mapping[str, Any]], Awaitable[None]]
    progress: Mapping[str, Any] = field(default_factory=dict)
    previous_id: str = ""

    @property
    def delivery_id(self) -> str:
        return self.trial.id

    @property
    def key(self) -> str:
        return delivery_key(self.trial.id)

    @property
    def remote_id(self) -> str:
        return self.trial.remote_id

    @property
    def started_at(self) -> datetime | None:
        return self.trial.at

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        await self.keep(progress)
        self.progress = dict(progress)
