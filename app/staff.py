"""Joins the staff API to an open hub."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from app.compose import Hub
from app.console import console_desk
from app.desk import Desk
from app.handling import handling_of
from app.opinion import case_service, issue_service, judging_service
from app.reports import report_service
from app.slots import slot_lanes
from app.webhooks import webhooks_of
from hub.catalogue.listing.service import Listing
from hub.opinion.stream.service import Stream
from hub.organisations.authority.sight import Sights
from hub.organisations.roster.service import Register
from hub.organisations.tokens.repeats.service import Repeats
from hub.publishing.agenda.service import Agendas
from hub.publishing.board.service import DeliveryBoard
from hub.publishing.grouping.service import AccountGroups
from publishers.registry import channels
from scheduler.clock import Jobs
from web.staff.desk import Services
from web.staff.openapi import staff_routes
from web.staff.rates import Keeper, Rates, SharedRates

__all__ = ["add_staff", "schedule_staff", "staff_services"]

_PURGE_EVERY = timedelta(hours=1)


def staff_services(hub: Hub, desk: Desk) -> Services:
    """What the staff API works with, over an open hub."""
    return Services(
        zone=hub.settings.time_zone,
        site_url=hub.settings.site_url,
        tokens=hub.tokens,
        doors=hub.doors,
        organisations=hub.organisations,
        catalogue=hub.catalogue,
        channels=frozenset(channels()),
        determinations=hub.determinations,
        interpretations=hub.interpretations,
        checks=hub.checks,
        review=hub.review,
        publishing=hub.publishing,
        operations=hub.operations,
        desk=desk.service,
        answering=desk.answering,
        clock=hub.clock,
        repeats=Repeats(hub.database, hub.clock),
        rates=_rates(hub),
        webhooks=webhooks_of(hub),
        groups=AccountGroups(hub.database, hub.clock),
        database=hub.database,
        listing=Listing(hub.database),
        sights=Sights(hub.database),
        board=DeliveryBoard(hub.database, hub.clock),
        recalling=hub.recalling,
        agendas=Agendas(hub.database, hub.clock, hub.settings.time_zone),
        slots=slot_lanes(hub),
        simulation=hub.simulation,
        register=Register(hub.database, hub.clock),
        stream=Stream(hub.database, hub.clock),
        judging=judging_service(hub),
        issues=issue_service(hub),
        cases=case_service(hub, strict=True),
        reports=report_service(hub),
        handling=handling_of(hub),
        console=console_desk(hub),
    )


def _rates(hub: Hub) -> Keeper:
    """How much keys may ask: counted by all web nodes together where there is a Redis."""
    url = hub.settings.redis_url
    return SharedRates(hub.clock, url) if url else Rates(hub.clock)


def add_staff(application: web.Application, hub: Hub, desk: Desk) -> None:
    """Serve the staff API, unless the settings say otherwise."""
    if hub.settings.staff_api:
        services = staff_services(hub, desk)
        application.add_routes(staff_routes(services))
        auditing = services.console.governing.auditing
        application.on_shutdown.append(lambda _: auditing.close())
        application.on_cleanup.append(lambda _: services.rates.close())


def schedule_staff(jobs: Jobs, hub: Hub) -> None:
    """Take away after a day what the staff API keeps of requests that may come again."""
    if hub.settings.staff_api:
        jobs.every("token-requests", _PURGE_EVERY, Repeats(hub.database, hub.clock).purge)
