"""Deciding about an item's validity, inside a transaction that the caller already has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hub.catalogue import events
from hub.catalogue import store as catalogue
from hub.catalogue.models import Item, Validity
from hub.catalogue.relations import store as relations
from hub.catalogue.relations.models import Relation, RelationKind
from hub.catalogue.validity import rules, store
from hub.catalogue.validity.models import ValidityChange
from hub.kernel.database import Transaction
from hub.kernel.events import Event

__all__ = ["change_validity"]


def change_validity(
    tx: Transaction,
    item: Item,
    validity: Validity,
    *,
    since: date,
    actor: str,
    at: datetime,
    by_item_id: str = "",
    basis: str = "",
) -> Item:
    """From `since` on, `item` (which is locked) is `validity`. No version changes by that.

    The deciding item gets its link, and what is in force again loses those that ended it. Raises
    ValidityRefused, UnknownItem.
    """
    by = catalogue.get_item(tx.connection, by_item_id) if by_item_id else None
    rules.check_change(item, validity, since, by, basis)
    change = ValidityChange(
        item_id=item.id,
        no=store.next_no(tx.connection, item.id),
        validity=validity,
        since=since,
        actor=actor,
        at=at,
        by_item_id=by.id if by else None,
        basis=basis.strip(),
    )
    store.add_changes(tx, [change])
    store.set_validity(tx, change)
    _link(tx, change)
    data = {"validity": validity.value, "since": since, "by": change.by_item_id}
    data |= {"basis": change.basis, "before": item.validity.value}
    kind = events.VALIDITY_CHANGED
    tx.record(Event(kind=kind, subject=item.id, actor=actor, at=at, data=data))
    return replace(item, validity=validity, validity_since=since)


def _link(tx: Transaction, change: ValidityChange) -> None:
    if change.validity is Validity.IN_FORCE:
        ended = (RelationKind.REPEALS, RelationKind.SUPERSEDES)
        relations.unrelate(tx, ended, change.item_id)
    kind = rules.ENDING.get(change.validity)
    if kind is not None and change.by_item_id is not None:
        relations.relate(
            tx,
            Relation(
                item_id=change.by_item_id,
                kind=kind,
                other_id=change.item_id,
                made_by=change.actor,
                made_at=change.at,
            ),
        )
