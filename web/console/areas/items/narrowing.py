"""Of which bodies somebody looks at items: all that they may read, or one with those below it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.organisations.authority.sight import Sight
from hub.organisations.models import Body
from web.console.call import Call

__all__ = ["Narrowed", "narrowed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """`body` is the code that the address names, "" where it names none; `among` the bodies' ids
    and `choices` by which it could be narrowed."""

    body: str
    among: frozenset[str]
    choices: list[Body]


async def narrowed(call: Call) -> Narrowed:
    desk, code = call.desk, call.asked("body")[:64]
    whole = Sight(await desk.doors.readable(call.login), whole=False)
    sight = await desk.sights.under(whole, code) if code else whole
    return Narrowed(body=code, among=sight.bodies, choices=await desk.sights.choices(whole))
