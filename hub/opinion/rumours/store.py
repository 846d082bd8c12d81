"""SQL of rumours and clarifications: one function per question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from hub.catalogue.tables import items
from hub.kernel.database import Transaction
from hub.opinion.issues.models import Verification
from hub.opinion.issues.tables import issues
from hub.opinion.rumours.models import Clarification, Link, LinkKind
from hub.opinion.rumours.rules import MARKERS
from hub.opinion.rumours.tables import clarifications, clarified, rumour_cursors
from hub.opinion.signals.store import ignoring_insert
from hub.opinion.signals.tables import signals

__all__ = [
    "add_clarifications",
    "add_links",
    "after",
    "cursor",
    "known_clarifications",
    "links_of",
    "new_clarifications",
    "refuse_link",
    "rumour_ids",
    "set_cursor",
    "texts_after",
]

_i, _c, _l, _s = items.c, clarifications.c, clarified.c, signals.c
_CHUNK = 500


def cursor(connection: Connection, name: str) -> datetime | None:
    query = select(rumour_cursors.c.at).where(rumour_cursors.c.name == name)
    return connection.execute(query).scalar()


def after(connection: Connection, name: str) -> str:
    """The id that a look came to; empty before the first."""
    query = select(rumour_cursors.c.after).where(rumour_cursors.c.name == name)
    return connection.execute(query).scalar() or ""


def set_cursor(tx: Transaction, name: str, at: datetime, after: str = "") -> None:
    tx.execute(delete(rumour_cursors).where(rumour_cursors.c.name == name))
    tx.execute(insert(rumour_cursors), {"name": name, "at": at, "after": after})


def new_clarifications(
    connection: Connection, since: datetime, limit: int
) -> list[tuple[str, str, str, datetime]]:
    """(item, title, summary, since when public) of public items whose title or summary says that
    they clarify something and that are not known yet."""
    says = or_(*(or_(_i.title.contains(m), _i.summary.contains(m)) for m in MARKERS))
    query = (
        select(_i.id, _i.title, _i.summary, _i.published_at)
        .outerjoin(clarifications, _c.item_id == _i.id)
        .where(_i.public_version.is_not(None), _i.published_at >= since, says)
        .where(_c.item_id.is_(None))
        .order_by(_i.published_at, _i.id)
        .limit(limit)
    )
    return [(row.id, row.title, row.summary, row.published_at) for row in connection.execute(query)]


def add_clarifications(tx: Transaction, found: Sequence[Clarification]) -> None:
    names = Clarification.__dataclass_fields__
    rows = [{name: getattr(one, name) for name in names} for one in found]
    if rows:
        tx.execute(ignoring_insert(tx.connection, clarifications), rows)


def known_clarifications(
    connection: Connection, since: datetime, limit: int
) -> list[Clarification]:
    """Clarifications that are still public, the newest first."""
    query = (
        select(clarifications)
        .join(items, _i.id == _c.item_id)
        .where(_i.public_version.is_not(None), _c.published_at >= since)
        .order_by(_c.published_at.desc(), _c.item_id)
        .limit(limit)
    )
    return [_clarification(row) for row in connection.execute(query)]


def texts_after(
    connection: Connection, after: str, since: datetime, until: datetime, limit: int
) -> list[tuple[str, str, str]]:
    """(id, title, text) of signals after an id that came within a time, in the order of ids."""
    query = (
        select(_s.id, _s.title, _s.text)
        .where(_s.id > after, _s.received_at >= since, _s.received_at < until)
        .order_by(_s.id)
        .limit(limit)
    )
    return [(row.id, row.title, row.text) for row in connection.execute(query)]


def add_links(tx: Transaction, found: Sequence[Link]) -> int:
    """Note what clarifications answer; what was noted or refused stays as it is."""
    names = Link.__dataclass_fields__
    held: set[tuple[str, str, str]] = set()
    for start in range(0, len(found), _CHUNK):
        ids = [one.subject_id for one in found[start : start + _CHUNK]]
        query = select(_l.kind, _l.subject_id, _l.item_id).where(_l.subject_id.in_(ids))
        held |= {(row.kind, row.subject_id, row.item_id) for row in tx.connection.execute(query)}
    new = [one for one in found if (one.kind.value, one.subject_id, one.item_id) not in held]
    if new:
        rows = [{name: getattr(one, name) for name in names} for one in new]
        tx.execute(ignoring_insert(tx.connection, clarified), rows)
    return len(new)


def refuse_link(tx: Transaction, kind: LinkKind, subject_id: str, item_id: str) -> bool:
    which = (_l.kind == kind, _l.subject_id == subject_id, _l.item_id == item_id)
    change = update(clarified).where(*which, _l.refused.is_(False)).values(refused=True)
    return tx.execute(change).rowcount == 1


def links_of(
    connection: Connection, kind: LinkKind, subject_ids: Collection[str]
) -> dict[str, tuple[Clarification, float]]:
    """The clarification that each subject is most like, and how much; of public items only."""
    found: dict[str, tuple[Clarification, float]] = {}
    ids = list(subject_ids)
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(clarifications, _l.subject_id, _l.score)
            .join(clarified, _l.item_id == _c.item_id)
            .join(items, _i.id == _c.item_id)
            .where(
                _l.kind == kind,
                _l.refused.is_(False),
                _l.subject_id.in_(ids[start : start + _CHUNK]),
                _i.public_version.is_not(None),
            )
            .order_by(_l.score, _l.item_id)
        )
        for row in connection.execute(query):
            found[row.subject_id] = (_clarification(row), row.score)
    return found


def rumour_ids(connection: Connection, before: datetime | None, limit: int) -> list[str]:
    """Issues with hearsay that is not confirmed, the liveliest first."""
    hearsay = and_(
        issues.c.merged_into == "",
        issues.c.verification.in_((Verification.OPEN, Verification.REFUTED)),
    )
    query = select(issues.c.id).where(hearsay)
    if before is not None:
        query = query.where(issues.c.first_at < before)
    query = query.order_by(issues.c.last_at.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def _clarification(row: Row[Any]) -> Clarification:
    return Clarification(
        item_id=row.item_id, title=row.title, published_at=row.published_at, terms=row.terms
    )
