"""Rows for every table there is, made from what the tables say about themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Table, insert

from app.migrate import load_tables
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind, append_events, audit_events, seal_event
from hub.kernel.ids import IdSource
from hub.kernel.rows import self_reference, stored
from hub.kernel.tables import schema_floor
from hub.publishing.tables import heartbeats

__all__ = ["EVENTS", "START", "stock"]

START = datetime(2024, 1, 5, tzinfo=UTC)
EVENTS = 12
_ROWS = 5
_STEP = timedelta(days=9)
_TEXT = "川府发〔2026〕1号 “引号” 😀\n"
_HAPPENED = Kind("kernel.test.happened", Words("发生", "happened"))
_STEPS = ("draft-check", "section-review", "sign-off", "draft-check", "draft-check")
# what a table's own checks ask of its values
_FITTING: dict[str, dict[str, Callable[[int], Any]]] = {
    "items": {
        "public_version": lambda n: 2,
        "withdrawn_version": lambda n: 1,
        "published_at": lambda n: n,
        "attribute": lambda n: "proactive",
    },
    "person_credentials": {"password_hash": lambda n: f"$argon2id${n}"},
    "posting_times": {"minute": lambda n: n, "group_id": lambda n: None},
    "desk_conversations": {"rating": lambda n: n},
    "determinations": {"attribute": lambda n: "proactive"},
    "key_entries": {"progress": lambda n: n / 3},
    "review_steps": {"to_step": lambda n: "draft-check"},
    "signatures": {
        "step": lambda n: _STEPS[n],
        "previous_step": lambda n: _STEPS[n - 1] if n in (1, 2) else None,
    },
}
_CHOICE = re.compile(r"(\w+) IN \(([^)]*)\)")


def stock(connection: Connection) -> None:
    """A few rows in every table but those that say that a hub runs: keys a week apart in time,
    texts with all sorts of signs, every value that may be missing missing once."""
    ids = [IdSource() for _ in range(_ROWS)]  # none makes an id before its last one
    made: dict[str, list[dict[str, Any]]] = {}
    for table in load_tables().sorted_tables:
        if table in (audit_events, heartbeats, schema_floor):
            continue
        rows: list[dict[str, Any]] = []
        for number in range(_ROWS):
            rows.append(_row(table, number, ids[number], made, rows))
        made[table.name] = rows
        connection.execute(insert(stored(table)), rows)
    _happen(connection)


def _happen(connection: Connection) -> None:
    for number in range(EVENTS):
        at = START + number * _STEP
        data = {"no": number, "text": _TEXT}
        event = Event(kind=_HAPPENED, subject=f"s{number % 3}", actor="test", at=at, data=data)
        append_events(connection, [seal_event(event)])


def _row(
    table: Table,
    number: int,
    ids: IdSource,
    made: dict[str, list[dict[str, Any]]],
    siblings: list[dict[str, Any]],
) -> dict[str, Any]:
    choices = _choices(table)
    row = {column.name: _value(column, number, ids, choices) for column in table.columns}
    used: list[str] = []
    for constraint in sorted(table.foreign_key_constraints, key=lambda c: str(c.name)):
        named = constraint.referred_table.name
        if constraint is self_reference(table):
            for key in constraint.elements:
                if key.parent.nullable:
                    row[key.parent.name] = siblings[-1][key.column.name] if siblings else None
            continue
        referred = made[named][(number + used.count(named)) % _ROWS]  # another one each time
        used.append(named)
        row |= {key.parent.name: referred[key.column.name] for key in constraint.elements}
    row |= {name: value(number) for name, value in _FITTING.get(table.name, {}).items()}
    if table.name == "signatures" and number in (1, 2):
        row |= {name: siblings[0][name] for name in ("approval_id", "signed_hash")}
    return row


def _choices(table: Table) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            for column, values in _CHOICE.findall(str(check.sqltext)):
                found.setdefault(column, re.findall(r"'([^']*)'", values))
    return found


def _value(column: Any, number: int, ids: IdSource, choices: dict[str, list[str]]) -> Any:
    kind = stored(column.table).c[column.name].type.python_type
    at = START + number * _STEP
    if column.nullable and number == 1:
        return None
    if column.name in choices:
        return choices[column.name][number % len(choices[column.name])]
    if kind is str:
        if column.name == "id" and column.type.length == 26:
            return ids.new(at)
        if type(column.type).__name__ == "Json":
            return '{"z": 1,  "a": "' + str(number) + '"}'  # neither sorted nor compact
        longest = column.type.length or 60
        return f"{number}{_TEXT}{column.name}".ljust(longest, "x")[:longest]
    if kind is bytes:
        return bytes(range(256)) + bytes([number])
    if kind is date:
        return (START + timedelta(days=number)).date()
    if kind is float:
        return 0.1 + number
    if kind is bool:
        return number % 2 == 0
    place = list(column.table.columns).index(column)  # a later column is a later time
    return number + 1 if column.primary_key else (number + 1) * 1_000_003 + place
