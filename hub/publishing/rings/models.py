"""The values of rings: what was ordered, where each ring stands, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.kernel.states import StateTable

__all__ = [
    "HELD_BY_RING",
    "RINGS",
    "STOPPED_RING",
    "WAITING_RING",
    "Ring",
    "RingEvent",
    "RingOrder",
    "RingState",
    "RingView",
    "Tally",
]

WAITING_RING = "ring"  # the reason of a delivery that waits for its ring
STOPPED_RING = "ring-stopped"  # the same after a stop: a person has to let it go
HELD_BY_RING = (WAITING_RING, STOPPED_RING)


class RingState(StrEnum):
    WAITING = "waiting"  # for the ring before it
    RUNNING = "running"  # its deliveries go out and are looked at
    PASSED = "passed"
    STOPPED = "stopped"  # too many errors: waits for a person


class RingEvent(StrEnum):
    RELEASED = "released"
    PASSED = "passed"
    STOPPED = "stopped"
    RESUMED = "resumed"  # a person looked and takes it on


_R, _E = RingState, RingEvent
RINGS: StateTable[RingState, RingEvent] = StateTable(
    {
        _E.RELEASED: ((_R.WAITING,), _R.RUNNING),
        _E.PASSED: ((_R.RUNNING,), _R.PASSED),
        _E.STOPPED: ((_R.RUNNING,), _R.STOPPED),
        _E.RESUMED: ((_R.STOPPED,), _R.RUNNING),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingOrder:
    """How a plan is sent in rings. `first` names accounts for the first ring; a channel with none
    of them gives the one that is due first. `share` of each channel's accounts is the second ring.

    A ring stops when at least `errors` accounts and more than `error_share` of it have failed.
    """

    first: tuple[str, ...] = ()
    share: float = 0.01
    error_share: float = 0.05
    errors: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """`excused` accounts had failed when a person resumed it; `waived` says that one did."""

    plan_id: str
    number: int  # from 1
    state: RingState
    error_share: float
    errors: int
    excused: int = 0
    waived: bool = False
    released_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A ring's accounts by what became of them: read back, or accepted where nothing can be read
    (`proven`); failed, expired, waiting for a person (`failed`); cancelled or recalled by a person
    (`cancelled`); the rest is under way."""

    accounts: int
    proven: int
    failed: int
    cancelled: int

    @property
    def pending(self) -> int:
        return self.accounts - self.proven - self.failed - self.cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class RingView:
    """A ring as it is shown: with its tally, and of how many rings it is one."""

    ring: Ring
    tally: Tally
    of: int
