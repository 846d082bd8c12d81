"""A backup is made, restored beside, and proved, on both databases, while nothing is changed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import uuid
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.__main__ import command_line
from app.copying.service import copy_database
from app.drilling import rehearse
from app.migrate import altered, looked_into, migrate
from app.settings import Settings
from hub.kernel.clock import SystemClock
from hub.kernel.errors import Conflict
from hub.kernel.events import BrokenChain, chain_head
from tests.emptied import administer, named

_STEPS = ["back-up", "restore", "compare", "audit", "search"]


@pytest.mark.parametrize("where", ["file", pytest.param("server", marks=pytest.mark.postgres)])
async def test_a_backup_comes_back_whole(
    where: str, approved: tuple[Path, str], tmp_path: Path
) -> None:
    shutil.copytree(approved[0], tmp_path / "var")
    url = f"sqlite:///{tmp_path / 'var' / 'gongkai.db'}"
    if where == "file":
        await _rehearsed(url, tmp_path)
        return
    server, name = os.environ["GONGKAI_TEST_POSTGRES"], f"gongkai_test_{uuid.uuid4().hex[:12]}"
    await administer(server, f"CREATE DATABASE {name}")
    try:
        moved = partial(copy_database, home=None, clock=SystemClock(), actor="mover")
        await asyncio.to_thread(moved, url, named(server, name), tell=lambda *told: None)
        await _rehearsed(named(server, name), tmp_path)
    finally:
        await administer(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _rehearsed(url: str, folder: Path) -> None:
    keys = (folder / "var" / "secret.key").read_text("utf-8").strip()
    settings = Settings(home=folder / "var", database_url=url, secret_keys=keys)
    told: list[str] = []
    done = await rehearse(settings, folder / "drill", SystemClock(), told.append)

    assert told == list(done.seconds) == _STEPS
    assert done.rows["items"] == done.items == 1
    assert done.rows["signatures"] == 3
    assert done.backup_bytes > 10_000
    seq, digest = looked_into(url, chain_head)
    assert done.head == f"{seq}:{digest}"

    broken = text("UPDATE audit_events SET actor = 'somebody' WHERE seq = 3")
    altered(url, lambda c: c.execute(broken))
    with pytest.raises(BrokenChain):
        await rehearse(settings, folder / "again", SystemClock(), told.append)
    with pytest.raises(Conflict):  # and on a server, nothing is in the way of the next one
        await rehearse(settings, folder / "again", SystemClock(), told.append)


def test_the_command_keeps_nothing_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    migrate(f"sqlite:///{tmp_path / 'var' / 'gongkai.db'}")
    done = CliRunner().invoke(command_line(), ["db", "drill", "--json"])
    assert sorted(json.loads(done.stdout)["seconds"]) == sorted(_STEPS)
    assert [path.name for path in tmp_path.iterdir()] == ["var"]
