"""Who somebody is, where a record has only their login."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from web.console.call import Call

__all__ = ["names_of"]

_SYSTEM = "system:"


async def names_of(call: Call, logins: Iterable[str]) -> Mapping[str, str]:
    """What to call each: a person's name, the hub's own parts by one word, else the login."""
    told = {login for login in logins if login}
    found = await call.desk.organisations.names(told)
    parts = {login: call.word("by-itself") for login in told if login.startswith(_SYSTEM)}
    return {**{login: login for login in told}, **parts, **found}
