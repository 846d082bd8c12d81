"""Joins the reports that staff put together to an open hub."""

from __future__ import annotations

from app.briefs import brief_sending, brief_service
from app.compose import Hub
from hub.opinion.briefs.service import Briefs
from hub.opinion.reports.scheduling import ReportClock
from hub.opinion.reports.service import Reports
from hub.opinion.rounds.service import Rounds
from hub.organisations.authority.sight import Sights

__all__ = ["report_clock", "report_service"]


def report_service(hub: Hub, briefs: Briefs | None = None) -> Reports:
    """Reports, over an open hub."""
    return Reports(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        briefs=briefs or brief_service(hub),
        sights=Sights(hub.database),
        zone=hub.settings.time_zone,
    )


def report_clock(hub: Hub) -> ReportClock:
    """Makes reports at the hour at which briefs are made."""
    briefs = brief_service(hub)
    return ReportClock(
        rounds=Rounds(hub.database, hub.clock),
        clock=hub.clock,
        reports=report_service(hub, briefs),
        sending=brief_sending(hub, briefs),
        hour=hub.settings.brief_hour,
        zone=hub.settings.time_zone,
    )
