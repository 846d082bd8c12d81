"""What the staff API does with incidents, and with breakers that hold accounts back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import Words
from hub.organisations.authority.sight import OPERATING
from hub.organisations.models import Account, Selection
from hub.publishing.incidents.models import Incident, IncidentState
from hub.publishing.models import DeliveryState
from hub.publishing.restraint.models import Scope
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "AskIncidents",
    "ReleaseBreaker",
    "ResumeIncident",
    "StaffBreakers",
    "StaffIncidentView",
    "StaffIncidents",
    "StaffLetGo",
    "StaffResumed",
    "close_incident",
    "list_breakers",
    "list_incidents",
    "read_incident",
    "release_breaker",
    "resume_incident",
]


class AskIncidents(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`closed`: those that are closed as well."""

    closed: bool = False
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class ResumeIncident(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """With `late` those past their latest time as well."""

    late: bool = False


class ReleaseBreaker(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`account`: its own; `platform`: that of its channel at its address, for every account."""

    scope: Scope = Scope.ACCOUNT


class StaffIncident(Told, frozen=True, kw_only=True):
    """One cause: `count` deliveries met it. `plan` is empty where they are of several."""

    id: str
    channel: str
    cause: str
    state: IncidentState
    count: int
    words: Said
    first_at: datetime
    last_at: datetime
    plan_id: str
    resumed_at: datetime | None
    closed_at: datetime | None
    closed_by: str


class StaffIncidents(Struct, frozen=True, kw_only=True):
    incidents: tuple[StaffIncident, ...]


class StaffForeseen(Told, frozen=True, kw_only=True):
    """What resuming would set going, and how many are past their latest time."""

    ready: dict[DeliveryState, int]
    late: int


class StaffIncidentView(Struct, frozen=True, kw_only=True):
    """`examples` are ids of deliveries in the caller's sight."""

    incident: StaffIncident
    unsolved: int
    examples: tuple[str, ...]
    foreseen: StaffForeseen


class StaffResumed(Told, frozen=True, kw_only=True):
    """`unknown` ones wait until it is known whether they are out."""

    ready: int
    late: int
    unknown: int


class StaffBreaker(Told, frozen=True, kw_only=True):
    """Left alone since `opened_at`; one delivery tries it again at `probe_at`."""

    scope: Scope
    channel: str
    address: str
    cause: str
    words: Words
    opened_at: datetime
    probe_at: datetime


class StaffBreakers(Struct, frozen=True, kw_only=True):
    breakers: tuple[StaffBreaker, ...]


class StaffLetGo(Struct, frozen=True, kw_only=True):
    """How many deliveries became ready."""

    released: int


async def list_incidents(call: Call) -> StaffIncidents:
    asked: AskIncidents = call.asked
    incidents = call.services.console.incidents
    found = await incidents.find(closed_too=asked.closed, limit=asked.limit)
    return StaffIncidents(incidents=tuple(told(StaffIncident, one) for one in found))


async def read_incident(call: Call) -> StaffIncidentView:
    incidents = call.services.console.incidents
    shown = await incidents.show(call.part("incident"))
    sight = await call.services.sights.of(call.login)
    ids = tuple({one.account_id for one in shown.examples})
    known = await call.services.organisations.accounts(Selection(ids=ids)) if ids else []
    seen = {one.id for one in known if sight.whole or one.body_id in sight.bodies}
    foreseen = await incidents.foresee(shown.incident.id)
    return StaffIncidentView(
        incident=told(StaffIncident, shown.incident),
        unsolved=shown.unsolved,
        examples=tuple(one.id for one in shown.examples if one.account_id in seen),
        foreseen=told(StaffForeseen, foreseen),
    )


async def resume_incident(call: Call) -> StaffResumed:
    """What failed or waits goes again, by who operates for every account in it."""
    asked: ResumeIncident = call.told
    incident = await _mine(call)
    incidents = call.services.console.incidents
    return told(StaffResumed, await incidents.resume(incident.id, call.login, late=asked.late))


async def close_incident(call: Call) -> StaffIncidentView:
    incident = await _mine(call)
    await call.services.console.incidents.close(incident.id, call.login)
    return await read_incident(call)


async def list_breakers(call: Call) -> StaffBreakers:
    found = await call.services.console.handling.restraint.over(await _account(call))
    return StaffBreakers(breakers=tuple(told(StaffBreaker, one) for one in found))


async def release_breaker(call: Call) -> StaffLetGo:
    """The account's by who operates it; the platform's by who operates every body's."""
    asked: ReleaseBreaker = call.told
    account = await _account(call)
    await call.operates([account.id])
    if asked.scope is Scope.PLATFORM:
        await call.whole(OPERATING)
    restraint = call.services.console.handling.restraint
    released = await restraint.release(account, asked.scope, actor=call.login)
    return StaffLetGo(released=released)


async def _mine(call: Call) -> Incident:
    incidents = call.services.console.incidents
    incident = (await incidents.show(call.part("incident"))).incident
    await call.operates(await incidents.accounts(incident.id))
    return incident


async def _account(call: Call) -> Account:
    sight = await call.services.sights.of(call.login)
    return await call.services.register.account(call.part("account"), sight)
