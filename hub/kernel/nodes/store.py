"""SQL of processes: one function per question.

Times are the database server's where there is one: several machines then have one clock, and none
of theirs can make a lease longer or shorter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.kernel.database import Transaction
from hub.kernel.nodes.models import Lease, Node
from hub.kernel.nodes.tables import leases, nodes
from hub.kernel.postgres import APPLICATION

__all__ = [
    "beat",
    "count_alive",
    "end_frozen",
    "end_lease",
    "find_lease",
    "is_held",
    "leave",
    "list_nodes",
    "moment",
    "take_lease",
]

_l, _n = leases.c, nodes.c
_LEASE, _NODE = ([column.name for column in table.columns] for table in (leases, nodes))


def moment(connection: Connection, now: datetime) -> datetime:
    """The server's time; on SQLite, which has none of its own, `now`."""
    if connection.dialect.name != "postgresql":
        return now
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found


def find_lease(connection: Connection, name: str) -> Lease | None:
    row = connection.execute(select(leases).where(_l.name == name)).first()
    return None if row is None else Lease(**row._mapping)


def take_lease(tx: Transaction, name: str, owner: str, now: datetime, for_: timedelta) -> Lease:
    """Prolong the lease of `owner`, or take one that nobody holds; the lease as it is then, which
    may be somebody else's."""
    query = select(leases).where(_l.name == name).with_for_update()
    row = tx.connection.execute(query).first()
    at = moment(tx.connection, now)  # after the wait for the row
    if row is None:
        first = Lease(name=name, owner=owner, fence=1, taken_at=at, until=at + for_)
        return _made(tx, first)
    held = Lease(**row._mapping)
    if held.until > at and held.owner != owner:
        return held
    goes_on = held.until > at
    values: dict[str, Any] = {"owner": owner, "until": at + for_}
    if not goes_on:
        values |= {"fence": held.fence + 1, "taken_at": at}
    tx.execute(update(leases).where(_l.name == name).values(**values))
    return Lease(**(dict(row._mapping) | values))


def _made(tx: Transaction, lease: Lease) -> Lease:
    """The first lease of that name; of two processes that try at once, one has it."""
    values = {column: getattr(lease, column) for column in _LEASE}
    tx.execute(_insert(tx.connection, leases).values(**values).on_conflict_do_nothing())
    found = find_lease(tx.connection, lease.name)
    return lease if found is None else found


def is_held(connection: Connection, name: str, fence: int) -> bool:
    """Whether the lease is still under `fence`. Nobody can take it then until this transaction has
    ended: it holds the row."""
    query = select(_l.fence).where(_l.name == name).with_for_update(read=True)
    return connection.execute(query).scalar() == fence


def end_lease(tx: Transaction, name: str, owner: str, now: datetime) -> bool:
    """Let the next one who asks have it, if `owner` holds it; whether it did."""
    at = moment(tx.connection, now)
    change = update(leases).where(_l.name == name, _l.owner == owner, _l.until > at)
    return tx.execute(change.values(until=at)).rowcount > 0


def beat(tx: Transaction, node: Node) -> None:
    """Say that the process lives, at `moment`."""
    at = moment(tx.connection, node.beat_at)
    values = {column: getattr(node, column) for column in _NODE}
    values |= {"roles": " ".join(sorted(node.roles)), "beat_at": at}
    made = _insert(tx.connection, nodes).values(**values)
    changed = {"beat_at": at, "address": node.address}
    tx.execute(made.on_conflict_do_update(index_elements=[_n.id], set_=changed))


def leave(tx: Transaction, node_id: str, forgotten: timedelta, now: datetime) -> None:
    """The process has ended; those that said nothing for so long are forgotten with it."""
    at = moment(tx.connection, now)
    tx.execute(delete(nodes).where((_n.id == node_id) | (_n.beat_at < at - forgotten)))


def list_nodes(connection: Connection) -> list[Node]:
    """Every process that is known, the newest last."""
    rows = connection.execute(select(nodes).order_by(_n.started_at, _n.id))
    return [Node(**(dict(r._mapping) | {"roles": frozenset(r.roles.split())})) for r in rows]


def count_alive(connection: Connection, role: str, silent: timedelta, now: datetime) -> int:
    """How many processes with this role have said within `silent` that they live."""
    since = moment(connection, now) - silent
    told = connection.execute(select(_n.roles).where(_n.beat_at >= since)).scalars()
    return sum(role in roles.split() for roles in told)


_FROZEN = text("""
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
      AND application_name = :application AND wait_event = 'ClientRead'
      AND xact_start IS NOT NULL
      AND state_change < clock_timestamp() - :silent * interval '1 second'
""")


def end_frozen(connection: Connection, silent: timedelta) -> int:
    """End the sessions of ours that have been in the middle of a transaction, waiting for their
    process, for so long; how many. In the middle of a statement (Bind sent, Execute not) the server
    counts them as active, and none of its own limits before PostgreSQL 17 ends them."""
    if connection.dialect.name != "postgresql":
        return 0
    asked = {"application": APPLICATION, "silent": silent.total_seconds()}
    return int(connection.execute(_FROZEN, asked).scalar_one())


def _insert(connection: Connection, table: Table) -> Any:
    """The dialect's own INSERT, which knows what to do about a row that is there."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
