"""SQL over people as they are listed: one function per question."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, or_, select

from hub.organisations.models import Body, BodyKind, Person, Role
from hub.organisations.personnel.models import Held, WantedPeople
from hub.organisations.signin.tables import console_sessions
from hub.organisations.tables import bodies, people, roles

__all__ = ["any_person", "held_by", "list_page", "sessions_open"]

_p, _r = people.c, roles.c


def list_page(connection: Connection, wanted: WantedPeople) -> list[Person]:
    """One more than `wanted.limit`, in the order of logins."""
    query = select(people).where(_p.login > wanted.after).order_by(_p.login)
    if wanted.active is not None:
        query = query.where(_p.active.is_(wanted.active))
    if wanted.text:
        query = query.where(
            or_(
                _p.name.contains(wanted.text, autoescape=True),
                _p.login.startswith(wanted.text.lower(), autoescape=True),
            )
        )
    if wanted.bodies is not None or wanted.role is not None:
        held = select(_r.person_id).where(_r.person_id == _p.id)
        if wanted.bodies is not None:
            held = held.where(_r.body_id.in_(wanted.bodies))
        if wanted.role is not None:
            held = held.where(_r.role == wanted.role.value)
        query = query.where(held.exists())
    return [Person(**row._asdict()) for row in connection.execute(query.limit(wanted.limit + 1))]


def held_by(connection: Connection, person_ids: Collection[str]) -> dict[str, list[Held]]:
    """Every role of those people, by the body's code."""
    query = (
        select(_r.person_id, _r.role, *bodies.c)
        .join(bodies, bodies.c.id == _r.body_id)
        .where(_r.person_id.in_(person_ids))
        .order_by(bodies.c.code, _r.role)
    )
    found: dict[str, list[Held]] = {}
    for row in connection.execute(query):
        values = dict(row._mapping)
        person_id, role = values.pop("person_id"), Role(values.pop("role"))
        body = Body(**values | {"kind": BodyKind(values["kind"])})
        found.setdefault(person_id, []).append(Held(body=body, role=role))
    return found


def any_person(connection: Connection, login: str) -> Person | None:
    """Also who is no longer active."""
    row = connection.execute(select(people).where(_p.login == login)).first()
    return None if row is None else Person(**row._asdict())


def sessions_open(connection: Connection, person_id: str, now: object) -> int:
    s = console_sessions.c
    query = select(func.count()).where(
        s.person_id == person_id, s.ended_at.is_(None), s.expires_at > now
    )
    return connection.execute(query).scalar_one()
