"""With much stored no page of the console, and no statement of a worker, reads a whole big table.

Every list is asked for over HTTP by somebody who sees all bodies and by somebody who sees one; the
statements are caught as they reach the driver, whoever wrote them, and the database is asked how it
would answer them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from sqlalchemy import (
    Connection,
    Date,
    Engine,
    Float,
    Index,
    Integer,
    Table,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import sqlite

from app.compose import open_hub
from app.console import console_desk
from app.settings import Settings
from hub.catalogue.tables import item_versions, items
from hub.conversation.desk.tables import desk_conversations
from hub.conversation.tables import inbound_messages
from hub.kernel.columns import Instant, Json
from hub.kernel.database import Database, Transaction
from hub.opinion.cases.tables import case_deadlines, cases
from hub.opinion.issues.tables import issue_days, issue_signals, issues
from hub.opinion.judging.tables import judgements
from hub.opinion.signals.tables import signals
from hub.organisations.signin.passwords import Passwords
from hub.publishing.incidents.tables import incidents
from hub.publishing.tables import deliveries, editions, plans
from hub.review.determination.tables import determinations
from hub.review.tables import approvals
from tests.web.console.boards.filling import planned
from tests.web.console.conftest import Office, staff
from web.console.application import console_application, console_routes
from web.console.call import ROOT

ROWS = 2_000
_COUNTED = (
    f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {ROWS})"
)
# of these one row is made by the services; the others get one by the types of their columns
_LATER = "{0} + CAST(n AS bigint) * 1000000"
_STATE = (
    "CASE n % 100 WHEN 0 THEN 'planned' WHEN 1 THEN 'ready' WHEN 2 THEN 'blocked' WHEN 3 THEN"
    " 'failed' WHEN 4 THEN 'unknown' ELSE 'verified' END"
)
BIG: dict[Table, dict[str, str]] = {
    items: {"state": "CASE WHEN n % 50 = 0 THEN 'draft' ELSE 'approved' END"},
    item_versions: {"item_id": "'k' || n"},
    editions: {"item_id": "'k' || n"},
    plans: {"due_at": _LATER, "item_id": "'k' || n"},
    deliveries: {
        "plan_id": "'k' || (n % 500 + 1)",
        "edition_id": "'k' || n",
        "state": _STATE,
        "due_at": _LATER,
        "reason": "'busy'",
        "remote_id": "'r'",
        "error_code": "'e'",
    },
    determinations: {"item_id": "'k' || n"},
    approvals: {"item_id": "'k' || n"},
    desk_conversations: {"sender": "'k' || n", "state": "'closed'"},
    inbound_messages: {"sender": "'k' || n"},
    signals: {"external_id": "'k' || n", "channel": "'k' || (n % 40)", "event_at": _LATER},
    judgements: {
        "signal_id": "'k' || n",
        "band": "CASE WHEN n % 50 = 0 THEN 'queue' ELSE 'automatic' END",
    },
    issues: {"last_at": _LATER},
    issue_signals: {"signal_id": "'k' || n", "issue_id": "'k' || (n % 200)"},
    issue_days: {"issue_id": "'k' || n"},
    cases: {"state": "CASE WHEN n % 50 = 0 THEN 'routed' ELSE 'closed' END"},
    case_deadlines: {"case_id": "'k' || n", "met_at": "CASE WHEN n % 50 > 0 THEN due_at END"},
    incidents: {"state": "'closed'", "last_at": _LATER},
}
# what a column of that name may hold, in any of the tables
_VALID = {
    "channel": "website",
    "told": "none",
    "reason": "asked",
    "state": "closed",
    "kind": "message",
    "level": "ordinary",
    "answer": None,
    "masked_at": None,
    "trust": "known",
    "intent": "complaint",
    "urgency": "ordinary",
    "mood": "neutral",
    "band": "automatic",
    "verification": "none",
    "merged_into": "",
    "copy_of": "",
    "detail": {},
}
_PARTIAL = {
    index.name
    for table in BIG
    for index in table.indexes
    if isinstance(index, Index) and index.dialect_options["sqlite"]["where"] is not None
}
_NAMES = "|".join(sorted((table.name for table in BIG), key=len, reverse=True))
_SCAN = re.compile(rf"^SCAN ({_NAMES})\b(?: USING (?:COVERING )?INDEX (\w+))?", re.M)
_SEQUENCE = re.compile(rf"Seq Scan on ({_NAMES})\b")
# pages over what stays small
_SMALL = ("/sign-", "/prove", "/me", "/settings", "/templates", "/reports")
_OFTEN = ("/", "/deliveries", "/items", "/calendar", "/cases", "/conversations", "/opinion")
Caught = dict[str, Any]


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """Its people, one plan, and ROWS of everything that grows."""
    settings = Settings(home=tmp_path, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=database) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await staff(desk, tmp_path)
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application), cookie_jar=DummyCookieJar()) as client:
            made = Office(hub, desk, client)
            await planned(made, "道路通知")
            await hub.database.write(lambda tx: _fill(tx, made), audited=False)
            yield made


def _fill(tx: Transaction, office: Office) -> None:
    for table, changed in BIG.items():
        if tx.connection.execute(select(func.count()).select_from(table)).scalar_one() == 0:
            tx.execute(insert(table).values(_any_row(tx, table, office)))
        names = [column.name for column in table.c]
        keys = {name for name in ("id", "external_key", "index_no") if name in names}
        told = {**dict.fromkeys(keys, "'k' || n"), **changed}
        values = ", ".join(told.get(name, name).format(name) for name in names)
        tx.connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(names)}) {_COUNTED} SELECT {values}"
            f" FROM counted, (SELECT * FROM {table.name} LIMIT 1) AS first"
        )
    tx.connection.exec_driver_sql("ANALYZE")


def _any_row(tx: Transaction, table: Table, office: Office) -> dict[str, Any]:
    """A row of values that mean nothing, but of the first account and body."""
    now = office.desk.clock.now()
    told: dict[type, Any] = {Instant: now, Json: {}, Integer: 0, Date: now.date(), Float: 0.5}
    row = {
        column.name: told.get(type(column.type), False if column.name == "masked" else "x")
        for column in table.c
    }
    for key in table.foreign_keys:
        query = select(key.column).limit(1)
        row[key.parent.name] = tx.connection.execute(query).scalar_one()
    named = {column.name for column in table.c if not isinstance(column.type, Integer)}
    own = {signals: {"state": "placed"}, case_deadlines: {"kind": "answer"}}
    valid = _VALID | own.get(table, {})
    return row | {name: value for name, value in valid.items() if name in named}


@contextmanager
def caught(found: Caught) -> Iterator[None]:
    """The statements that read a big table, with the parameters that came with the first."""

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if re.match(r"\s*(SELECT|WITH)\b", statement) and re.search(rf"\b({_NAMES})\b", statement):
            found.setdefault(statement, parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def faults(connection: Connection, found: Caught) -> list[str]:
    """Statements for which the database would read a whole big table, with its plan. PostgreSQL is
    told to do so only where it has no other way: of some thousand rows it likes to read all."""
    here = isinstance(connection.dialect, sqlite.dialect)
    if not here:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    told = []
    for text, given in found.items():
        verb = "EXPLAIN QUERY PLAN" if here else "EXPLAIN"
        plan = "\n".join(r[-1] for r in connection.exec_driver_sql(f"{verb} {text}", given))
        if _scans(text, plan) if here else _SEQUENCE.search(plan):
            told.append(f"{text}\n{plan}\n")
    return told


def _scans(text: str, plan: str) -> bool:
    """An index may be walked where it holds only what is rare, or until a page is full."""
    return any(
        index not in _PARTIAL and not (index and "LIMIT" in text)
        for _, index in _SCAN.findall(plan)
    )


@pytest.mark.slow
async def test_no_page_reads_a_whole_big_table(office: Office) -> None:
    pages = [
        route.path
        for route in console_routes()
        if route.method == "GET"
        and "{" not in route.path
        and not route.proved
        and not route.path.startswith(_SMALL)
        and not route.path.endswith(("/live", "/export"))
    ]
    filtered = (
        "/deliveries?group=all&channel=website",
        "/deliveries?state=failed&body=city",
        "/deliveries?group=coming",
        "/deliveries?group=out",
        "/items?state=draft&body=city",
        "/items?attribute=proactive",
        "/cases?state=closed",
        "/conversations?group=closed",
        "/opinion?channel=hotline",
        "/calendar?channel=website",
        "/calendar?view=week&body=city",
        "/opinion/topics?days=30",
    )
    found: Caught = {}
    with caught(found):
        for login, paths in (("office", pages), ("media", [*_OFTEN, *filtered])):
            for path in paths:
                answer = await office.ask(login, "GET", path)
                await answer.read()
                assert answer.status in (200, 303, 403), path
    assert len(found) > 30
    bad = "SELECT deliveries.id FROM deliveries WHERE deliveries.remote_url = 'x'"
    assert await office.hub.database.read(lambda c: faults(c, {bad: ()}))  # what it would find
    wrong = await office.hub.database.read(lambda c: faults(c, found))
    assert not wrong, "\n".join(wrong)
