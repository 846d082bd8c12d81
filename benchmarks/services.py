"""Redis and PostgreSQL for a benchmark: the ones of the tests, or own ones for its time."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["postgres_database", "redis_url"]

_PATIENCE_S = 20.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def redis_url() -> Iterator[str | None]:
    """The URL of an empty Redis of our own; None where it is not installed."""
    server = shutil.which("redis-server")
    if server is None:
        yield None
        return
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"]
    process = subprocess.Popen([server, "--port", str(port), *options], stdout=subprocess.DEVNULL)
    try:
        _until_it_answers(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def postgres_database(name: str) -> Iterator[str | None]:
    """The DSN of an empty database `name`; None where there is no server and none installed.

    The server of GONGKAI_TEST_POSTGRES if that is set; else one of our own, without fsync, which
    is in its favour.
    """
    given = os.environ.get("GONGKAI_TEST_POSTGRES")
    with contextlib.ExitStack() as stack:
        server = (given and given.replace("+asyncpg", "")) or stack.enter_context(_own_postgres())
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
def _own_postgres() -> Iterator[str | None]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    # PostgreSQL refuses to run as root, so root hands it to the user that Debian made for it
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    bin_folder, port = found[-1].parent, free_port()
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"
        _run(*user, bin_folder / "initdb", "-D", data, "-U", "bench", "--auth=trust")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        control = (*user, bin_folder / "pg_ctl", "-D", data)
        _run(*control, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://bench@127.0.0.1:{port}/postgres"
        finally:
            _run(*control, "-m", "immediate", "stop")


def _administer(server: str, statement: str) -> None:
    _run("psql", "-d", server, "-qc", statement)


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd="/", capture_output=True, text=True, timeout=60
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr.strip()}")


def _until_it_answers(port: int) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not answer")
