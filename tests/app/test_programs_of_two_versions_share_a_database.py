"""While a hub is upgraded, programs of the version before live with the tables after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.compose import open_database
from app.migrate import MIGRATIONS, altered, head, migrate, revision
from app.revisions import floor_of, steps_that_break
from app.settings import Settings
from hub.kernel.clock import ManualClock
from hub.kernel.errors import Misconfigured, Words
from hub.kernel.events import Event, Kind

_REVISION = "revision = '0002'\n{declared}\ndef upgrade():\n    {step}\n"


def _source(step: str, declared: str = "") -> str:
    return _REVISION.format(step=step, declared=declared)


def test_no_revision_takes_away_what_a_program_before_it_uses() -> None:
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    found = {file.name: steps_that_break(file.read_text("utf-8")) for file in files}
    assert found
    assert {name: steps for name, steps in found.items() if steps} == {}
    assert "0001" <= floor_of(MIGRATIONS / "versions") <= head()


@pytest.mark.parametrize(
    "step",
    [
        "op.drop_table('items')",
        "op.drop_column('items', 'title')",
        "op.drop_index('i', table_name='items')",
        "op.drop_constraint('u', 'items')",
        "op.rename_table('items', 'things')",
        "op.alter_column('items', 'title', new_column_name='name')",
        "op.alter_column('items', 'title', nullable=False)",
        "op.add_column('items', sa.Column('x', sa.Text(), nullable=False))",
        "op.create_index('u', 'items', ['title'], unique=True)",
        "op.create_unique_constraint('u', 'items', ['title'])",
        "op.create_check_constraint('c', 'items', 'title <> 1')",
        "op.create_foreign_key('f', 'items', 'bodies', ['a'], ['b'])",
        "op.execute('DROP TABLE items')",
        "op.bulk_insert(items, [])",
        "with op.batch_alter_table('items') as batch_op: batch_op.drop_column('title')",
    ],
)
def test_a_step_that_an_old_program_stumbles_over_is_refused(step: str) -> None:
    assert len(steps_that_break(_source(step))) == 1
    assert steps_that_break(_source(step, "contracts = '0001'")) == []


@pytest.mark.parametrize(
    "step",
    [
        "op.create_table('new', sa.Column('x', sa.Text(), nullable=False))",
        "op.add_column('items', sa.Column('x', sa.Text(), nullable=True))",
        "op.add_column('items', sa.Column('x', sa.Text(), nullable=False, server_default=''))",
        "op.create_index('i', 'items', ['title'])",
        "op.create_table('new'); op.create_index('u', 'new', ['x'], unique=True)",
        "op.create_table('new'); op.create_foreign_key('f', 'new', 'items', ['a'], ['b'])",
    ],
)
def test_a_step_that_adds_is_allowed(step: str) -> None:
    assert steps_that_break(_source(step)) == []


def test_a_declaration_must_name_an_earlier_revision(tmp_path: Path) -> None:
    (tmp_path / "0001_create_tables.py").write_text(_source("pass"), "utf-8")
    (tmp_path / "0002_drop_title.py").write_text(_source("pass", "contracts = '0001'"), "utf-8")
    assert floor_of(tmp_path) == "0001"
    (tmp_path / "0003_drop_more.py").write_text(_source("pass", "contracts = '0002'"), "utf-8")
    assert floor_of(tmp_path) == "0002"
    (tmp_path / "0004_drop_all.py").write_text(_source("pass", "contracts = '0004'"), "utf-8")
    with pytest.raises(Misconfigured):
        floor_of(tmp_path)


def _newer(floor: str) -> Callable[[Connection], None]:
    """What a program of the next version does to the tables, and which it leaves behind."""

    def work(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE bodies ADD COLUMN motto VARCHAR(9) DEFAULT ''"))
        connection.execute(text("CREATE TABLE things_to_come (id INTEGER PRIMARY KEY)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9998'"))
        connection.execute(text("DELETE FROM schema_floor"))
        if floor:
            connection.execute(text(f"INSERT INTO schema_floor VALUES ('{floor}')"))

    return work


async def test_a_program_works_on_with_tables_that_only_grew(
    empty_database_url: str, tmp_path: Path
) -> None:
    migrate(empty_database_url)
    altered(empty_database_url, _newer(floor="0001"))
    assert migrate(empty_database_url) == revision(empty_database_url) == "9998"
    database = await open_database(Settings(home=tmp_path, database_url=empty_database_url))
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    kind = Kind("kernel.test.happened", Words("发生", "happened"))
    at = clock.now()
    event = Event(kind=kind, subject="s", actor="a", at=at, data={})
    await database.write(lambda tx: tx.record(event))
    await database.close()


@pytest.mark.parametrize("floor", ["", "9998"])
def test_a_program_refuses_tables_it_cannot_live_with(tmp_path: Path, floor: str) -> None:
    url = f"sqlite:///{tmp_path / 'gongkai.db'}"
    migrate(url)
    altered(url, _newer(floor))
    with pytest.raises(Misconfigured, match="9998") as refused:
        migrate(url)
    assert refused.value.remedy
    assert "upgrade the program" in refused.value.remedy.en
    assert revision(url) == "9998"
