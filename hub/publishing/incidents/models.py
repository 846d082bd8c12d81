"""The values of incidents and of the alerts about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.kernel.errors import Words
from hub.kernel.states import StateTable
from hub.publishing.models import Delivery, DeliveryState

__all__ = [
    "ALERTS",
    "INCIDENTS",
    "Alert",
    "AlertEvent",
    "AlertKind",
    "AlertState",
    "Cause",
    "Foreseen",
    "Incident",
    "IncidentEvent",
    "IncidentState",
    "Resumed",
    "Shown",
    "Standing",
]


class IncidentState(StrEnum):
    WATCHED = "watched"  # too few yet to tell anybody
    OPEN = "open"
    CLOSED = "closed"


class IncidentEvent(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"


INCIDENTS: StateTable[IncidentState, IncidentEvent] = StateTable(
    {
        IncidentEvent.OPENED: ((IncidentState.WATCHED,), IncidentState.OPEN),
        IncidentEvent.CLOSED: ((IncidentState.OPEN,), IncidentState.CLOSED),
    }
)


class AlertKind(StrEnum):
    OPENED = "opened"
    GROWN = "grown"  # tenfold since the last alert
    CLOSED = "closed"
    REMINDER = "reminder"  # of no incident: a time limit, a signature that is waited for


class AlertState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # durable before the call: found after a crash it may have been sent
    SENT = "sent"
    GIVEN_UP = "given-up"


class AlertEvent(StrEnum):
    TAKEN = "taken"
    SENT = "sent"
    PUT_OFF = "put-off"
    GIVEN_UP = "given-up"


_A, _E = AlertState, AlertEvent
ALERTS: StateTable[AlertState, AlertEvent] = StateTable(
    {
        # from sending: the process that took it died; that is done once and no more
        _E.TAKEN: ((_A.WAITING, _A.SENDING), _A.SENDING),
        _E.SENT: ((_A.SENDING,), _A.SENT),
        _E.PUT_OFF: ((_A.SENDING,), _A.WAITING),
        _E.GIVEN_UP: ((_A.WAITING, _A.SENDING), _A.GIVEN_UP),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a delivery is in trouble. Fewer than `least` within the window are nobody's alert."""

    code: str
    words: Words
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Deliveries in trouble for one `cause` on one `channel`; of a stopped plan, `plan_id` is set
    and the channel empty. `told` is the count when people were last alerted."""

    id: str
    channel: str
    cause: str
    state: IncidentState
    count: int
    told: int
    words: Words
    first_at: datetime
    last_at: datetime
    plan_id: str = ""
    resumed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is told to operators. `told` are the alerters that took it; `repeats` counts crashes
    while it was being sent."""

    id: str
    incident_id: str | None
    kind: AlertKind
    title: str
    text: str
    state: AlertState
    tries: int
    repeats: int
    told: tuple[str, ...]
    created_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An incident with its first deliveries, how many are still in trouble, and its alerts."""

    incident: Incident
    examples: tuple[Delivery, ...]
    unsolved: int
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """So many of an incident's deliveries stand alike; `late`: past their latest time;
    `recalled`: of a version that was withdrawn."""

    state: DeliveryState
    reason: str
    late: bool
    recalled: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What resuming an incident would do now: `ready` start again, by state; `late` would, too,
    where what is too late is asked for; `stay` are left, and why."""

    ready: Mapping[DeliveryState, int]
    late: int
    stay: tuple[tuple[Words, int], ...]

    @property
    def count(self) -> int:
        return sum(self.ready.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """How many deliveries were made ready; `late` were left out, their latest time is over;
    `unknown` ones are settled by asking the platform, never by sending again."""

    ready: int
    late: int
    unknown: int
