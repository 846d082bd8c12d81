"""What every test may ask for: a database (both kinds), a clock that is told, ids, services."""

from __future__ import annotations

import gc
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.migrate import load_tables
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.kernel.postgres import PostgresDatabase
from hub.kernel.sqlite import SqliteDatabase
from tests.compiled import share_compiled_statements
from tests.emptied import Emptied, fresh
from tests.modes import MODES, Mode
from tests.thoroughness import set_thoroughness

# marker → the variable that says where its service is
SERVICES = {
    "postgres": "GONGKAI_TEST_POSTGRES",
    "redis": "GONGKAI_TEST_REDIS",
    "browser": "GONGKAI_TEST_CHROMIUM",
    "proxy": "GONGKAI_TEST_NGINX",
}

# where there is room for a hundred times what the tests write at once
MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3

share_compiled_statements()
set_thoroughness()


def pytest_configure(config: pytest.Config) -> None:
    """Files go to memory where it is large enough: a commit waits for a disk some milliseconds,
    and the tests commit a hundred thousand times. What a kill leaves is the same on both."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, then those with many: begun last, one would be waited for
    by an idle process."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    many = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -many[item.path], item.path))


def pytest_collection_finish() -> None:
    """What is here now stays to the end: modules, tests, the types of every table. To look through
    all of it for what nobody holds any more, again and again, took an eighth of the time."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test whose service is missing is skipped on a desk and fails where everything must run."""
    for marker, variable in SERVICES.items():
        if item.get_closest_marker(marker) and not os.environ.get(variable):
            if os.environ.get("CI") == "true":
                pytest.fail(f"{variable} is not set, and CI skips nothing", pytrace=False)
            pytest.skip(f"{variable} is not set")


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Each way an installation stands: on SQLite, on PostgreSQL, on PostgreSQL with Redis."""
    found: Mode = request.param
    return found


@pytest.fixture
def clock() -> ManualClock:
    """09:00 on a working Monday in Shanghai."""
    return ManualClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def ids() -> IdSource:
    return IdSource()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every area's empty tables."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    engine = create_engine(f"sqlite:///{file}")
    load_tables().create_all(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def emptied() -> Iterator[Emptied]:
    """A PostgreSQL database of this process, to be emptied for each test."""
    database = Emptied(os.environ["GONGKAI_TEST_POSTGRES"], load_tables())
    database.start()
    yield database
    database.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind, with empty tables."""
    if request.param == "sqlite":
        file = tmp_path / "gongkai.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    emptied: Emptied = request.getfixturevalue("emptied")
    return await emptied.url()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database of each kind with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gongkai.db'}"
        return
    async with fresh(os.environ["GONGKAI_TEST_POSTGRES"]) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, open database of each kind."""
    opened = open_test_database(database_url)
    yield opened
    await opened.close()


def open_test_database(url: str) -> Database:
    if url.startswith("sqlite"):
        return SqliteDatabase(Path(url.removeprefix("sqlite:///")))
    return PostgresDatabase(url)
