"""The database as the areas see it: one way to write, one way to read, on SQLite and PostgreSQL.

A *work* is a plain function over a SQLAlchemy connection. `write` runs it inside a transaction
that is durable when the call returns; works that arrive while another commit is under way share
the next one (grouped commits), each in a savepoint of its own so that one's failure leaves the
others whole. `read` runs it on a snapshot.

A work that changes rows must record an audit event in the same transaction; one that does not
is rolled back with `Unaudited`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, NestedTransaction
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    PendingRollbackError,
    ProgrammingError,
)

from hub.kernel.bulk import Bulk
from hub.kernel.errors import GongkaiError, Unavailable, Words
from hub.kernel.events import Event, SealedEvent, append_events, seal_event
from hub.kernel.meter import Meter

__all__ = ["Database", "Outcome", "Queued", "Transaction", "Unaudited", "run_group", "translated"]

T = TypeVar("T")

Queued = tuple[Callable[["Transaction"], Any], bool]
Outcome = tuple[Any, BaseException | None]

_DEFECTS = (IntegrityError, DataError, ProgrammingError)
# a connection that broke under one work of a group leaves the next ones PendingRollbackError
_FAILURES = (DBAPIError, PendingRollbackError, OSError)
# PostgreSQL's classes for data it cannot hold, constraints, and statements that are wrong
_SQLSTATE_DEFECTS = frozenset({"0A", "22", "23", "42"})
_SQLITE_ERROR = 1  # SQLite's code for a wrong statement, which Python calls operational


class Unaudited(GongkaiError):
    """A transaction changed rows and recorded no event: a defect in our own code."""

    code = "unaudited"


class Transaction:
    """One write: the statements, and the audit events that say what they did."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.events: list[SealedEvent] = []
        self.changed = False
        self.means = ""

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        result = self.connection.execute(statement, parameters)
        if getattr(statement, "is_dml", False) and result.rowcount != 0:
            self.changed = True
        return result

    def bulk(
        self, statement: Bulk, rows: Sequence[Sequence[Any]], *others: Any
    ) -> CursorResult[Any]:
        """Run a changing statement over many rows; see `hub.kernel.bulk`."""
        result = statement.execute(self.connection, rows, *others)
        if result.rowcount != 0:
            self.changed = True
        return result

    def record(self, event: Event) -> None:
        """Append `event` to the audit chain when this transaction commits, or not at all."""
        self.events.append(seal_event(event, self.means))


class Database(Protocol):
    """A place that keeps rows. Opened and closed by whoever composes the application.

    `meter` is told of every grouped commit; whoever measures puts its own there.
    """

    meter: Meter

    async def write(self, work: Callable[[Transaction], T], *, audited: bool = True) -> T:
        """Run `work` in a transaction and return its result once that is durable.

        `audited=False` is for bookkeeping that changes nothing a person is told about (leases,
        heartbeats); anything else must record an event or Unaudited is raised and nothing kept.
        Whatever `work` raises is raised here, with its changes rolled back.
        Raises Unavailable when the database cannot be reached or is full: then the change may
        or may not be durable, exactly as after a crash.
        """
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a consistent snapshot and return its result."""
        ...

    async def close(self) -> None:
        """Finish what is queued, then release every connection."""
        ...


def run_group(connection: Connection, works: Sequence[Queued]) -> list[Outcome]:
    """Run every work inside the open transaction, each in a savepoint; append their events.

    A work that is alone needs no savepoint: when it fails, what it raised ends the transaction.
    """
    events: list[SealedEvent] = []
    outcomes: list[Outcome]
    if len(works) == 1:
        outcomes = [(_run(connection, *works[0], events), None)]
    else:
        outcomes = [_run_beside(connection, queued, events) for queued in works]
    append_events(connection, events)
    return outcomes


def _run(
    connection: Connection,
    work: Callable[[Transaction], Any],
    audited: bool,
    events: list[SealedEvent],
) -> Any:
    transaction = Transaction(connection)
    before = _rows_changed(connection)
    value = work(transaction)
    changed = transaction.changed or _rows_changed(connection) > before
    if audited and changed and not transaction.events:
        name = getattr(work, "__qualname__", repr(work))
        raise Unaudited(Words(f"{name} 未写审计", f"{name} recorded no audit event"))
    events += transaction.events
    return value


def _run_beside(connection: Connection, queued: Queued, events: list[SealedEvent]) -> Outcome:
    """Run one work of several: its failure takes back its own changes and no others."""
    savepoint = connection.begin_nested()
    try:
        value = _run(connection, *queued, events)
    except Exception as error:
        _undo(savepoint, error)
        return None, translated(error)
    savepoint.commit()
    return value, None


def _rows_changed(connection: Connection) -> int:
    """SQLite's own count of changed rows: `UPDATE … RETURNING` gives no row count there.

    PostgreSQL's driver has no such counter, and its row counts are right; then this is 0.
    """
    raw = connection.connection.dbapi_connection
    return int(getattr(raw, "total_changes", 0))


def _undo(savepoint: NestedTransaction, error: Exception) -> None:
    """Roll back one work. A full disk or a lost connection has already ended the transaction:
    then `error` is what the whole group fails with, not the savepoint that is gone."""
    try:
        savepoint.rollback()
    except (DBAPIError, PendingRollbackError):
        raise error from None


def translated(error: BaseException) -> BaseException:
    """A driver's error as ours.

    A violated constraint, a defect in our own SQL and our own errors pass unchanged: trying again
    later would not help.
    """
    if isinstance(error, _DEFECTS) or not isinstance(error, _FAILURES):
        return error
    cause = getattr(error, "orig", error)
    if getattr(cause, "sqlite_errorcode", None) == _SQLITE_ERROR:
        return error
    if (getattr(cause, "sqlstate", None) or "")[:2] in _SQLSTATE_DEFECTS:
        return error
    failure = Unavailable(
        Words(f"数据库不可用：{cause}", f"the database is not available: {cause}"),
        field="database",
        remedy=Words(
            "检查磁盘、权限与数据库服务后重试", "check disk, permissions and server, try again"
        ),
    )
    failure.__cause__ = error
    return failure
