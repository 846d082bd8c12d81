"""Who may take which step of a case.

The disclosure office opens, grades, hands out and closes; the body that a case belongs to answers
it (国办发〔2016〕61号: who is in charge answers, the office coordinates). Parts of the hub itself,
such as a bot that opens a case for a citizen, act as `system:…`.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from hub.opinion.cases.models import Case
from hub.organisations import store as organisations
from hub.organisations.authority.rules import ENTERING, role_needed
from hub.organisations.authority.store import bodies_with_a_role, bodies_within_reach
from hub.organisations.models import Person, Role

__all__ = ["ANSWERING", "CASE_ROLES", "ROUTING", "CaseStep", "Where", "require_step"]

_SYSTEM = "system:"


class CaseStep(StrEnum):
    OPEN = "case-open"
    LEVEL = "case-level"
    ROUTE = "case-route"
    RETURN = "case-return"
    ACCEPT = "case-accept"
    ASSIGN = "case-assign"
    NOTE = "case-note"
    ANNOUNCE = "case-announce"
    QUOTE = "case-quote"
    DRAFT = "case-draft"
    RESPOND = "case-respond"
    RATE = "case-rate"
    CLOSE = "case-close"
    REOPEN = "case-reopen"


class Where(StrEnum):
    OVER = "over"  # in the body that the case belongs to or one above it; in any before it does
    IN = "in"  # in that body itself
    BESIDE = "beside"  # in that body or one that takes part


@dataclass(frozen=True, slots=True)
class _Rule:
    roles: frozenset[Role]
    where: Where


_OFFICE = frozenset({Role.DISCLOSURE_OFFICE})
_HEADS = frozenset({Role.SECTION_HEAD, Role.LEADER})

CASE_ROLES: Mapping[CaseStep, tuple[_Rule, ...]] = {
    CaseStep.OPEN: (_Rule(_OFFICE, Where.OVER),),
    CaseStep.LEVEL: (_Rule(_OFFICE, Where.OVER),),
    CaseStep.ROUTE: (_Rule(_OFFICE, Where.OVER),),
    CaseStep.RETURN: (_Rule(_HEADS, Where.IN),),
    CaseStep.ACCEPT: (_Rule(ENTERING, Where.IN),),
    CaseStep.ASSIGN: (_Rule(ENTERING, Where.IN),),
    CaseStep.NOTE: (_Rule(ENTERING, Where.BESIDE), _Rule(_OFFICE, Where.OVER)),
    CaseStep.ANNOUNCE: (_Rule(ENTERING, Where.IN), _Rule(_OFFICE, Where.OVER)),
    CaseStep.QUOTE: (_Rule(ENTERING, Where.IN),),
    CaseStep.DRAFT: (_Rule(ENTERING, Where.IN),),
    CaseStep.RESPOND: (
        _Rule(ENTERING | {Role.MEDIA}, Where.IN),
        _Rule(_OFFICE, Where.OVER),
    ),
    CaseStep.RATE: (_Rule(ENTERING, Where.IN), _Rule(_OFFICE, Where.OVER)),
    CaseStep.CLOSE: (_Rule(_OFFICE, Where.OVER),),
    CaseStep.REOPEN: (_Rule(_OFFICE, Where.OVER),),
}


# who answers the cases of the body in which they work; who hands out what no body has yet
ANSWERING = frozenset[Role]().union(
    *(rule.roles for rules in CASE_ROLES.values() for rule in rules if rule.where is not Where.OVER)
)
ROUTING = frozenset[Role]().union(*(rule.roles for rule in CASE_ROLES[CaseStep.ROUTE]))


def require_step(connection: Connection, actor: str, step: CaseStep, case: Case | None) -> None:
    """Raises RoleNeeded unless `actor` may take `step`, and UnknownPerson for no login of ours.
    `case` is None while there is none yet."""
    if actor.startswith(_SYSTEM):
        return
    person = organisations.person_by_login(connection, actor)
    rules = CASE_ROLES[step]
    if person.active and any(_holds(connection, person, rule, case) for rule in rules):
        return
    place = organisations.get_body(connection, case.body_id).name if case and case.body_id else "—"
    raise role_needed(person, place, frozenset[Role]().union(*(rule.roles for rule in rules)))


def _holds(connection: Connection, person: Person, rule: _Rule, case: Case | None) -> bool:
    if rule.where is Where.OVER:
        reach = bodies_within_reach(connection, person.id, rule.roles)
        return case.body_id in reach if case and case.body_id else bool(reach)
    if case is None or not case.body_id:
        return False
    places = (case.body_id, *case.joint) if rule.where is Where.BESIDE else (case.body_id,)
    return any(_has(connection, person, body_id, rule.roles) for body_id in places)


def _has(connection: Connection, person: Person, body_id: str, roles: Set[Role]) -> bool:
    if body_id not in bodies_with_a_role(connection, person.id):
        return False
    return not roles.isdisjoint(organisations.roles_of(connection, person.id, body_id))
