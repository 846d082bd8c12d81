"""SQL over word lists, severities and acknowledgements: one function per question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select

from hub.kernel.database import Transaction
from hub.review.checks.errors import UnknownList
from hub.review.checks.models import Acknowledgement, Severity
from hub.review.checks.tables import check_severities, finding_acknowledgements, word_lists
from hub.review.checks.wordlists import ListKind, WordEntry, WordList

__all__ = [
    "Listed",
    "acknowledgements_of",
    "add_acknowledgements",
    "add_list",
    "clear_severity",
    "get_list",
    "list_heads",
    "newest_heads",
    "put_severity",
    "severities_of",
]

_w, _a, _s = word_lists.c, finding_acknowledgements.c, check_severities.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list without its entries."""

    name: str
    version: int
    kind: ListKind
    sha256: str
    size: int
    imported_by: str
    imported_at: datetime


def list_heads(connection: Connection, name: str = "") -> list[Listed]:
    """Every version of every list, or of one, newest first within a name."""
    query = _heads().order_by(_w.name, _w.version.desc())
    rows = connection.execute(query.where(_w.name == name) if name else query)
    return [_listed(row) for row in rows]


def newest_heads(connection: Connection) -> list[Listed]:
    """The version of each list that counts."""
    newest = select(_w.name, func.max(_w.version).label("version")).group_by(_w.name).subquery()
    same = and_(newest.c.name == _w.name, newest.c.version == _w.version)
    return [
        _listed(row) for row in connection.execute(_heads().join(newest, same).order_by(_w.name))
    ]


def get_list(connection: Connection, name: str, version: int) -> WordList:
    """Raises UnknownList."""
    query = select(word_lists).where(_w.name == name, _w.version == version)
    row = connection.execute(query).first()
    if row is None:
        raise UnknownList(f"{name} v{version}")
    entries = msgspec.convert(row.entries, tuple[WordEntry, ...])
    return WordList(name=name, kind=ListKind(row.kind), entries=entries, version=version)


def add_list(tx: Transaction, listed: WordList, by: str, at: datetime) -> None:
    """`listed.version` must be new; the tables refuse it otherwise."""
    values = {
        "name": listed.name,
        "version": listed.version,
        "kind": listed.kind.value,
        "sha256": listed.sha256,
        "entries": msgspec.to_builtins(listed.entries),
        "size": len(listed.entries),
        "imported_by": by,
        "imported_at": at,
    }
    tx.execute(insert(word_lists).values(**values))


def severities_of(connection: Connection, body_id: str) -> dict[str, Severity]:
    """The severities that a body has set for itself, by rule."""
    query = select(_s.rule, _s.severity).where(_s.body_id == body_id)
    return {row.rule: Severity(row.severity) for row in connection.execute(query)}


def put_severity(
    tx: Transaction, body_id: str, rule: str, severity: Severity, by: str, at: datetime
) -> None:
    clear_severity(tx, body_id, rule)
    values = {"body_id": body_id, "rule": rule, "severity": severity.value}
    tx.execute(insert(check_severities).values(**values, set_by=by, set_at=at))


def clear_severity(tx: Transaction, body_id: str, rule: str) -> None:
    tx.execute(delete(check_severities).where(_s.body_id == body_id, _s.rule == rule))


def acknowledgements_of(
    connection: Connection, item_id: str, version: int
) -> dict[str, Acknowledgement]:
    """The answers given for one version, by finding."""
    query = select(finding_acknowledgements).where(
        _a.item_id == item_id, _a.item_version == version
    )
    return {row.finding: _acknowledgement(row) for row in connection.execute(query)}


def add_acknowledgements(tx: Transaction, answers: Iterable[Acknowledgement]) -> None:
    rows = [_row(answer) for answer in answers]
    if rows:
        tx.execute(insert(finding_acknowledgements), rows)


def _heads() -> Select[Any]:
    return select(_w.name, _w.version, _w.kind, _w.sha256, _w.size, _w.imported_by, _w.imported_at)


def _listed(row: Row[Any]) -> Listed:
    return Listed(**row._asdict() | {"kind": ListKind(row.kind)})


def _row(answer: Acknowledgement) -> Mapping[str, Any]:
    return {
        "item_id": answer.item_id,
        "item_version": answer.item_version,
        "finding": answer.finding,
        "rule": answer.rule,
        "acknowledged_by": answer.by,
        "reason": answer.reason,
        "at": answer.at,
    }


def _acknowledgement(row: Row[Any]) -> Acknowledgement:
    values = row._asdict()
    return Acknowledgement(by=values.pop("acknowledged_by"), **values)
