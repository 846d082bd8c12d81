"""What the settings' pages work with beside the desk: who may what, what happened, who is told."""

from __future__ import annotations

from dataclasses import dataclass

from hub.conversation.desk.service import DeskService
from hub.organisations.auditing.service import Auditing
from hub.organisations.exports.service import Exports
from hub.organisations.models import Role
from hub.organisations.personnel.service import Personnel
from hub.organisations.webhooks.service import Webhooks
from hub.publishing.alerts.service import AlertOutbox
from hub.publishing.grouping.service import AccountGroups
from web.console.area import Permission

__all__ = ["ADMINISTERING", "STEWARDS", "AlertAddress", "Alerting", "Governing", "RingPolicy"]

STEWARDS = frozenset({Role.ADMIN})
ADMINISTERING = Permission(name="administering", roles=STEWARDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAddress:
    """One address operators are alerted at. `service` is the kind of it; the address itself is a
    secret and is shown nowhere."""

    name: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """`outbox` has what was told and is to be told. `quiet_from` and `quiet_until` are hours of
    the day between which what is not grave waits."""

    outbox: AlertOutbox
    addresses: tuple[AlertAddress, ...]
    quiet_from: int
    quiet_until: int
    incident_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPolicy:
    """The second ring's share in per cent; from which share and number of failures one stops."""

    percent: float
    error_percent: float
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Governing:
    """The services of the settings, and what the settings file says of alerts and rings."""

    personnel: Personnel
    auditing: Auditing
    hours: DeskService
    webhooks: Webhooks
    groups: AccountGroups
    exports: Exports
    alerting: Alerting
    rings: RingPolicy
