"""The index follows the catalogue, one writer at a time, and survives being killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from hub.catalogue.search import rebuilding
from hub.catalogue.search.errors import RebuildRunning
from hub.catalogue.search.indexer import Indexer
from hub.catalogue.search.models import Narrowing
from hub.catalogue.search.service import Search
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from tests.hub.catalogue.search.conftest import Ask, Enter, titles

ROOT = Path(__file__).parents[4]
INSIDE = Narrowing(public_only=False)
FOLLOWER = """
import asyncio, sys
from pathlib import Path
from hub.catalogue.search.index import IndexHome
from hub.catalogue.search.indexer import Indexer
from hub.kernel.sqlite import SqliteDatabase

async def main():
    indexer = Indexer(SqliteDatabase(Path(sys.argv[1])), IndexHome(Path(sys.argv[2])))
    while True:
        await indexer.follow()
        print("followed", flush=True)

asyncio.run(main())
"""


async def test_a_change_is_found_after_the_next_look(
    database: Database, search: Search, enter: Enter, ask: Ask
) -> None:
    indexer = Indexer(database, search.home)
    await indexer.follow()
    await enter("关于公积金的通知", public=False)
    assert await indexer.follow() == 1
    assert await indexer.follow() == 0
    await search.status()  # looks at once
    assert titles(await ask("公积金", narrowing=INSIDE)) == ["关于公积金的通知"]
    await indexer.close()


async def test_only_one_follows(database: Database, search: Search, enter: Enter) -> None:
    first, second = (Indexer(database, search.home) for _ in range(2))
    await enter("关于公积金的通知", public=False)
    assert await first.follow() == 1
    assert await second.follow() == 0
    await first.close()
    await enter("关于社会保险的通知", public=False)
    assert await second.follow() == 1
    await second.close()


async def test_the_follower_goes_over_to_a_rebuilt_index(
    database: Database, search: Search, enter: Enter
) -> None:
    indexer = Indexer(database, search.home)
    await enter("关于公积金的通知")
    await indexer.follow()
    await search.rebuild()
    await enter("关于社会保险的通知", public=False)
    assert await indexer.follow() == 1
    status = await search.status()
    assert (status.documents, status.position) == (2, status.newest)
    assert len(list(search.home.path.glob("g*"))) == 1  # the old one is gone
    await indexer.close()


async def test_nobody_rebuilds_while_another_does(search: Search) -> None:
    with search.home.lock("rebuild") as mine:
        assert mine
        with pytest.raises(RebuildRunning):
            await search.rebuild()


@pytest.mark.slow
async def test_processes_share_a_rebuild(
    search: Search, enter: Enter, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "_WORTH_PROCESSES", 1)
    monkeypatch.setattr(rebuilding, "_BATCH", 3)
    for n in range(10):
        await enter(f"关于公积金的通知{n}")
    await search.rebuild(processes=2)
    assert (await search.status()).documents == 10
    assert len(titles(await ask("公积金", limit=20))) == 10


@pytest.mark.slow
async def test_a_killed_follower_loses_and_doubles_nothing(
    database_url: str, database: Database, search: Search, enter: Enter, catalogue: Catalogue
) -> None:
    """Killed four times at moments nobody chose, while items come in."""
    if not database_url.startswith("sqlite"):
        pytest.skip("the process opens the file of the embedded database")
    random, file = Random(7), database_url.removeprefix("sqlite:///")
    entered = 0
    for _ in range(4):
        process = _follower(file, search)
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)  # it follows now
        for _ in range(random.randint(5, 40)):
            await enter(f"关于公积金的通知{entered}", public=False)
            entered += 1
        await asyncio.sleep(random.random() * 0.1)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    indexer = Indexer(database, search.home)
    await indexer.follow()
    status = await search.status()
    assert (status.documents, status.position) == (entered, status.newest)
    await indexer.close()


def _follower(file: str, search: Search) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", FOLLOWER, file, str(search.home.path)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


async def test_each_node_has_an_index_of_its_own_and_one_that_was_away_catches_up(
    database: Database, clock: ManualClock, search: Search, enter: Enter, tmp_path: Path
) -> None:
    there = Search(database, clock, tmp_path / "another-machine")
    here, away = Indexer(database, search.home), Indexer(database, there.home)
    await enter("关于公积金的通知")
    assert await here.follow() == await away.follow() > 0
    await away.close()  # its machine is switched off
    await enter("关于社会保险的通知", public=False)
    await here.follow()
    behind = await there.status()
    assert behind.ready
    assert behind.position < behind.newest
    await away.follow()
    for node in (search, there):
        status = await node.status()
        assert (status.documents, status.position) == (2, status.newest)
    await here.close()
    await away.close()
    there.close()
