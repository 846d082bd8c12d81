"""Opens what operators handle over an open hub: emergencies, many deliveries at once."""

from __future__ import annotations

from app.compose import Hub
from app.connecting import connecting_of, trial_posts_of
from hub.organisations.filters.service import SavedFilters
from hub.publishing.emergency.service import Emergencies
from hub.publishing.findings.service import Findings
from hub.publishing.outages.service import Outages
from hub.publishing.restraint.service import Restraint
from hub.publishing.retrying.service import Retrying
from web.console.handling import Handling

__all__ = [
    "emergencies_of",
    "filters_of",
    "findings_of",
    "handling_of",
    "outages_of",
    "restraint_of",
    "retrying_of",
]


def emergencies_of(hub: Hub) -> Emergencies:
    return Emergencies(
        database=hub.database,
        clock=hub.clock,
        publishing=hub.publishing,
        simulation=hub.simulation,
        zone=hub.settings.time_zone,
    )


def retrying_of(hub: Hub) -> Retrying:
    """Whoever waits for a change of the ledger is told as by the operations on single ones."""
    return Retrying(hub.database, hub.clock, lambda: hub.operations.on_change())


def outages_of(hub: Hub) -> Outages:
    return Outages(hub.database, hub.clock, lambda: hub.operations.on_change())


def restraint_of(hub: Hub) -> Restraint:
    return Restraint(hub.database, hub.clock, lambda: hub.operations.on_change())


def findings_of(hub: Hub) -> Findings:
    return Findings(hub.database, hub.clock, hub.preflight, hub.liveness)


def filters_of(hub: Hub) -> SavedFilters:
    return SavedFilters(hub.database, hub.clock)


def handling_of(hub: Hub) -> Handling:
    return Handling(
        emergencies=emergencies_of(hub),
        retrying=retrying_of(hub),
        connecting=connecting_of(hub),
        tests=trial_posts_of(hub),
        outages=outages_of(hub),
        findings=findings_of(hub),
        restraint=restraint_of(hub),
    )
