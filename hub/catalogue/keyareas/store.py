"""SQL over lists and their versions: one function per question.

Whether a version is public is asked in one place, `public_versions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
)

from hub.catalogue.keyareas.errors import UnknownList, UnknownVersion
from hub.catalogue.keyareas.kinds.shared import position_of
from hub.catalogue.keyareas.models import Carrier, Entry, KeyList, ListKey, ListVersion
from hub.catalogue.keyareas.rules import plain_values, search_text, title_of, typed_values
from hub.catalogue.keyareas.schema import Form
from hub.catalogue.keyareas.tables import key_entries, key_lists, key_versions
from hub.catalogue.tables import item_versions, items
from hub.kernel.database import Transaction
from hub.organisations.store import subtree
from hub.organisations.tables import bodies

_CHUNK = 1_000  # rows per statement


def public_item() -> ColumnElement[bool]:
    """That the version joined from `item_versions` is the one the public sees of its item.

    `items.public_version` is set when the body's own site has taken a version, which is sent there
    only with three signatures, and cleared when it is withdrawn (hub.catalogue.publication).
    """
    return item_versions.c.version == items.c.public_version


def public_versions(on: date | None = None) -> Select[tuple[str]]:
    """Ids of the versions that are public: an item of the list's own body carries the hash and is
    public itself. With a day, only the one of each list that is in force then."""
    carried = (
        select(item_versions.c.item_id)
        .join(items, items.c.id == item_versions.c.item_id)
        .where(
            item_versions.c.carries == key_versions.c.hash,
            items.c.body_id == key_lists.c.body_id,
            public_item(),
        )
        .exists()
    )
    v = key_versions.c
    if on is None:
        return select(v.id).join(key_lists, key_lists.c.id == v.list_id).where(carried)
    latest = func.row_number().over(
        partition_by=v.list_id, order_by=(v.effective_on.desc(), v.number.desc())
    )
    ranked = (
        select(v.id, latest.label("rank"))
        .join(key_lists, key_lists.c.id == v.list_id)
        .where(carried, v.effective_on <= on)
        .subquery()
    )
    return select(ranked.c.id).where(ranked.c.rank == 1)


# --- lists ----------------------------------------------------------------------------------


def find_list(connection: Connection, key: ListKey) -> KeyList | None:
    of = key_lists.c
    query = _lists().where(of.kind == key.kind, of.body_id == key.body_id, of.year == key.year)
    row = connection.execute(query).first()
    return None if row is None else _list(row)


def get_list(connection: Connection, list_id: str) -> KeyList:
    """Raises UnknownList."""
    row = connection.execute(_lists().where(key_lists.c.id == list_id)).first()
    if row is None:
        raise UnknownList(list_id)
    return _list(row)


def list_lists(
    connection: Connection, *, kind: str = "", body_id: str = "", year: int = 0
) -> list[KeyList]:
    """By kind, body and year; of `body_id` and the bodies below it."""
    of = key_lists.c
    conditions: list[ColumnElement[bool]] = []
    if kind:
        conditions.append(of.kind == kind)
    if body_id:
        conditions.append(of.body_id.in_(subtree(body_id)))
    if year:
        conditions.append(of.year == year)
    query = _lists().where(*conditions).order_by(of.kind, bodies.c.code, of.year.desc())
    return [_list(row) for row in connection.execute(query)]


def insert_list(tx: Transaction, list_id: str, key: ListKey) -> None:
    values = {"id": list_id, "kind": key.kind, "body_id": key.body_id, "year": key.year}
    tx.execute(insert(key_lists).values(**values))


def lock_list(tx: Transaction, list_id: str) -> None:
    """Keep others from adding a version until this transaction ends."""
    tx.connection.execute(
        select(key_lists.c.id).where(key_lists.c.id == list_id).with_for_update()
    ).first()


# --- versions -------------------------------------------------------------------------------


def get_version(connection: Connection, version_id: str) -> ListVersion:
    """Raises UnknownVersion."""
    row = connection.execute(select(key_versions).where(key_versions.c.id == version_id)).first()
    if row is None:
        raise UnknownVersion(version_id)
    return _version(row)


def version_numbered(connection: Connection, list_id: str, number: int) -> ListVersion:
    """Raises UnknownVersion."""
    query = select(key_versions).where(
        key_versions.c.list_id == list_id, key_versions.c.number == number
    )
    row = connection.execute(query).first()
    if row is None:
        raise UnknownVersion(str(number))
    return _version(row)


def latest_version(connection: Connection, list_id: str) -> ListVersion | None:
    """The one with the highest number, public or not."""
    query = select(key_versions).where(key_versions.c.list_id == list_id)
    row = connection.execute(query.order_by(key_versions.c.number.desc()).limit(1)).first()
    return None if row is None else _version(row)


def versions_of(connection: Connection, list_id: str) -> list[ListVersion]:
    """Oldest first."""
    query = select(key_versions).where(key_versions.c.list_id == list_id)
    return [_version(row) for row in connection.execute(query.order_by(key_versions.c.number))]


def version_in_force(connection: Connection, list_id: str, on: date) -> ListVersion | None:
    """The public version in force on that day."""
    query = select(key_versions).where(
        key_versions.c.list_id == list_id, key_versions.c.id.in_(public_versions(on))
    )
    row = connection.execute(query).first()
    return None if row is None else _version(row)


def carriers_of(connection: Connection, list_id: str) -> dict[str, Carrier]:
    """The item of every version that one carries, by version id: a public one before one that is
    still to be signed, then the older."""
    public = case((public_item(), 1), else_=0)
    query = (
        select(key_versions.c.id.label("version_id"), items, public.label("public"))
        .join(key_lists, key_lists.c.id == key_versions.c.list_id)
        .join(item_versions, item_versions.c.carries == key_versions.c.hash)
        .join(items, and_(
            items.c.id == item_versions.c.item_id, items.c.body_id == key_lists.c.body_id
        ))
        .where(
            key_versions.c.list_id == list_id,
            or_(public_item(), item_versions.c.version == items.c.version),
        )
        .order_by(public, items.c.id.desc())
    )  # fmt: skip
    return {
        row.version_id: Carrier(
            item_id=row.id, title=row.title, doc_no=row.doc_no, public=bool(row.public)
        )
        for row in connection.execute(query)
    }


def insert_version(
    tx: Transaction, form: Form, version: ListVersion, entries: Sequence[Entry]
) -> None:
    """A version with its entries, which stand in the form's order."""
    values = {c.name: getattr(version, c.name) for c in key_versions.c}
    tx.execute(insert(key_versions).values(**values))
    rows = [_entry_row(form, version.id, n, entry) for n, entry in enumerate(entries)]
    for start in range(0, len(rows), _CHUNK):
        tx.execute(insert(key_entries), rows[start : start + _CHUNK])


def entries_of(connection: Connection, form: Form, version_id: str) -> tuple[Entry, ...]:
    """In the form's order."""
    e = key_entries.c
    query = select(e.code, e.content).where(e.version_id == version_id).order_by(e.place)
    return tuple(
        Entry(code=row.code, values=typed_values(form, row.content))
        for row in connection.execute(query)
    )


def numbers_in_force(connection: Connection, ids: Iterable[str], on: date) -> dict[str, int]:
    """The number of the version in force on that day, by list."""
    query = select(key_versions.c.list_id, key_versions.c.number).where(
        key_versions.c.id.in_(public_versions(on)), key_versions.c.list_id.in_(list(ids))
    )
    return {row.list_id: row.number for row in connection.execute(query)}


def last_numbers(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """The highest number there is, by list."""
    v = key_versions.c
    query = select(v.list_id, func.max(v.number).label("number"))
    rows = connection.execute(query.where(v.list_id.in_(list(ids))).group_by(v.list_id))
    return {row.list_id: row.number for row in rows}


def _lists() -> Select[Any]:
    return select(
        key_lists, bodies.c.name.label("body_name"), bodies.c.code.label("body_code")
    ).join(bodies, bodies.c.id == key_lists.c.body_id)


def _list(row: Row[Any]) -> KeyList:
    key = ListKey(kind=row.kind, body_id=row.body_id, year=row.year)
    return KeyList(id=row.id, key=key, body_name=row.body_name, body_code=row.body_code)


def _version(row: Row[Any]) -> ListVersion:
    return ListVersion(**row._asdict())


def _entry_row(form: Form, version_id: str, place: int, entry: Entry) -> Mapping[str, Any]:
    values = entry.values
    position = position_of(values) if form.placed else None
    progress = values.get(form.progress) if form.progress else None
    return {
        "version_id": version_id,
        "code": entry.code,
        "place": place,
        "title": title_of(form, values),
        "category": str(values.get(form.category, "")) if form.category else "",
        "words": search_text(form, values),
        "progress": None if progress is None else float(str(progress)),
        "latitude": position.latitude if position else None,
        "longitude": position.longitude if position else None,
        "content": plain_values(values),
    }
