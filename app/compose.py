"""The one place that knows everything: settings in, a hub with its parts wired out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any
from zoneinfo import ZoneInfo

from app.alerting import open_alerters
from app.keys import load_keys
from app.migrate import migrate
from app.outside import Outside
from app.pacing import engine_settings_of
from app.settings import Settings
from app.shelf import open_wire
from hub.catalogue.keyareas.lookup import KeyAreaLookup
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.numbering.assigning import Numbering
from hub.catalogue.numbering.index_numbers import IndexPattern
from hub.catalogue.public.service import PublicCatalogue
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.interpretation.service import Interpretations
from hub.kernel.clock import Clock, SystemClock, check_zones
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.kernel.meter import Meter, NoMeter
from hub.kernel.postgres import PostgresDatabase
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.rules import WEB
from hub.organisations.service import Organisations
from hub.organisations.tokens.service import Tokens
from hub.organisations.vault import Vault
from hub.publishing.afterwards.store import readers_of
from hub.publishing.forecast.models import Machine
from hub.publishing.forecast.service import Simulation
from hub.publishing.incidents.service import Incidents
from hub.publishing.liveness.service import Liveness
from hub.publishing.models import Declaration, Quota
from hub.publishing.operations import Operations
from hub.publishing.ports import Alerter, Outlet
from hub.publishing.preflight.service import Preflight
from hub.publishing.recall.service import Recalling
from hub.publishing.recurring.service import Recurrences
from hub.publishing.reminders.service import Reminders
from hub.publishing.reminders.store import first_published
from hub.publishing.rings.service import Rings
from hub.publishing.service import Publishing
from hub.publishing.timing.service import Timing
from hub.review.checks.service import Checks
from hub.review.clocks.models import Thresholds
from hub.review.clocks.service import Clocks
from hub.review.delegation.service import Delegations
from hub.review.determination.service import Determinations
from hub.review.doors.service import Doors
from hub.review.service import Review
from publishers.registry import channels, find_channel
from publishers.rendering import TemplateRenderer
from publishers.wire import Wire
from scheduler.alarm import Alarm
from scheduler.clock import Select
from scheduler.engine import Engine
from scheduler.media import StoredMedia
from scheduler.reminding import Reminding

__all__ = [
    "Hub",
    "Installed",
    "alarm_of",
    "hub_over",
    "open_database",
    "open_engine",
    "open_hub",
    "open_outlets",
    "tell_changes",
]


def schemes_of(channel: str) -> frozenset[str]:
    """The schemes that the addresses of a channel's accounts may have; no channel, the web's."""
    found = channels().get(channel)
    return found.schemes if found else WEB


class Installed:
    """`ChannelBook` (hub.publishing.ports) over the channels that are found."""

    def declaration(self, channel: str) -> Declaration:
        return find_channel(channel).declaration

    def variation(self, channel: str, settings: Mapping[str, Any]) -> Mapping[str, str]:
        return find_channel(channel).variation(settings)

    def quotas(self, channel: str, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        found = find_channel(channel)
        return found.quotas(settings) if found.quotas else found.declaration.quotas


@dataclass(slots=True, kw_only=True)
class Hub:
    """An open installation: what can be done, with nothing running by itself yet."""

    settings: Settings
    clock: Clock
    ids: IdSource
    database: Database
    organisations: Organisations
    catalogue: Catalogue
    keyareas: KeyAreas
    key_lookup: KeyAreaLookup
    public: PublicCatalogue
    determinations: Determinations
    clocks: Clocks
    delegations: Delegations
    search: Search
    review: Review
    checks: Checks
    interpretations: Interpretations
    publishing: Publishing
    recalling: Recalling
    operations: Operations
    rings: Rings
    incidents: Incidents
    preflight: Preflight
    simulation: Simulation
    liveness: Liveness
    timing: Timing
    recurrences: Recurrences
    reminders: Reminders
    tokens: Tokens
    doors: Doors


@asynccontextmanager
async def open_hub(
    settings: Settings, *, clock: Clock | None = None, database: Database | None = None
) -> AsyncIterator[Hub]:
    """Check the machine, bring the tables up to date and open everything; closes it after.

    A test may bring its own clock and a database that is already migrated.
    """
    check_zones()
    async with AsyncExitStack() as stack:
        if database is None:
            database = await open_database(settings)
            stack.push_async_callback(database.close)
        time = clock or SystemClock()
        hub = _wired(settings, database, time, IdSource())
        stack.callback(hub.search.close)
        yield hub


def _wired(settings: Settings, database: Database, clock: Clock, ids: IdSource) -> Hub:
    organisations = Organisations(database, clock, ids, Vault(load_keys(settings)), schemes_of)
    renderer = TemplateRenderer(settings.site_url)
    publishing = _publishing(settings, database, clock, ids, renderer)
    return Hub(
        settings=settings,
        clock=clock,
        ids=ids,
        database=database,
        organisations=organisations,
        catalogue=Catalogue(database, clock, ids, _numbering(settings)),
        keyareas=KeyAreas(database, clock, ids, _numbering(settings)),
        key_lookup=KeyAreaLookup(database, clock),
        public=PublicCatalogue(database),
        determinations=Determinations(
            database, clock, reassess_after=timedelta(days=settings.reassess_days)
        ),
        clocks=_clocks(settings, database, clock),
        delegations=Delegations(database, clock, ids),
        search=Search(database, clock, _index_home(settings)),
        review=Review(database, clock, ids),
        checks=Checks(database, clock, Outside()),
        interpretations=Interpretations(database, clock, readers_of),
        publishing=publishing,
        recalling=Recalling(
            database=database,
            clock=clock,
            ids=ids,
            channels=Installed(),
            announcer=renderer,
        ),
        operations=Operations(database=database, clock=clock, ids=ids, channels=Installed()),
        rings=Rings(database=database, clock=clock),
        incidents=_incidents(settings, database, clock, ids),
        preflight=Preflight(
            database=database,
            clock=clock,
            channels=Installed(),
            keyring=organisations,
            outside=Outside(),
        ),
        simulation=_simulation(settings, database, clock, organisations),
        liveness=_liveness(settings, database, clock),
        timing=Timing(database=database, clock=clock, ids=ids),
        recurrences=Recurrences(
            database=database, clock=clock, ids=ids, planner=publishing.planner
        ),
        reminders=_reminders(settings, database, clock, ids),
        tokens=Tokens(database, clock, ids),
        doors=Doors(database, clock),
    )


def _publishing(
    settings: Settings,
    database: Database,
    clock: Clock,
    ids: IdSource,
    renderer: TemplateRenderer,
) -> Publishing:
    return Publishing(
        database=database,
        clock=clock,
        ids=ids,
        renderer=renderer,
        channels=Installed(),
        default_not_after=timedelta(minutes=settings.default_not_after_minutes),
    )


def _incidents(settings: Settings, database: Database, clock: Clock, ids: IdSource) -> Incidents:
    return Incidents(
        database=database,
        clock=clock,
        ids=ids,
        window=timedelta(minutes=settings.incident_minutes),
        alerting=bool(settings.alert_urls),
    )


def _index_home(settings: Settings) -> Path:
    return settings.home / "search" if settings.search_home == Path() else settings.search_home


def _clocks(settings: Settings, database: Database, clock: Clock) -> Clocks:
    return Clocks(
        database=database,
        clock=clock,
        thresholds=_thresholds(settings),
        published=first_published,
    )


def _reminders(settings: Settings, database: Database, clock: Clock, ids: IdSource) -> Reminders:
    return Reminders(
        database=database,
        clock=clock,
        ids=ids,
        thresholds=_thresholds(settings),
        emergency_step=timedelta(minutes=settings.emergency_step_minutes),
        alerting=bool(settings.alert_urls),
    )


def _thresholds(settings: Settings) -> Thresholds:
    return Thresholds(
        warn_hours_clock=settings.clock_warning_minutes * 60,
        warn_days_clock=settings.clock_warning_days * 86_400,
        leader_after=settings.clock_leader_hours * 3_600,
        office_after=settings.clock_office_hours * 3_600,
    )


def _liveness(settings: Settings, database: Database, clock: Clock) -> Liveness:
    days = settings.liveness_days
    return Liveness(database=database, clock=clock, channels=Installed(), default_days=days)


def _numbering(settings: Settings) -> Numbering:
    return Numbering(IndexPattern(settings.index_pattern), ZoneInfo(settings.time_zone))


def _simulation(
    settings: Settings, database: Database, clock: Clock, organisations: Organisations
) -> Simulation:
    return Simulation(
        database=database,
        clock=clock,
        channels=Installed(),
        keyring=organisations,
        default_not_after=timedelta(minutes=settings.default_not_after_minutes),
        machine=Machine(connections=settings.connections),
    )


async def open_database(settings: Settings) -> Database:
    """The database of the settings, with its tables up to date."""
    await asyncio.to_thread(migrate, settings.database_url)
    if settings.embedded:
        return SqliteDatabase(settings.database_path)
    return PostgresDatabase(settings.database_url)


@asynccontextmanager
async def open_engine(
    hub: Hub,
    *,
    meter: Meter | None = None,
    wire: Wire | None = None,
    alerters: Mapping[str, Alerter] | None = None,
    led: Hub | None = None,
    select: Select | None = None,
) -> AsyncIterator[Engine]:
    """The running scheduler of `hub`: started on entry, stopped gracefully on exit.

    An embedded hub must hold its lock file (`app.lock`) when it opens one. `led` is the hub of
    what one process of several does, `select` chooses the jobs of this one.
    """
    engine_settings = engine_settings_of(hub.settings)
    told, led = meter or NoMeter(), led or hub
    async with AsyncExitStack() as stack:
        if wire is None:
            wire = await open_wire(stack, hub.settings, engine_settings.dispatch.most_calls)
        outlets = open_outlets(stack, wire, hub.clock)
        engine = Engine(
            database=hub.database,
            clock=hub.clock,
            outlets=outlets,
            keyring=hub.organisations,
            channels=Installed(),
            media=StoredMedia(hub.database, hub.clock),
            meter=told,
            settings=engine_settings,
            random=SystemRandom(),
            alarm=alarm_of(led, told, alerters),
            reminding=Reminding(led.reminders),
            led=led.database,
            select=select,
        )
        tell_changes(hub, engine.changed())
        await engine.start()
        stack.push_async_callback(engine.stop)
        yield engine


def tell_changes(hub: Hub, changed: Callable[[], None]) -> None:
    """Have `changed` called whenever somebody here changes what is due."""
    hub.publishing.on_change = hub.operations.on_change = hub.recalling.on_change = changed
    hub.timing.on_change = hub.recurrences.on_change = changed
    hub.rings.on_change = hub.incidents.on_change = changed


def alarm_of(hub: Hub, meter: Meter, alerters: Mapping[str, Alerter] | None = None) -> Alarm:
    """Incidents and alerts, to the alerters of the settings unless others are given."""
    return Alarm(
        database=hub.database,
        clock=hub.clock,
        meter=meter,
        incidents=hub.incidents,
        alerters=open_alerters(hub.settings) if alerters is None else alerters,
    )


def hub_over(hub: Hub, database: Database) -> Hub:
    """The same installation over another way to its database."""
    return _wired(hub.settings, database, hub.clock, hub.ids)


def open_outlets(stack: AsyncExitStack, wire: Wire, clock: Clock) -> dict[str, Outlet]:
    outlets = {}
    for name, channel in channels().items():
        outlets[name] = outlet = channel.open(wire, clock)
        stack.push_async_callback(outlet.close)
    return outlets
