"""What the staff API tells of alerts and of the proof of the audit chain, and what it sets off."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from hub.publishing.incidents.models import AlertKind, AlertState
from web.console.area import SUPERVISING
from web.console.governing import STEWARDS
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "StaffAlerting",
    "StaffAlertsTried",
    "StaffProof",
    "StaffProofs",
    "begin_proof",
    "read_alerting",
    "read_proof",
    "try_alerts",
]


class StaffAlert(Told, frozen=True, kw_only=True):
    id: str
    kind: AlertKind
    title: str
    text: str
    state: AlertState
    tries: int
    created_at: datetime
    next_at: datetime | None


class StaffAlertAddress(Told, frozen=True, kw_only=True):
    """`service` is the kind of the address, which itself is a secret."""

    name: str
    service: str


class StaffAlerting(Struct, frozen=True, kw_only=True):
    """`newest` is told to who sees every body. Between `quiet_from` and `quiet_until` (hours of
    the day) what is not grave waits."""

    addresses: tuple[StaffAlertAddress, ...]
    quiet_from: int
    quiet_until: int
    incident_minutes: int
    unsent: int
    newest: tuple[StaffAlert, ...]


class StaffAlertsTried(Struct, frozen=True, kw_only=True):
    """Which address took it."""

    took: dict[str, bool]


class StaffProof(Told, frozen=True, kw_only=True):
    """A walk over the whole chain: `done` of `total` events; `broken` is the number of the first
    that does not hold, 0 while all do."""

    by: str
    started_at: datetime
    total: int
    done: int
    ended_at: datetime | None
    head: str
    broken: int
    why: Said | None


class StaffProofs(Struct, frozen=True, kw_only=True):
    """None where nobody had it walked since this process began."""

    proof: StaffProof | None


async def read_alerting(call: Call) -> StaffAlerting:
    await call.somewhere(SUPERVISING.roles)
    alerting = call.services.console.governing.alerting
    sight = await call.services.sights.of(call.login)
    newest = await alerting.outbox.newest() if sight.whole else []
    return StaffAlerting(
        addresses=tuple(told(StaffAlertAddress, one) for one in alerting.addresses),
        quiet_from=alerting.quiet_from,
        quiet_until=alerting.quiet_until,
        incident_minutes=alerting.incident_minutes,
        unsent=await alerting.outbox.unsent(),
        newest=tuple(told(StaffAlert, one) for one in newest),
    )


async def try_alerts(call: Call) -> StaffAlertsTried:
    """A word to every address, by who administers all bodies."""
    await call.whole(STEWARDS)
    outbox = call.services.console.governing.alerting.outbox
    return StaffAlertsTried(took=dict(await outbox.try_out(call.login)))


async def read_proof(call: Call) -> StaffProofs:
    await call.somewhere(SUPERVISING.roles)
    checking = call.services.console.governing.auditing.checking
    return StaffProofs(proof=told(StaffProof, checking) if checking else None)


async def begin_proof(call: Call) -> StaffProof:
    """It goes on by itself; where one is under way, that one."""
    await call.somewhere(SUPERVISING.roles)
    return told(StaffProof, await call.services.console.governing.auditing.check(call.login))
