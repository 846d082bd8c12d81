"""SQL about relations between items; whoever relates records the event that says why."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.catalogue.relations.models import Relation, RelationKind
from hub.catalogue.relations.tables import item_relations
from hub.kernel.database import Transaction

__all__ = ["relate", "relations_of", "unrelate", "unrelate_pair"]

_r = item_relations.c


def relate(tx: Transaction, relation: Relation) -> bool:
    """Add the relation; whether it was new."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    values = {column.name: getattr(relation, column.name) for column in _r}
    statement = dialect.insert(item_relations).values(**values).on_conflict_do_nothing()
    return tx.execute(statement).rowcount > 0


def unrelate(tx: Transaction, kinds: Collection[RelationKind], other_id: str) -> int:
    """Nothing does one of `kinds` to the item any more; how many did."""
    gone = delete(item_relations).where(_r.other_id == other_id, _r.kind.in_(kinds))
    return tx.execute(gone).rowcount


def unrelate_pair(tx: Transaction, item_id: str, kind: RelationKind, other_id: str) -> bool:
    """Remove one relation; whether it was there."""
    gone = delete(item_relations).where(
        _r.item_id == item_id, _r.kind == kind, _r.other_id == other_id
    )
    return tx.execute(gone).rowcount > 0


def relations_of(connection: Connection, item_id: str) -> list[Relation]:
    """Those in which the item is either side, oldest first."""
    query = (
        select(item_relations)
        .where(or_(_r.item_id == item_id, _r.other_id == item_id))
        .order_by(_r.made_at, _r.item_id, _r.kind)
    )
    return [
        Relation(**row._asdict() | {"kind": RelationKind(row.kind)})
        for row in connection.execute(query)
    ]
