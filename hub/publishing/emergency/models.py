"""The values of an emergency: what it would be, what was ordered, how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.kernel.errors import Words
from hub.publishing.models import DeliveryState
from hub.publishing.outreach.models import LeftOut

__all__ = ["Channel", "Order", "Outlook", "Progress", "Stuck"]

_S = DeliveryState
_OUT = frozenset({_S.ACCEPTED, _S.VERIFIED})
_OVER = frozenset({*_OUT, _S.FAILED, _S.EXPIRED, _S.CANCELLED, _S.RECALLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel's share: how many, when its last one would be out (None: none of them), and
    why how many of them have to wait."""

    channel: str
    deliveries: int
    last: datetime | None
    waiting: Mapping[str, int]
    expired: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would be ordered: `deliveries` in all, finished at `finish` (None: not foreseeable);
    who is left out and why. `late` is why it goes out after its statutory limit."""

    deliveries: int
    channels: tuple[Channel, ...]
    left_out: tuple[LeftOut, ...]
    finish: datetime | None
    not_after: datetime
    late: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An emergency that was ordered; `displaced` routine deliveries gave way to it."""

    plan_id: str
    item_id: str
    title: str
    body_id: str
    ordered_by: str
    ordered_at: datetime
    reason: str
    deliveries: int
    displaced: int
    finish_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """So many deliveries are in `state` for one cause."""

    state: DeliveryState
    words: Words
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an order is: deliveries by state, what does not go on by itself, the commonest
    first, and when the first and the newest were handed to their platforms."""

    order: Order
    states: Mapping[DeliveryState, int]
    stuck: tuple[Stuck, ...]
    first_out: datetime | None
    last_out: datetime | None

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def out(self) -> int:
        return sum(count for state, count in self.states.items() if state in _OUT)

    @property
    def ended(self) -> bool:
        """Whether nothing of it moves any more without a person."""
        return all(state in _OVER for state, count in self.states.items() if count)
