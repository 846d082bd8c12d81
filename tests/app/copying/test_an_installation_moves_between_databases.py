"""Everything is copied to another database and back and is the same, also after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, create_engine, insert, text

from app.copying.errors import DoesNotFit, NotEmpty, StillRunning
from app.copying.models import Copied
from app.copying.places import between, set_sequences
from app.copying.service import copy_database
from app.lock import only_one
from app.migrate import COPYING, load_tables, looked_into, migrate, revision
from hub.kernel.clock import SystemClock
from hub.kernel.errors import InvalidInput, Misconfigured
from hub.kernel.events import audit_events, read_events, verify_chain
from hub.kernel.rows import batches, stored
from hub.kernel.tables import schema_floor
from tests.app.stocked import EVENTS, stock
from tests.emptied import administer, named

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

_BATCHES_DONE = "60"
# copies, and is killed after so many batches
_KILLED = """
import os, signal, sys
from pathlib import Path
from app.copying.service import copy_database
from hub.kernel.clock import SystemClock
source, target, home, left = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
def tell(phase, table, rows):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
copy_database(source, target, home=home, clock=SystemClock(), actor="mover", tell=tell)
"""


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation with rows in every table."""
    home = tmp_path_factory.mktemp("stocked")
    migrate(_url(home))
    engine = create_engine(_url(home))
    with engine.begin() as connection:
        stock(connection)
    engine.dispose()
    return home


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """The URL of a PostgreSQL database with nothing in it."""
    where, name = os.environ["GONGKAI_TEST_POSTGRES"], f"gongkai_test_{uuid.uuid4().hex[:12]}"
    await administer(where, f"CREATE DATABASE {name}")
    yield named(where, name)
    await administer(where, f"DROP DATABASE {name} WITH (FORCE)")


def _url(home: Path) -> str:
    return f"sqlite:///{home / 'gongkai.db'}"


def _copy(source: str, target: str, home: Path | None = None, **chosen: Any) -> Copied:
    chosen = {"tell": lambda *told: None} | chosen
    return copy_database(source, target, home=home, clock=SystemClock(), actor="mover", **chosen)


def _everything(connection: Connection) -> dict[str, list[Any]]:
    """Every row, but for the events that say that it was copied."""
    found = {}
    for table in load_tables().sorted_tables:
        if table is schema_floor:  # says which programs can live with the database it is in
            continue
        copied = stored(audit_events).c.seq <= EVENTS
        where = copied if table is audit_events else None
        rows = [row for batch in batches(connection, table, where=where) for row in batch]
        found[table.name] = sorted(rows, key=repr)
    return found


def test_every_row_arrives_at_the_server_and_comes_back(
    stocked: Path, server: str, tmp_path: Path
) -> None:
    before = looked_into(_url(stocked), _everything)
    assert [name for name, rows in before.items() if not rows] == ["heartbeats"]

    there = _copy(_url(stocked), server, stocked)
    assert looked_into(server, _everything) == before
    assert there.rows == sum(map(len, before.values()))
    back = _copy(server, _url(tmp_path))

    assert looked_into(_url(tmp_path), _everything) == before
    assert back.rows == there.rows + 1
    told = looked_into(_url(tmp_path), lambda c: read_events(c, after=EVENTS))
    assert [(one["kind"], one["actor"], one["data"]["to"]) for one in told] == [
        ("kernel.database.copied", "mover", "postgresql"),
        ("kernel.database.copied", "mover", "sqlite"),
    ]
    assert looked_into(_url(tmp_path), lambda c: max(verify_chain(c))) == EVENTS + 2
    with pytest.raises(NotEmpty):
        _copy(_url(stocked), server, stocked)


def test_a_copy_that_is_killed_goes_on_where_it_was(stocked: Path, server: str) -> None:
    words = [sys.executable, "-c", _KILLED, _url(stocked), server, str(stocked), _BATCHES_DONE]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert revision(server) == COPYING
    with pytest.raises(Misconfigured, match="not copied to the end"):
        migrate(server)

    copied: list[int] = []
    done = _copy(
        _url(stocked),
        server,
        stocked,
        tell=lambda phase, table, rows: copied.append(rows) if phase == "copy" else None,
    )

    assert done.resumed >= int(_BATCHES_DONE) - 1
    assert sum(copied) == done.rows - done.resumed > 0
    assert looked_into(server, _everything) == looked_into(_url(stocked), _everything)


def test_what_the_server_counts_by_itself_goes_on_behind_the_copied_rows(server: str) -> None:
    tables = MetaData()
    counted = Table("counted", tables, Column("id", Integer, primary_key=True))

    def work(other: Connection, connection: Connection) -> int:
        with connection.begin():
            tables.create_all(connection)
            connection.execute(insert(counted), [{"id": 7}])
            set_sequences(connection, [counted])
            return int(connection.execute(insert(counted)).inserted_primary_key[0])

    assert between("sqlite://", server, work) == 8


def test_what_was_begun_from_another_state_is_refused_until_it_is_begun_anew(
    stocked: Path, server: str, tmp_path: Path
) -> None:
    def stop(phase: str, table: str, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _copy(_url(stocked), server, stocked, tell=stop)
    migrate(_url(tmp_path))
    with pytest.raises(NotEmpty, match="something else"):
        _copy(_url(tmp_path), server, tmp_path)
    assert _copy(_url(tmp_path), server, tmp_path, anew=True).rows == 0


def test_nothing_is_copied_while_the_hub_runs(stocked: Path, server: str, tmp_path: Path) -> None:
    with only_one(stocked), pytest.raises(StillRunning):
        _copy(_url(stocked), server, stocked)
    migrate(_url(tmp_path))
    with _written(tmp_path) as connection:
        # a process that says that it lives: of any role
        beat = {"at": int(SystemClock().now().timestamp() * 1_000_000)}
        connection.execute(text("INSERT INTO heartbeats VALUES ('sweep', :at)"), beat)
    with pytest.raises(StillRunning):
        _copy(_url(tmp_path), server, None)


def test_a_value_that_does_not_fit_is_named_and_not_told(server: str, tmp_path: Path) -> None:
    migrate(_url(tmp_path))
    with _written(tmp_path) as connection:
        given = {"id": "b1", "name": "秘" * 999, "code": "c", "kind": "province"} | {
            "separate_author": False
        }
        table = stored(load_tables().tables["bodies"])
        rest = {c.name: "" for c in load_tables().tables["bodies"].c if not c.nullable}
        connection.execute(insert(table).values(rest | given | {"separate_author": False}))
    with pytest.raises(DoesNotFit, match="b1") as refused:
        _copy(_url(tmp_path), server, tmp_path)
    assert refused.value.field == "bodies.name"
    assert "秘" not in str(refused.value)


def test_a_database_of_others_and_the_source_itself_are_refused(
    stocked: Path, tmp_path: Path
) -> None:
    with _written(tmp_path) as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(NotEmpty, match="theirs"):
        _copy(_url(stocked), _url(tmp_path), stocked)
    with pytest.raises(InvalidInput):
        _copy(_url(stocked), _url(stocked), stocked)


class _written:
    """A connection to the embedded database in `home`, committed at the end."""

    def __init__(self, home: Path) -> None:
        self._engine = create_engine(_url(home))

    def __enter__(self) -> Connection:
        self._context = self._engine.begin()
        return self._context.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)
        self._engine.dispose()
