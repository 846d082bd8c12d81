"""What the console's pages work with: every service of the hub, and how this console is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.catalogue.drafting.service import Drafting
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.listing.service import Listing
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.interpretation.service import Interpretations
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.organisations.authority.sight import Sights
from hub.organisations.filters.service import SavedFilters
from hub.organisations.identities.service import Identities
from hub.organisations.roster.service import Register
from hub.organisations.service import Organisations
from hub.organisations.signin.factors import Factors
from hub.organisations.signin.service import Sessions
from hub.organisations.tokens.service import Tokens
from hub.publishing.agenda.service import Agendas
from hub.publishing.board.service import DeliveryBoard
from hub.publishing.forecast.service import Simulation
from hub.publishing.incidents.service import Incidents
from hub.publishing.liveness.service import Liveness
from hub.publishing.models import Declaration
from hub.publishing.operations import Operations
from hub.publishing.outreach.service import Outreach
from hub.publishing.preflight.service import Preflight
from hub.publishing.previewing.service import Previews
from hub.publishing.recall.service import Recalling
from hub.publishing.recurring.service import Recurrences
from hub.publishing.rings.models import RingOrder
from hub.publishing.rings.service import Rings
from hub.publishing.service import Publishing
from hub.publishing.slots.service import SlotLanes
from hub.publishing.timing.service import Timing
from hub.review.checks.service import Checks
from hub.review.clocks.service import Clocks
from hub.review.delegation.service import Delegations
from hub.review.determination.service import Determinations
from hub.review.doors.service import Doors
from hub.review.queue.service import Queue
from hub.review.service import Review
from hub.supervision.service import Supervision
from web.console.federation.provider import Provider
from web.console.governing import Governing
from web.console.handling import Handling
from web.console.listening import Listening
from web.console.pulse import Pulse
from web.console.studio import Studio
from web.console.talking import Talking

__all__ = ["Desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`zone` is the IANA zone of the installation's wall-clock times; `https`: people reach the
    console by it."""

    zone: str
    https: bool
    clock: Clock
    database: Database
    sessions: Sessions
    factors: Factors
    organisations: Organisations
    tokens: Tokens
    doors: Doors
    catalogue: Catalogue
    listing: Listing
    keyareas: KeyAreas
    search: Search
    determinations: Determinations
    clocks: Clocks
    delegations: Delegations
    review: Review
    queue: Queue
    checks: Checks
    interpretations: Interpretations
    publishing: Publishing
    operations: Operations
    recalling: Recalling
    rings: Rings
    incidents: Incidents
    preflight: Preflight
    simulation: Simulation
    liveness: Liveness
    timing: Timing
    recurrences: Recurrences
    channels: Mapping[str, Declaration]
    sights: Sights
    board: DeliveryBoard
    agendas: Agendas
    slots: SlotLanes
    register: Register
    pulse: Pulse
    identities: Identities
    provider: Provider | None
    listening: Listening
    drafting: Drafting
    previews: Previews
    governing: Governing
    studio: Studio
    outreach: Outreach
    ring_order: RingOrder
    talking: Talking
    handling: Handling
    filters: SavedFilters
    supervision: Supervision
