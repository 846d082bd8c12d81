"""Joins the console to an open hub."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from aiohttp import web

from app.compose import Hub
from app.composer import previews_of, ring_order_of
from app.console_opinion import listening
from app.console_talks import talking
from app.governing import governing_of
from app.handling import filters_of, handling_of
from app.signin import factors_of, provider_of, sessions_of
from app.slots import slot_lanes
from app.studio import DrawingRoom
from hub.catalogue.drafting.service import Drafting
from hub.catalogue.listing.service import Listing
from hub.organisations.authority.sight import Sights
from hub.organisations.identities.service import Identities
from hub.organisations.roster.service import Register
from hub.organisations.signin.passwords import Passwords
from hub.publishing.agenda.service import Agendas
from hub.publishing.board.service import DeliveryBoard
from hub.publishing.outreach.service import Outreach
from hub.review.queue.service import Queue
from hub.supervision.service import Supervision
from publishers.registry import channels
from web.console.application import console_application
from web.console.call import ROOT
from web.console.desk import Desk
from web.console.pulse import Pulse

__all__ = ["add_console", "console_desk"]


def add_console(application: web.Application, hub: Hub) -> None:
    """Serve the console below `/console`, unless the settings say otherwise."""
    if hub.settings.console:
        application.add_subapp(ROOT, console_application(console_desk(hub)))


def console_desk(hub: Hub, *, passwords: Passwords | None = None) -> Desk:
    """The console's desk over an open hub; `passwords` may be cheaper where nothing is secret."""
    kept = passwords or Passwords()
    board = DeliveryBoard(hub.database, hub.clock)
    sessions = sessions_of(hub, kept)
    own: dict[str, Any] = {
        "zone": hub.settings.time_zone,
        "https": hub.settings.console_https,
        "sessions": sessions,
        "identities": Identities(hub.database, hub.clock, sessions),
        "provider": provider_of(hub),
        "factors": factors_of(hub, kept),
        "listing": Listing(hub.database),
        "queue": Queue(hub.database, hub.clock),
        "channels": {name: found.declaration for name, found in channels().items()},
        "sights": Sights(hub.database),
        "board": board,
        "agendas": Agendas(hub.database, hub.clock, hub.settings.time_zone),
        "slots": slot_lanes(hub),
        "register": Register(hub.database, hub.clock),
        "pulse": Pulse(board.reached),
        "listening": listening(hub),
        "drafting": Drafting(hub.database, hub.clock),
        "previews": previews_of(hub),
        "governing": governing_of(hub),
        "studio": DrawingRoom(hub.catalogue),
        "outreach": Outreach(hub.database, hub.clock),
        "ring_order": ring_order_of(hub),
        "talking": talking(hub),
        "handling": handling_of(hub),
        "filters": filters_of(hub),
        "supervision": Supervision(hub.database, hub.clock, hub.settings.liveness_days),
    }
    shared = {f.name: getattr(hub, f.name) for f in fields(Desk) if f.name not in own}
    return Desk(**shared, **own)
