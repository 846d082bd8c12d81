"""Redis and PostgreSQL for a benchmark: the ones of the tests, or own ones for its time."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.kernel.errors import Misconfigured
from simulators.servers import HERE, PostgresServer, RedisServer, free_port, run_program

__all__ = ["free_port", "postgres_database", "postgres_server", "redis_url"]


@contextlib.contextmanager
def redis_url(databases: int = 16) -> Iterator[str | None]:
    """The URL of an empty Redis of our own; None where it is not installed."""
    with tempfile.TemporaryDirectory(prefix="gongkai-redis-") as folder:
        try:
            server = RedisServer(HERE, Path(folder), port=free_port(), databases=databases)
        except Misconfigured:
            yield None
            return
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@contextlib.contextmanager
def postgres_database(name: str) -> Iterator[str | None]:
    """The DSN of an empty database `name`; None where there is no server and none installed."""
    with postgres_server() as server:
        if server is None:
            yield None
            return
        _administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        _administer(server, f"CREATE DATABASE {name}")
        try:
            yield re.sub(r"/[^/]*$", f"/{name}", server)
        finally:
            _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def postgres_server() -> Iterator[str | None]:
    """The DSN of the server of GONGKAI_TEST_POSTGRES if that is set; else of one of our own,
    without fsync, which is in its favour; None where none is installed."""
    if given := os.environ.get("GONGKAI_TEST_POSTGRES"):
        yield given.replace("+asyncpg", "")
        return
    with tempfile.TemporaryDirectory(prefix="gongkai-postgres-") as folder:
        try:
            server = PostgresServer(
                HERE, Path(folder), port=free_port(), user="bench", settings={"fsync": "off"}
            )
        except Misconfigured:
            yield None
            return
        server.start()
        try:
            yield server.at()
        finally:
            server.stop()


def _administer(server: str, statement: str) -> None:
    run_program("psql", "-d", server, "-qc", statement)
