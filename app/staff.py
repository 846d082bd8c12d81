"""Joins the staff API to an open hub."""

from __future__ import annotations

from app.compose import Hub
from app.desk import Desk
from app.opinion import case_service, issue_service, judging_service
from hub.catalogue.listing.service import Listing
from hub.opinion.stream.service import Stream
from hub.organisations.authority.sight import Sights
from hub.organisations.roster.service import Register
from hub.publishing.agenda.service import Agendas
from hub.publishing.board.service import DeliveryBoard
from web.staff.desk import Services

__all__ = ["staff_services"]


def staff_services(hub: Hub, desk: Desk) -> Services:
    """What the staff API works with, over an open hub."""
    return Services(
        zone=hub.settings.time_zone,
        site_url=hub.settings.site_url,
        tokens=hub.tokens,
        doors=hub.doors,
        organisations=hub.organisations,
        catalogue=hub.catalogue,
        determinations=hub.determinations,
        interpretations=hub.interpretations,
        checks=hub.checks,
        review=hub.review,
        publishing=hub.publishing,
        operations=hub.operations,
        desk=desk.service,
        answering=desk.answering,
        clock=hub.clock,
        database=hub.database,
        listing=Listing(hub.database),
        sights=Sights(hub.database),
        board=DeliveryBoard(hub.database, hub.clock),
        recalling=hub.recalling,
        agendas=Agendas(hub.database, hub.clock, hub.settings.time_zone),
        simulation=hub.simulation,
        register=Register(hub.database, hub.clock),
        stream=Stream(hub.database, hub.clock),
        judging=judging_service(hub),
        issues=issue_service(hub),
        cases=case_service(hub),
    )
