"""Finding items: lists by filters, by document number, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from hub.catalogue import store
from hub.catalogue.models import Filter, Item, Standing, Validity
from hub.catalogue.numbering.doc_numbers import doc_key, doc_keys_in
from hub.catalogue.rules import content_hash
from hub.catalogue.tables import item_versions, items
from hub.organisations.store import subtree

__all__ = ["items_by_doc_no", "list_items", "page_of"]


def list_items(connection: Connection, wanted: Filter) -> list[Item]:
    """Newest first, at most `wanted.limit`."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.body_id:
        conditions.append(items.c.body_id.in_(subtree(wanted.body_id)))
    for column in ("state", "attribute", "genre"):
        if value := getattr(wanted, column):
            conditions.append(items.c[column] == str(value))
    if wanted.theme:
        below = items.c.theme.startswith(f"{wanted.theme}\\", autoescape=True)
        conditions.append((items.c.theme == wanted.theme) | below)
    if wanted.public is not None:
        public = items.c.public_version.is_not(None)
        conditions.append(public if wanted.public else ~public)
    if wanted.standing is not None:
        conditions.append(_stands(wanted.standing, wanted.today))
    if wanted.words:
        conditions.append(
            or_(
                items.c.title.contains(wanted.words, autoescape=True),
                items.c.doc_no.contains(wanted.words, autoescape=True),
            )
        )
    if wanted.before:
        conditions.append(items.c.id < wanted.before)
    query = store.current_items().where(*conditions).order_by(items.c.id.desc()).limit(wanted.limit)
    return [store.item_of_row(row) for row in connection.execute(query)]


_PUBLIC = select(items, item_versions.c.content).join(
    item_versions,
    and_(
        item_versions.c.item_id == items.c.id,
        item_versions.c.version == items.c.public_version,
    ),
)


def page_of(connection: Connection, after: str, limit: int, *, everything: bool) -> list[Item]:
    """Items with ids above `after`, by id: as the public sees them, or `everything` as it is."""
    query = store.current_items() if everything else _PUBLIC
    rows = connection.execute(query.where(items.c.id > after).order_by(items.c.id).limit(limit))
    if everything:
        return [store.item_of_row(row) for row in rows]
    return [
        replace(
            store.item_of_row(row),
            version=row.public_version,
            content_hash=content_hash(row.content),
        )
        for row in rows
    ]


def items_by_doc_no(connection: Connection, text: str, limit: int = 20) -> list[Item]:
    """The items whose document number `text` is or holds, in any typing; the likeliest first."""
    keys = doc_keys_in(text)
    if not keys:
        return []
    query = store.current_items().where(items.c.doc_key.in_(keys), items.c.doc_key != "")
    found = [store.item_of_row(row) for row in connection.execute(query.limit(limit))]
    places = {key: place for place, key in enumerate(keys)}
    return sorted(found, key=lambda item: (places[doc_key(item.doc_no)], item.id))


def _stands(standing: Standing, today: date | None) -> ColumnElement[bool]:
    """As `hub.catalogue.validity.rules.standing` computes it, in SQL."""
    i = items.c
    begun = or_(i.validity_since.is_(None), i.validity_since <= today)
    over = and_(i.valid_until.is_not(None), i.valid_until < today)
    early = and_(i.valid_from.is_not(None), i.valid_from > today)
    applies = i.validity.in_((Validity.IN_FORCE, Validity.AMENDED)) | ~begun
    if standing is Standing.NOT_YET:
        return and_(applies, ~over, early)
    if standing is Standing.IN_FORCE:
        return and_((i.validity == Validity.IN_FORCE) | ~begun, ~over, ~early)
    decided = and_(i.validity == standing.value, begun)
    if standing is Standing.AMENDED:
        return and_(decided, ~over, ~early)
    return or_(decided, and_(applies, over)) if standing is Standing.EXPIRED else decided
