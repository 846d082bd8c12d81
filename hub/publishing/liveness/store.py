"""SQL of the liveness board: one statement for all accounts, by the ledger's index on accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, case, func, or_, select, type_coerce

from hub.catalogue.models import ItemState, Validity
from hub.catalogue.tables import items
from hub.kernel.bulk import Bulk
from hub.kernel.columns import microseconds
from hub.kernel.database import Transaction
from hub.kernel.packing import PackedQuery
from hub.organisations import store as organisations
from hub.organisations.authority.sight import Sight
from hub.organisations.models import FilingState, Selection
from hub.organisations.tables import accounts
from hub.publishing.liveness.models import Duty, Suggestion, Trace
from hub.publishing.liveness.rules import SETTING
from hub.publishing.liveness.tables import account_liveness
from hub.publishing.models import DeliveryState, Purpose
from hub.publishing.tables import deliveries, editions

__all__ = ["NEWEST", "candidates", "duties", "keep", "kept", "recalled", "traces", "without"]

_S = DeliveryState
_WAITING = (_S.PLANNED, _S.READY, _S.CLAIMED, _S.SENDING, _S.BLOCKED)
_c = account_liveness.c
NEWEST = 200  # approved items of a body that are looked through
_NAMES_A_LIMIT = f'%"{SETTING}"%'


def traces(connection: Connection, now: datetime, ids: Collection[str] = ()) -> dict[str, Trace]:
    """Every account's last update and next planned one, or those of `ids`, by account.

    The newest published delivery by due time: that is the index's order, so an account costs two
    look-ups however much it has published. What was sent late counts from when it was sent.
    """
    last, following = deliveries.alias("last"), deliveries.alias("following")
    published = (
        select(func.coalesce(last.c.handed_over_at, last.c.due_at))
        .where(
            last.c.account_id == accounts.c.id,
            last.c.due_at <= now,
            last.c.purpose == Purpose.PUBLISH,
            last.c.state.in_((_S.ACCEPTED, _S.VERIFIED)),
        )
        .order_by(last.c.due_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    planned = (
        select(following.c.due_at)
        .where(
            following.c.account_id == accounts.c.id,
            following.c.due_at > now,
            following.c.purpose == Purpose.PUBLISH,
            following.c.state.in_(_WAITING),
        )
        .order_by(following.c.due_at)
        .limit(1)
        .scalar_subquery()
    )
    query = select(accounts.c.id, published, planned).where(accounts.c.active)
    rows = connection.execute(query.where(accounts.c.id.in_(ids)) if ids else query)
    return {row[0]: Trace(row[0], row[1], row[2]) for row in rows}


_KEEP = Bulk(
    """
    INSERT INTO account_liveness (account_id, published_at, planned_at)
    SELECT r.account_id, r.published_at, r.planned_at FROM {rows} WHERE true
    ON CONFLICT (account_id) DO UPDATE
    SET published_at = excluded.published_at, planned_at = excluded.planned_at
    """,
    {"account_id": "text", "published_at": "int", "planned_at": "int"},
)


def keep(tx: Transaction, changed: Collection[Trace]) -> None:
    """Remember what changed since it was last looked up."""
    if changed:
        rows = [
            (t.account_id, microseconds(t.published_at), microseconds(t.planned_at))
            for t in changed
        ]
        tx.bulk(_KEEP, rows)


def kept(connection: Connection, ids: Collection[str] = ()) -> dict[str, Trace]:
    """What was remembered, of all accounts or of `ids`, by account."""
    query = select(account_liveness)
    rows = connection.execute(query.where(_c.account_id.in_(ids)) if ids else query)
    return {row.account_id: Trace(row.account_id, row.published_at, row.planned_at) for row in rows}


def duties(connection: Connection, selection: Selection, sight: Sight | None) -> list[Duty]:
    """The accounts of a selection that are on file and in use, of bodies in `sight` or all."""
    settings = type_coerce(accounts.c.settings, Text)  # as they are stored: few name a limit
    conditions = organisations.conditions_of(connection, selection)
    conditions += [accounts.c.active, accounts.c.filing == FilingState.FILED.value]
    if sight is not None and not sight.whole:
        conditions.append(accounts.c.body_id.in_(sight.bodies))
    query = (
        select(
            accounts.c.id.label("account_id"),
            accounts.c.channel,
            case((settings.like(_NAMES_A_LIMIT), settings), else_="").label("settings"),
            type_coerce(_c.published_at, BigInteger).label("published_at"),
        )
        .outerjoin(account_liveness, _c.account_id == accounts.c.id)
        .where(*conditions)
    )
    return PackedQuery(Duty, query).values(connection)


def candidates(
    connection: Connection, body_id: str, name: str, today: date, limit: int
) -> list[Suggestion]:
    """Of the body's NEWEST approved items those in force that have an edition called `name`, newest
    first. Whether the edition is signed is asked afterwards."""
    own = (items.c.body_id == body_id, items.c.state == ItemState.APPROVED.value)
    newest = select(items.c.id).where(*own).order_by(items.c.id.desc()).limit(NEWEST).subquery()
    query = (
        select(items.c.id, items.c.title, items.c.entered_at, editions.c.id)
        .join(newest, newest.c.id == items.c.id)
        .join(
            editions,
            (editions.c.item_id == items.c.id) & (editions.c.item_version == items.c.version),
        )
        .where(
            items.c.validity == Validity.IN_FORCE.value,
            or_(items.c.valid_until.is_(None), items.c.valid_until >= today),
            or_(items.c.valid_from.is_(None), items.c.valid_from <= today),
            editions.c.name == name,
        )
        .order_by(items.c.id.desc(), editions.c.id.desc())
        .limit(limit)
    )
    return [
        Suggestion(item_id=row[0], title=row[1], entered_at=row[2], edition_id=row[3], own=False)
        for row in connection.execute(query)
    ]


_WITHOUT = Bulk(
    """
    SELECT r.account_id, r.item_id FROM {rows} WHERE NOT EXISTS (
        SELECT 1 FROM editions e JOIN deliveries d ON d.edition_id = e.id
        WHERE e.item_id = r.item_id AND d.account_id = r.account_id
            AND d.purpose = 'publish' AND d.state <> 'cancelled')
    """,
    {"account_id": "text", "item_id": "text"},
)


def without(connection: Connection, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of (account, item), those where the account neither has the item nor is to get it, in any
    of its versions."""
    asked = list(pairs)
    if not asked:
        return set()
    rows: Any = _WITHOUT.execute(connection, asked)
    return {(row[0], row[1]) for row in rows}


def recalled(connection: Connection, edition_id: str) -> bool:
    """Whether a recall of the edition was ever ordered."""
    query = select(deliveries.c.id).where(
        deliveries.c.edition_id == edition_id,
        deliveries.c.purpose == Purpose.RECALL,
        deliveries.c.state != _S.CANCELLED,
    )
    return connection.execute(query.limit(1)).first() is not None
