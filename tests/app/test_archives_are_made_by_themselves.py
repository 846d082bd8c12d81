"""What the daily job does with months whose period is over, and what the command line shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from app.__main__ import command_line
from app.archiving import ArchiveWatch, kept_kinds
from app.settings import Settings
from app.settings_archives import ArchiveMode
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from tests.app.archives_scene import NOW, archiving, counts, finish, stock_database
from tests.conftest import open_test_database


@pytest.fixture
async def sqlite_database(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copy(sqlite_template, tmp_path / "gongkai.db")
    opened = open_test_database(f"sqlite:///{tmp_path / 'gongkai.db'}")
    yield opened
    await opened.close()


@pytest.mark.parametrize("mode", ArchiveMode)
async def test_each_mode_does_what_it_says_once_a_day(
    sqlite_database: Database, tmp_path: Path, mode: ArchiveMode
) -> None:
    await stock_database(sqlite_database)
    await finish(sqlite_database)
    archives = archiving(sqlite_database, tmp_path)
    watch = ArchiveWatch(archives, ManualClock(NOW), mode)
    with capture_logs() as told:
        await watch.look()
        await watch.look()

    due = [one["kind"] for one in told if one["event"] == "archives.due"]
    kinds = sorted(kept.name for kept in kept_kinds())
    assert sorted(due) == ([] if mode is ArchiveMode.OFF else kinds)
    assert bool(await archives.archives()) == (mode in {ArchiveMode.MAKE, ArchiveMode.PRUNE})
    assert ((await counts(sqlite_database))["signals"] == 0) == (mode is ArchiveMode.PRUNE)


def test_every_kind_has_a_period_and_a_rule() -> None:
    shown = CliRunner().invoke(command_line(), ["archive", "rules", "--json"])
    told = {one["kind"]: one for one in json.loads(shown.stdout)}
    assert set(told) == {kept.name for kept in kept_kinds()} > {"audit", "deliveries", "signals"}
    assert all(one["days"] == Settings().period_of(name).days for name, one in told.items())
    assert all(one["rule"]["zh"] and one["rule"]["en"] for one in told.values())


def test_a_file_that_is_missing_is_said_so_without_a_database(tmp_path: Path) -> None:
    shown = CliRunner().invoke(command_line(), ["archive", "verify", str(tmp_path / "x.jsonl.gz")])
    assert shown.exit_code == 3
