"""A watch: which words, where, and how far it has read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.kernel.states import StateTable

__all__ = ["WATCHES", "NewWatch", "Watch", "WatchCount", "WatchEvent", "WatchState"]


class WatchState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class WatchEvent(StrEnum):
    PAUSED = "paused"
    RESUMED = "resumed"


WATCHES: StateTable[WatchState, WatchEvent] = StateTable(
    {
        WatchEvent.PAUSED: ((WatchState.ACTIVE,), WatchState.PAUSED),
        WatchEvent.RESUMED: ((WatchState.PAUSED,), WatchState.ACTIVE),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWatch:
    """`include`: one of them has to be there; 校车+超载 means both in one message. `exclude`: none
    of them may. With `places` the place begins with one of them, with `channels` it came by one
    of them."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`cursor` is the id of the last signal it has looked at: a new watch begins with the oldest,
    so that an analyst sees at once what was said before. `signals` counts those it found."""

    id: str
    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    places: tuple[str, ...]
    channels: tuple[str, ...]
    state: WatchState
    made_at: datetime
    made_by: str
    cursor: str = ""
    signals: int = 0


@dataclass(frozen=True, slots=True)
class WatchCount:
    """What a watch found within a period."""

    name: str
    signals: int
    negative: int
