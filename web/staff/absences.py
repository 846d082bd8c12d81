"""What the staff API does with delegations: who signs for whom while they are away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.organisations.models import Role
from web.staff.asked import instant
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "AskDelegations",
    "Delegate",
    "StaffDelegation",
    "StaffDelegations",
    "delegate",
    "list_delegations",
    "revoke_delegation",
]

Instant = Annotated[datetime, Meta(tz=True)]
Word = Annotated[str, Meta(min_length=1, max_length=64)]


class AskDelegations(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is a code."""

    body: Annotated[str, Meta(max_length=64)] = ""


class Delegate(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The caller's own signature as `role` in `body` (a code), given `to` a login until then;
    without `since` from now on."""

    role: Role
    body: Word
    to: Word
    until: Instant
    since: Instant | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class StaffDelegation(Told, frozen=True, kw_only=True):
    """`from` and `to` are ids of people, `body` that of a body."""

    id: str
    from_id: str
    to_id: str
    body_id: str
    role: Role
    valid_from: datetime
    valid_until: datetime
    reason: str
    created_by: str
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: str


class StaffDelegations(Struct, frozen=True, kw_only=True):
    delegations: tuple[StaffDelegation, ...]


async def list_delegations(call: Call) -> StaffDelegations:
    """Those that run or will, of the bodies in sight."""
    asked: AskDelegations = call.asked
    services, sight = call.services, await call.services.sights.of(call.login)
    body_id = (await services.organisations.body(asked.body)).id if asked.body else ""
    found = await services.console.delegations.absences(body_id=body_id)
    seen = [one for one, *_ in found if one.body_id in sight.bodies]
    return StaffDelegations(delegations=tuple(told(StaffDelegation, one) for one in seen))


async def delegate(call: Call) -> StaffDelegation:
    asked: Delegate = call.told
    made = await call.services.console.delegations.delegate(
        role=asked.role,
        body_code=asked.body,
        to=asked.to.strip(),
        since=instant(asked.since, "since"),
        until=instant(asked.until, "until") or asked.until,
        reason=asked.reason.strip(),
        actor=call.login,
    )
    return told(StaffDelegation, made)


async def revoke_delegation(call: Call) -> StaffDelegation:
    """By who gave it, or an administrator of the body."""
    delegations = call.services.console.delegations
    done = await delegations.revoke(call.part("delegation"), actor=call.login)
    return told(StaffDelegation, done)
