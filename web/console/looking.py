"""What the boards share: whose things somebody looks at, and by what they may narrow them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from hub.organisations.authority.rules import PLANNING
from hub.organisations.authority.sight import OPERATING, Sight
from hub.organisations.models import Body, Role, Selection
from web.console.area import Permission
from web.console.call import Call

__all__ = [
    "OPERATING_BOARDS",
    "SCHEDULING",
    "Looking",
    "channel_titles",
    "looking",
    "looking_at_items",
    "may",
    "require",
]

SCHEDULING = PLANNING | {Role.LEADER}  # a leader may say why something goes out late
OPERATING_BOARDS = Permission(name="operating", roles=OPERATING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """`body` is the code that was chosen, `sight` what is looked at, `bodies` the choices."""

    sight: Sight
    body: str
    bodies: list[Body]


async def looking(call: Call, whole: Sight | None = None) -> Looking:
    """By the address's `body`, as far as its reader sees that body: of `whole` where that is not
    what they see of accounts and plans."""
    desk, body = call.desk, call.asked("body")
    whole = whole or await desk.sights.of(call.login)
    sight = await desk.sights.under(whole, body) if body else whole
    return Looking(sight=sight, body=body, bodies=await desk.sights.choices(whole))


def channel_titles(call: Call) -> Mapping[str, str]:
    """Every channel's name in the reader's language."""
    return {name: call.say(found.title) for name, found in call.desk.channels.items()}


async def looking_at_items(call: Call) -> Looking:
    """The same of bodies whose items the reader may read."""
    return await looking(call, Sight(await call.desk.doors.readable(call.login), whole=False))


async def require(call: Call, account_ids: Set[str], roles: Set[Role] = OPERATING) -> None:
    """Raise RoleNeeded unless they hold one of `roles` for the bodies of all those accounts, or
    above them; the refusal is recorded."""
    if account_ids:
        chosen = Selection(ids=tuple(sorted(account_ids)))
        await call.desk.doors.require_accounts(
            call.login, chosen, roles, attempt=call.attempt, subject=min(account_ids)
        )


def may(call: Call, roles: frozenset[Role] = OPERATING) -> bool:
    """Whether it is worth showing them a button; `require` decides."""
    return call.visitor.holds(roles)
