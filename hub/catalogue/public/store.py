"""SQL about what is public: one function per question.

Lists walk the partial index over (published_at, id), so a page costs the same wherever it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from hub.catalogue.classification.models import SEPARATOR
from hub.catalogue.models import Item
from hub.catalogue.public.errors import NotPublished, Withdrawn
from hub.catalogue.public.models import (
    DayCount,
    Medium,
    Place,
    PublicFilter,
    PublicVersion,
    Related,
    ShelfCounts,
    Totals,
)
from hub.catalogue.relations.models import RelationKind
from hub.catalogue.relations.store import relations_of
from hub.catalogue.relations.tables import item_relations
from hub.catalogue.store import item_of_row
from hub.catalogue.tables import item_publications, item_versions, items
from hub.kernel.clock import CHINA
from hub.kernel.columns import Instant
from hub.kernel.database import Transaction
from hub.organisations.store import subtree

__all__ = [
    "day_counts",
    "get_public",
    "get_public_version",
    "list_public",
    "public_items",
    "public_media",
    "public_numbers",
    "public_on",
    "public_versions",
    "related",
    "set_public",
    "set_withdrawn",
    "shelf_counts",
    "totals",
]

_DAY = 86_400_000_000  # microseconds
_OFFSET = 8 * 3_600_000_000  # China has kept UTC+8 all year since 1991
_i, _p = items.c, item_publications.c


def list_public(
    connection: Connection, wanted: PublicFilter, *, after: Place | None, limit: int
) -> list[Item]:
    """Newest first."""
    query = _shown().where(*_conditions(wanted)).limit(limit)
    if after is not None:
        place = tuple_(literal(after.published_at, Instant), literal(after.item_id))
        query = query.where(tuple_(_i.published_at, _i.id) < place)
    return [_public(row) for row in connection.execute(query)]


def get_public(connection: Connection, item_id: str) -> Item:
    """The version that the public sees; raises NotPublished, Withdrawn."""
    row = connection.execute(_shown().where(_i.id == item_id)).first()
    if row is not None:
        return _public(row)
    gone = select(_i.withdrawn_at).where(_i.id == item_id, _i.withdrawn_at.is_not(None))
    if connection.execute(gone).first() is not None:
        raise Withdrawn
    raise NotPublished


def public_items(connection: Connection, ids: Collection[str]) -> dict[str, Item]:
    """Those of the items that the public sees, as it sees them now."""
    return {row.id: _public(row) for row in connection.execute(_shown().where(_i.id.in_(ids)))}


def public_numbers(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """The number of the version that the public sees now, of those items that it sees."""
    rows = connection.execute(_NUMBERS, {"ids": list(ids)})
    return {row.id: row.public_version for row in rows}


def get_public_version(connection: Connection, item_id: str, number: int) -> Item:
    """A version that is or was public, of an item that is; raises NotPublished, Withdrawn."""
    get_public(connection, item_id)
    version = and_(item_versions.c.item_id == _i.id, item_versions.c.version == number)
    was_public = and_(_p.item_id == _i.id, _p.version == number)
    query = (
        select(items, item_versions.c.content, item_versions.c.content_hash.label("public_hash"))
        .join(item_versions, version)
        .join(item_publications, was_public)
        .where(_i.id == item_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotPublished
    return replace(item_of_row(row), version=number, content_hash=row.public_hash)


def public_versions(connection: Connection, item_id: str) -> list[PublicVersion]:
    """The versions that are or were public, newest first."""
    query = (
        select(_p.version, _p.public_at, item_versions.c.content_hash)
        .join(
            item_versions,
            and_(item_versions.c.item_id == _p.item_id, item_versions.c.version == _p.version),
        )
        .where(_p.item_id == item_id)
        .order_by(_p.version.desc())
    )
    return [
        PublicVersion(number=row.version, public_at=row.public_at, content_hash=row.content_hash)
        for row in connection.execute(query)
    ]


def related(connection: Connection, item_id: str) -> list[Related]:
    """Public items that do something to this one, or to which it does something."""
    found = relations_of(connection, item_id)
    others = [one.other_id if one.item_id == item_id else one.item_id for one in found]
    query = _shown().where(_i.id.in_(others))
    shown = {row.id: _public(row) for row in connection.execute(query)} if others else {}
    return [
        Related(kind=one.kind, inverse=one.item_id != item_id, item=shown[other])
        for one, other in zip(found, others, strict=True)
        if other in shown
    ]


def totals(connection: Connection) -> Totals:
    """How many items are public, of how many bodies."""
    query = select(func.count(), func.count(distinct(_i.body_id))).where(_is_public())
    row = connection.execute(query).one()
    return Totals(items=row[0], bodies=row[1])


def shelf_counts(connection: Connection) -> ShelfCounts:
    """How many public items each top-level theme has, each body by its id, and each genre."""

    def counted(column: ColumnElement[str]) -> dict[str, int]:
        query = select(column, func.count()).where(_is_public(), column != "").group_by(column)
        return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    tops = Counter[str]()
    for theme, count in counted(_i.public_theme).items():
        tops[theme.split(SEPARATOR)[0]] += count
    biggest_first = sorted(tops.items(), key=lambda one: (-one[1], one[0]))
    return ShelfCounts(
        themes=dict(biggest_first), bodies=counted(_i.body_id), genres=counted(_i.public_genre)
    )


def day_counts(connection: Connection) -> list[DayCount]:
    """How many items became public on each day, oldest first."""
    day = (type_coerce(_i.published_at, BigInteger) + _OFFSET) // _DAY
    query = select(day.label("day"), func.count()).where(_is_public()).group_by("day")
    epoch = date(1970, 1, 1)
    return [
        DayCount(day=epoch + timedelta(days=int(row[0])), count=row[1])
        for row in connection.execute(query.order_by("day"))
    ]


def public_on(
    connection: Connection, day: date, *, offset: int, limit: int
) -> Sequence[tuple[str, datetime]]:
    """(id, when its public version became public) of what was first published that day."""
    start = datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)
    latest = (
        select(_p.public_at)
        .where(_p.item_id == _i.id, _p.version == _i.public_version)
        .scalar_subquery()
    )
    query = (
        select(_i.id, func.coalesce(latest, _i.published_at).label("changed"))
        .where(_is_public(), _i.published_at >= start, _i.published_at < start + timedelta(days=1))
        .order_by(_i.published_at, _i.id)
        .offset(offset)
        .limit(limit)
    )
    return [(row.id, row.changed) for row in connection.execute(query)]


def public_media(connection: Connection, item_id: str) -> dict[str, Medium]:
    """Every picture and file that a public version of the item has, by its SHA-256; a file under
    the newest of its names."""
    query = (
        select(item_versions.c.content)
        .join(
            item_publications,
            and_(_p.item_id == item_versions.c.item_id, _p.version == item_versions.c.version),
        )
        .join(items, _i.id == item_versions.c.item_id)
        .where(_i.id == item_id, _is_public())
        .order_by(_p.version)
    )
    media: dict[str, Medium] = {}
    for content in connection.execute(query).scalars():
        for file in content.get("attachments", ()):
            media[file["sha256"]] = Medium(media_type=file["media_type"], name=file["name"])
        for picture in content["pictures"]:
            media[picture["sha256"]] = Medium(media_type=picture["media_type"])
    return media


def set_public(tx: Transaction, item_id: str, version: int, at: datetime) -> bool:
    """The public sees this version from now on; False where it sees it or a newer one already,
    or where the version was withdrawn."""
    older = or_(items.c.public_version.is_(None), items.c.public_version < version)
    free = or_(items.c.withdrawn_version.is_(None), items.c.withdrawn_version < version)
    change = update(items).where(items.c.id == item_id, older, free)
    values = {
        "public_version": version,
        "published_at": func.coalesce(items.c.published_at, literal(at, Instant)),
        "withdrawn_at": None,
        **_shelf_of(tx, item_id, version),
    }
    if tx.execute(change.values(values)).rowcount != 1:
        return False
    tx.execute(insert(item_publications).values(item_id=item_id, version=version, public_at=at))
    return True


def _shelf_of(tx: Transaction, item_id: str, version: int) -> dict[str, str | None]:
    """Under what the version stands in the public's lists. Its text is read only where staff work
    on a later one already."""
    current = select(_i.theme, _i.genre).where(_i.id == item_id, _i.version == version)
    row = tx.execute(current).first()
    if row is not None:
        return {"public_theme": row.theme, "public_genre": row.genre}
    held = item_versions.c
    said = tx.execute(
        select(held.content).where(held.item_id == item_id, held.version == version)
    ).scalar_one_or_none()
    return {"public_theme": said["theme"], "public_genre": said["genre"]} if said else {}


def set_withdrawn(tx: Transaction, item_id: str, upto: int, at: datetime) -> bool:
    """The public sees nothing of the versions up to that one; False where they are withdrawn
    already."""
    held = or_(items.c.withdrawn_version.is_(None), items.c.withdrawn_version < upto)
    newer = case((items.c.public_version > upto, items.c.public_version))
    change = update(items).where(items.c.id == item_id, held)
    values = {"public_version": newer, "withdrawn_at": at, "withdrawn_version": upto}
    return tx.execute(change.values(values)).rowcount == 1


def _is_public() -> ColumnElement[bool]:
    return _i.public_version.is_not(None)


# built once: asked before every answer of a bot, where building it cost more than the answer
_NUMBERS = select(_i.id, _i.public_version).where(
    _i.id.in_(bindparam("ids", expanding=True)), _is_public()
)


def _shown() -> Select[Any]:
    version = and_(item_versions.c.item_id == _i.id, item_versions.c.version == _i.public_version)
    return (
        select(items, item_versions.c.content, item_versions.c.content_hash.label("public_hash"))
        .join(item_versions, version)
        .where(_is_public())
        .order_by(_i.published_at.desc(), _i.id.desc())
    )


def _conditions(wanted: PublicFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.body_id:
        found.append(_i.body_id.in_(subtree(wanted.body_id)))
    if wanted.theme:
        below = _i.public_theme.startswith(f"{wanted.theme}\\", autoescape=True)
        found.append((_i.public_theme == wanted.theme) | below)
    if wanted.genre is not None:
        found.append(_i.public_genre == wanted.genre.value)
    if wanted.year is not None:
        start = datetime(wanted.year, 1, 1, tzinfo=CHINA).astimezone(UTC)
        end = datetime(wanted.year + 1, 1, 1, tzinfo=CHINA).astimezone(UTC)
        found += [_i.published_at >= start, _i.published_at < end]
    if wanted.interpretations:
        kind = RelationKind.INTERPRETS.value
        mine = (item_relations.c.item_id == _i.id, item_relations.c.kind == kind)
        found.append(exists().where(*mine))
    return found


def _public(row: Row[Any]) -> Item:
    """The item with the content of its public version."""
    return replace(item_of_row(row), version=row.public_version, content_hash=row.public_hash)
