"""How severe each rule is in one body, made stricter or milder there."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.errors import UnknownBody
from hub.review.checks.models import Severity
from hub.review.checks.rules import RULES
from web.console.areas.lists.pages import KEEPERS
from web.console.call import Call
from web.console.looking import looking

__all__ = ["change", "shown"]


async def shown(call: Call) -> web.StreamResponse:
    """Of the body that is asked for, else the first that is seen."""
    seen = await looking(call)
    chosen = next((one for one in seen.bodies if one.code == seen.body), None)
    chosen = chosen or (seen.bodies[0] if seen.bodies else None)
    if chosen is None:
        raise UnknownBody(seen.body)
    held = await call.desk.checks.severities(chosen.id)
    return call.page(
        "lists/rules",
        chosen=chosen,
        bodies=seen.bodies,
        rules=[(RULES[name], severity) for name, severity in held.items()],
        severities=list(Severity),
    )


async def change(call: Call) -> web.StreamResponse:
    """By who is administrator or disclosure office of the body or above it; what a rule says by
    itself is kept by nobody."""
    body = await call.desk.organisations.body(call.text("body"))
    await call.desk.doors.require_within_reach(call.login, body.id, KEEPERS, attempt=call.attempt)
    told = call.text("severity")
    if told not in set(Severity):
        raise InvalidInput(Words("请选择级别", "choose a severity"), field="severity")
    rule = call.text("rule")
    own = rule in RULES and RULES[rule].severity.value == told
    await call.desk.checks.set_severity(body.id, rule, None if own else Severity(told), call.login)
    return call.go("/settings/lists/rules", body=body.code, said="severity")
