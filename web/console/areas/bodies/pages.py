"""The tree of bodies in sight, and one body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from hub.kernel.errors import GongkaiError
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Body, BodyKind
from hub.organisations.personnel.models import WantedPeople
from hub.organisations.roster.models import Wanted
from web.console.call import Call
from web.console.governing import STEWARDS
from web.statuses import status_of

__all__ = ["Branch", "body_in_sight", "branches", "one", "show", "tree"]

_PEOPLE = 200
_ACCOUNTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A body with those right below it."""

    body: Body
    below: tuple[Branch, ...]


async def tree(call: Call) -> web.StreamResponse:
    """Everything in sight; what is typed narrows it to a flat list."""
    sight = await call.desk.sights.of(call.login)
    bodies = [one for one in await call.desk.organisations.bodies() if one.id in sight.bodies]
    text = call.asked("q").strip()[:100]
    kind = call.asked("kind") if call.asked("kind") in set(BodyKind) else ""
    narrowed = bool(text or kind)
    found = [
        one
        for one in bodies
        if (text in one.name or text.lower() in one.code.lower() or text in one.region)
        and (not kind or one.kind == kind)
    ]
    return call.page(
        "bodies/tree",
        branches=[] if narrowed else branches(bodies),
        found=found if narrowed else [],
        narrowed=narrowed,
        counts=Counter(one.kind.value for one in bodies),
        kinds=list(BodyKind),
        query={"q": text, "kind": kind},
        total=len(bodies),
        stewarding=call.visitor.holds(STEWARDS),
    )


async def one(call: Call) -> web.StreamResponse:
    return await show(call, await body_in_sight(call))


async def show(call: Call, body: Body, problem: GongkaiError | None = None) -> web.Response:
    desk = call.desk
    everything = await desk.organisations.bodies()
    people = await desk.governing.personnel.page(
        WantedPeople(bodies=frozenset({body.id}), limit=_PEOPLE)
    )
    own = Sight(frozenset({body.id}), whole=False)
    filings = await desk.register.filings(body.id)
    return call.page(
        "bodies/one",
        status=status_of(problem) if problem else 200,
        body=body,
        above=_above(body, {one.id: one for one in everything}),
        below=[one for one in everything if one.parent_id == body.id],
        choices=everything,
        people=people,
        accounts=(await desk.register.page(Wanted(sight=own, limit=_ACCOUNTS))).accounts,
        filings=filings,
        kinds=list(BodyKind),
        stewarding=call.visitor.holds(STEWARDS),
        problem=problem,
        given=call.form,
    )


async def body_in_sight(call: Call) -> Body:
    """The body of the address; raises UnknownBody also for one that they do not see."""
    code = call.request.match_info["code"]
    body = await call.desk.organisations.body(code)
    if body.id not in (await call.desk.sights.of(call.login)).bodies:
        raise UnknownBody(code)
    return body


def branches(bodies: Sequence[Body]) -> list[Branch]:
    """The trees that stand in `bodies`: one whose parent is not among them is a root."""
    known = {one.id for one in bodies}
    below: dict[str | None, list[Body]] = {}
    for one in bodies:
        parent = one.parent_id if one.parent_id in known else None
        below.setdefault(parent, []).append(one)
    return [_branch(one, below) for one in below.get(None, [])]


def _branch(body: Body, below: Mapping[str | None, list[Body]]) -> Branch:
    return Branch(body=body, below=tuple(_branch(one, below) for one in below.get(body.id, [])))


def _above(body: Body, known: Mapping[str, Body]) -> list[Body]:
    """From the highest down to its parent."""
    found: list[Body] = []
    while body.parent_id and body.parent_id in known:
        body = known[body.parent_id]
        found.insert(0, body)
    return found
