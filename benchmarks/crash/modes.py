"""The three ways an installation stands: SQLite, PostgreSQL alone, PostgreSQL with Redis.

An installation is a folder. It says itself what it stands on, so that a life needs the folder only;
a copy of it has a database of its own, and a Redis database of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sqlite3
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from enum import StrEnum
from pathlib import Path
from shutil import copytree
from typing import Any

import asyncpg

from app.keys import new_key
from app.settings import Settings
from benchmarks.services import postgres_server, redis_url
from hub.kernel.database import Database
from hub.kernel.postgres import PostgresDatabase
from hub.kernel.sqlite import SqliteDatabase

__all__ = ["Ground", "Mode", "add_mode", "database_of", "ground_of", "query", "settled_on"]

_FOUNDATION = "foundation.json"
_LEASE_S = 30
_DATABASES = 4_096  # of a Redis: every installation has one of its own


class Mode(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"
    REDIS = "postgres+redis"


def add_mode(parser: ArgumentParser) -> None:
    """`--mode` for a program that makes installations."""
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.SQLITE)


class Ground:
    """Where installations of one mode are made. `server` is PostgreSQL's DSN, empty for SQLite."""

    def __init__(self, server: str, redis: str) -> None:
        self._server = server
        self._redis = redis
        self._numbers = itertools.count(1)
        self._key = new_key("k1")
        self._made: list[str] = []
        # an installation's number is in the names of its databases, and other programs use the
        # server as well
        self._prefix = f"gongkai_crash_{self._key[3:11].encode().hex()}"

    def make(self, home: Path, template: Path | None = None) -> None:
        """An installation in `home`, empty or a copy of one that nobody runs any more."""
        if template is not None:
            copytree(template, home)
        else:
            home.mkdir(parents=True)
        if self._server:
            number = next(self._numbers)
            name = f"{self._prefix}_{number}"
            source = json.loads((template / _FOUNDATION).read_text())["name"] if template else ""
            self._administer([f"CREATE DATABASE {name}" + (source and f" TEMPLATE {source}")])
            self._made.append(name)
            self._found(home, name, number)

    def _found(self, home: Path, name: str, number: int) -> None:
        url = f"{self._server.rsplit('/', 1)[0]}/{name}"
        told = {
            "name": name,
            "database_url": url.replace("postgresql:", "postgresql+asyncpg:"),
            "redis_url": f"{self._redis.rsplit('/', 1)[0]}/{number}" if self._redis else "",
            "secret_keys": [self._key],
        }
        (home / _FOUNDATION).write_text(json.dumps(told), "utf-8")

    def clear(self) -> None:
        """Drop every database that was made."""
        if self._made:
            self._administer([f"DROP DATABASE IF EXISTS {n} WITH (FORCE)" for n in self._made])

    def _administer(self, statements: Sequence[str]) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._server)
            for statement in statements:
                await connection.execute(statement)
            await connection.close()

        asyncio.run(run())


@contextmanager
def ground_of(mode: Mode) -> Iterator[Ground]:
    """The servers of `mode` for the block: PostgreSQL's as in `benchmarks.services`, a Redis of
    our own. Raises LookupError where they are not installed."""
    with ExitStack() as stack:
        server = redis = ""
        if mode is not Mode.SQLITE:
            server = stack.enter_context(postgres_server()) or ""
        if mode is Mode.REDIS:
            redis = stack.enter_context(redis_url(_DATABASES)) or ""
        if bool(server) != (mode is not Mode.SQLITE) or bool(redis) != (mode is Mode.REDIS):
            raise LookupError(f"the servers of {mode} are not installed")
        ground = Ground(server, redis)
        stack.callback(ground.clear)
        yield ground


def settled_on(home: Path, **settings: Any) -> Settings:
    """The settings of the installation in `home`."""
    file = home / _FOUNDATION
    told = json.loads(file.read_text("utf-8")) if file.exists() else {}
    told.pop("name", None)
    return Settings(home=home, lease_seconds=_LEASE_S, **told, **settings)


def database_of(settings: Settings) -> Database:
    """The database of an installation whose tables are there."""
    if settings.embedded:
        return SqliteDatabase(settings.database_path)
    return PostgresDatabase(settings.database_url)


def query(home: Path, statement: str) -> list[tuple[Any, ...]]:
    """What the ledger says, asked beside whoever runs on it."""
    file = home / _FOUNDATION
    if not file.exists():
        with closing(sqlite3.connect(home / "gongkai.db", timeout=10)) as connection:
            return connection.execute(statement).fetchall()
    url = json.loads(file.read_text("utf-8"))["database_url"].replace("+asyncpg", "")

    async def ask() -> list[tuple[Any, ...]]:
        opened = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await opened.fetch(statement)]
        finally:
            await opened.close()

    return asyncio.run(ask())
