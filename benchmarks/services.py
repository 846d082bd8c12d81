"""Redis and PostgreSQL for a benchmark: the ones of the tests, or own ones for its time."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hub.kernel.errors import Misconfigured
from simulators.servers import HERE, PostgresServer, RedisServer, free_port, run_program

__all__ = [
    "Postgres",
    "database_on",
    "free_port",
    "own_postgres",
    "postgres_database",
    "postgres_server",
    "redis_url",
    "run_sql",
]

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server of our own: the address of its database `postgres`, and its first process."""

    dsn: str
    pid: int

    def cpu_s(self) -> float:
        """Seconds of CPU of all its processes so far, of those that have ended as well."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return (sum(_ticks(int(child), 2) for child in children) + _ticks(self.pid, 4)) / _TICKS


def _ticks(pid: int, fields: int) -> int:
    """Of a process: its own user and system time, and with 4 fields those of its dead children."""
    with contextlib.suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(value) for value in after_name[11 : 11 + fields])
    return 0


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
        with database_on(server, name) as dsn:
            yield dsn


@contextlib.contextmanager
def database_on(server: str, name: str) -> Iterator[str]:
    """The DSN of an empty database `name`, which is gone afterwards."""
    run_sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run_sql(server, f"CREATE DATABASE {name}")
    try:
        yield re.sub(r"/[^/]*$", f"/{name}", server)
    finally:
        run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def postgres_server() -> Iterator[str | None]:
    """The DSN of the server of GONGKAI_TEST_POSTGRES if that is set; else of one of our own,
    without fsync, which is in its favour; None where none is installed."""
    if given := os.environ.get("GONGKAI_TEST_POSTGRES"):
        yield given.replace("+asyncpg", "")
        return
    with own_postgres() as server:
        yield server.dsn if server else None


@contextlib.contextmanager
def own_postgres(
    *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[Postgres | None]:
    """A server that nobody else uses; None where none is installed. Without `durable` it does not
    wait for its disk."""
    given = {"fsync": "on" if durable else "off", **(settings or {})}
    with tempfile.TemporaryDirectory(prefix="gongkai-postgres-") as folder:
        try:
            server = PostgresServer(
                HERE, Path(folder), port=free_port(), user="bench", settings=given
            )
        except Misconfigured:
            yield None
            return
        server.start()
        try:
            yield Postgres(server.at(), server.pid)
        finally:
            server.stop()


def run_sql(server: str, statement: str) -> str:
    """What psql says to a statement, its rows without frills."""
    return run_program("psql", "-d", server, "-qAtc", statement)
