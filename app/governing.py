"""Joins what the console's settings work with to an open hub."""

from __future__ import annotations

from app.alerting import open_alerters
from app.compose import Hub
from app.desk import desk_service
from app.webhooks import webhooks_of
from hub.organisations.auditing.service import Auditing
from hub.organisations.exports.service import Exports
from hub.organisations.personnel.service import Personnel
from hub.publishing.alerts.service import AlertOutbox
from hub.publishing.grouping.service import AccountGroups
from web.console.governing import AlertAddress, Alerting, Governing, RingPolicy

__all__ = ["governing_of"]


def governing_of(hub: Hub) -> Governing:
    """Raises Misconfigured for an alert address that no service knows."""
    settings = hub.settings
    return Governing(
        personnel=Personnel(hub.database, hub.clock, hub.organisations),
        auditing=Auditing(hub.database, hub.clock),
        hours=desk_service(hub),
        webhooks=webhooks_of(hub),
        groups=AccountGroups(hub.database, hub.clock),
        exports=Exports(hub.database, hub.clock),
        alerting=_alerting(hub),
        rings=RingPolicy(
            percent=settings.ring_percent,
            error_percent=settings.ring_error_percent,
            errors=settings.ring_errors,
        ),
    )


def _alerting(hub: Hub) -> Alerting:
    """The addresses in the order of the settings; of each no more than its scheme is told."""
    settings = hub.settings
    schemes = [url.get_secret_value().partition(":")[0] for url in settings.alert_urls]
    alerters = open_alerters(settings)
    return Alerting(
        outbox=AlertOutbox(hub.database, hub.clock, alerters),
        addresses=tuple(
            AlertAddress(name=name, service=scheme)
            for name, scheme in zip(alerters, schemes, strict=False)
        ),
        quiet_from=settings.opinion_quiet_from,
        quiet_until=settings.opinion_quiet_until,
        incident_minutes=settings.incident_minutes,
    )
