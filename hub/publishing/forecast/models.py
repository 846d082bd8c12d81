"""The values of a simulation: what would be sent, under which limits, and what comes out.

Moments are seconds since 1970 here: tens of thousands of posts are played in a second or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.publishing.models import Quota

__all__ = ["Job", "Load", "Machine", "Played", "Reason", "Wave", "Window"]


# A ceiling for posts over real channels on two cores. benchmarks/results.md: 4,357 a second over a
# platform that costs nothing, one call a post (ledger_per_s); signing, uploads and TLS cost more.
_PER_SECOND = 1000.0


class Reason:
    """Why a post waits longer than for its turn."""

    RATE = "rate"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` posts in any `per_s` seconds for all that share `key`; routine ones leave
    `kept` of them to emergencies."""

    key: str
    count: int
    kept: int
    per_s: float

    def allowed(self, urgent: bool) -> int:
        return self.count if urgent else self.count - self.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One delivery that would go out. It is sent from `ready_at` on and not after `not_after`.

    `after` names a group of which every member must have ended `settle_s` seconds ago; `groups`
    are those it belongs to itself: a thread's earlier part, an earlier ring. `held`: it waits for
    a person, and nobody knows how long.
    """

    id: str
    wave: str
    account: str
    ready_at: float
    not_after: float
    call_s: float
    priority: int = 0
    urgent: bool = False
    windows: tuple[Window, ...] = ()
    quotas: tuple[Quota, ...] = ()
    groups: tuple[str, ...] = ()
    after: str = ""
    settle_s: float = 0.0
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is to be played, from `now` on. `begun`: when posts of the last hours began, oldest
    first, by the key of their window. `spent`: slots that others have, by (account, kind of the
    quota, begin of its period)."""

    now: float
    jobs: tuple[Job, ...]
    begun: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    spent: Mapping[tuple[str, str, float], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What this installation does at a time: `connections` calls, and as many emergencies again;
    never more than `per_second` posts begun in a second."""

    connections: int
    per_second: float = _PER_SECOND


@dataclass(slots=True)
class Played:
    """What became of one job: when its call began and ended, or None where it would expire or
    wait for a person. `waited` says for what it had to wait, `until` up to which moment."""

    job: Job
    started: float | None = None
    finished: float | None = None
    expired: bool = False
    waited: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One plan on one channel. Moments as above, None where nothing would be sent.

    `waiting` and `waiting_until` are by reason (`rate`, `quota`): how many have to wait for it,
    and until when the last of them. `held` wait for a person or for something that never comes.
    """

    name: str
    deliveries: int
    sent: int
    due: float
    started: float | None
    first: float | None
    median: float | None
    last: float | None
    waiting: Mapping[str, int]
    waiting_until: Mapping[str, float]
    expired: int
    held: int
