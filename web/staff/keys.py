"""What the staff API does with keys: list them, make one that can do no more, end one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Person
from hub.organisations.tokens.errors import UnknownToken
from hub.organisations.tokens.models import PER_MINUTE
from hub.organisations.tokens.scopes import Scope
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "AskKeys",
    "MakeKey",
    "RevokeKey",
    "StaffKey",
    "StaffKeyMade",
    "StaffKeys",
    "list_keys",
    "make_key",
    "revoke_key",
]

Login = Annotated[str, Meta(max_length=64)]


class AskKeys(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`login`: of whom, where not the caller's own."""

    login: Login = ""


class MakeKey(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`scopes` are some of the asking key's own, and it ends no later than that."""

    label: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=20)]
    days: Annotated[int, Meta(ge=1, le=365)]
    per_minute: Annotated[int, Meta(ge=1, le=6_000)] = PER_MINUTE


class RevokeKey(AskKeys, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`login` as above."""


class StaffKey(Told, frozen=True, kw_only=True):
    """Never its secret."""

    id: str
    label: str
    scopes: tuple[Scope, ...]
    per_minute: int
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str
    last_used_on: date | None


class StaffKeys(Struct, frozen=True, kw_only=True):
    """The newest first, those that no longer work included."""

    keys: tuple[StaffKey, ...]


class StaffKeyMade(Struct, frozen=True, kw_only=True):
    """`secret` is shown this once."""

    key: StaffKey
    secret: str


async def list_keys(call: Call) -> StaffKeys:
    """One's own, or of somebody all of whose bodies one administers."""
    asked: AskKeys = call.asked
    person = await _whose(call, asked.login)
    found = await call.services.tokens.of(person.login)
    newest = sorted(found, key=lambda one: one.id, reverse=True)
    return StaffKeys(keys=tuple(told(StaffKey, one) for one in newest))


async def make_key(call: Call) -> StaffKeyMade:
    """For oneself only, to take the place of the key that asks: nothing that one cannot do, and
    not for longer."""
    asked: MakeKey = call.told
    if beyond := sorted(set(asked.scopes) - call.token.scopes):
        raise InvalidInput(
            Words("新密钥的权限超出了当前密钥", "this key may not so much itself"),
            field="scopes",
            remedy=Words(f"去掉 {'、'.join(beyond)}", f"leave out {', '.join(beyond)}"),
        )
    now = call.services.clock.now()
    left = (call.token.expires_at.astimezone(UTC) - now) // timedelta(days=1)
    if asked.days > max(1, left):
        raise InvalidInput(
            Words("新密钥比当前密钥更晚到期", "this key ends before that"),
            field="days",
            remedy=Words(
                f"至多 {max(1, left)} 天；更长的须本人在控制台签发",
                f"{max(1, left)} days at most; a longer one is made at the console",
            ),
        )
    issued = await call.services.tokens.issue(
        call.login,
        asked.label,
        days=asked.days,
        scopes=frozenset(asked.scopes),
        per_minute=asked.per_minute,
        actor=call.login,
    )
    return StaffKeyMade(key=told(StaffKey, issued.token), secret=issued.secret)


async def revoke_key(call: Call) -> StaffKey:
    """It stops working at once, also the very key that asks."""
    asked: RevokeKey = call.told
    person = await _whose(call, asked.login)
    found = await call.services.tokens.get(call.part("key"))
    if found.person_id != person.id:
        raise UnknownToken(found.id)
    return told(StaffKey, await call.services.tokens.revoke(found.id, actor=call.login))


async def _whose(call: Call, login: str) -> Person:
    if login in ("", call.login):
        return call.person
    profile = await call.services.console.governing.personnel.profile(login)
    await call.services.doors.require_over(call.login, profile.person, attempt=call.attempt)
    return profile.person
