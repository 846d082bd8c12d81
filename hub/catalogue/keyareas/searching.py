"""SQL that finds public entries across lists: one function per question.

Only versions in force on a day are looked at, so nothing that is not signed is ever found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, select

from hub.catalogue.keyareas.forms import find_form
from hub.catalogue.keyareas.models import Entry, Found, Position, Wanted
from hub.catalogue.keyareas.places import Box
from hub.catalogue.keyareas.rules import typed_values
from hub.catalogue.keyareas.store import public_versions
from hub.catalogue.keyareas.tables import key_entries, key_lists, key_versions
from hub.organisations.models import BodyKind
from hub.organisations.store import subtree
from hub.organisations.tables import bodies

_e, _l, _v = key_entries.c, key_lists.c, key_versions.c


def search_entries(connection: Connection, wanted: Wanted, on: date) -> list[Found]:
    """What was asked for, titles that hold the words first, then newer years."""
    words = wanted.words.lower().split()
    conditions: list[ColumnElement[bool]] = [
        _e.words.contains(word, autoescape=True) for word in words
    ]
    if wanted.body_id:
        conditions.append(_l.body_id.in_(subtree(wanted.body_id)))
    if wanted.year:
        conditions.append(_l.year == wanted.year)
    if wanted.category:
        conditions.append(_e.category == wanted.category)
    if wanted.least_progress is not None:
        conditions.append(_e.progress >= float(wanted.least_progress))
    if wanted.most_progress is not None:
        conditions.append(_e.progress <= float(wanted.most_progress))
    first = [case((_e.title.contains(word, autoescape=True), 0), else_=1) for word in words]
    order = (*first, _l.year.desc(), bodies.c.code, _e.place)
    query = _public(wanted.kind, on).where(*conditions).order_by(*order)
    rows = connection.execute(query.limit(wanted.limit).offset(wanted.offset))
    return [_found(row) for row in rows]


def entries_within(
    connection: Connection, kind: str, on: date, box: Box | None = None, year: int = 0
) -> list[Found]:
    """Every entry of a kind that has a position, in `box` when given."""
    conditions: list[ColumnElement[bool]] = [_e.latitude.is_not(None)]
    if box is not None:
        conditions.append(_e.latitude.between(box.south, box.north))
        conditions.append(_e.longitude.between(box.west, box.east))
    if year:
        conditions.append(_l.year == year)
    return [_found(row) for row in connection.execute(_public(kind, on).where(*conditions))]


def entries_of_kind(connection: Connection, kind: str, on: date) -> list[Found]:
    """Every entry of a kind, by body and then in the form's order."""
    query = _public(kind, on).order_by(bodies.c.code, _l.year, _e.place)
    return [_found(row) for row in connection.execute(query)]


def entries_over_years(
    connection: Connection, kind: str, body_id: str, codes: Sequence[str], on: date
) -> list[Found]:
    """These entries of one body in every year there is a public list of, oldest year first."""
    query = (
        _public(kind, on)
        .where(_l.body_id == body_id, _e.code.in_(list(codes)))
        .order_by(_l.year, _e.place)
    )
    return [_found(row) for row in connection.execute(query)]


def cities(connection: Connection) -> list[str]:
    """The names of all cities that have a government here: 成都市 of 成都市人民政府."""
    query = select(bodies.c.name).where(bodies.c.kind == BodyKind.CITY.value)
    names = connection.execute(query.order_by(bodies.c.code)).scalars()
    return [name.removesuffix("人民政府") for name in names]


def _public(kind: str, on: date) -> Select[Any]:
    return (
        select(
            _e.code, _e.title, _e.content, _e.latitude, _e.longitude,
            _l.kind, _l.year, _v.number,
            bodies.c.name.label("body_name"), bodies.c.code.label("body_code"),
        )
        .join(key_versions, _v.id == _e.version_id)
        .join(key_lists, _l.id == _v.list_id)
        .join(bodies, bodies.c.id == _l.body_id)
        .where(_l.kind == kind, _e.version_id.in_(public_versions(on)))
    )  # fmt: skip


def _found(row: Row[Any]) -> Found:
    form = find_form(row.kind)
    position = (
        None if row.latitude is None else Position(latitude=row.latitude, longitude=row.longitude)
    )
    return Found(
        entry=Entry(code=row.code, values=typed_values(form, row.content)),
        title=row.title,
        kind=row.kind,
        body_name=row.body_name,
        body_code=row.body_code,
        year=row.year,
        number=row.number,
        position=position,
    )
