"""A PostgreSQL and a Redis of our own in a temporary folder, from Debian's packages."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from hub.kernel.errors import Misconfigured, Unavailable, Words

__all__ = ["RedisServer", "free_port", "running_postgres", "running_redis"]

_CLUSTERS = Path("/usr/lib/postgresql")
_PATIENCE_S = 60.0
_POLL_S = 0.05


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running_postgres(folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database on a server whose files are in `folder`.

    Raises Misconfigured where Debian's package is not installed.
    """
    programs = _programs()
    # PostgreSQL refuses to run as root, so root hands it to the user that Debian made for it
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    place, data, port = folder / "postgres", folder / "postgres" / "data", free_port()
    place.mkdir()
    if user:
        shutil.chown(place, "postgres")
    made: tuple[str | Path, ...] = ("-D", data, "-U", "gongkai", "--auth=trust", "-E", "UTF8")
    await _run(*user, programs / "initdb", *made, said=folder / "initdb.log")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c max_connections=200 -k {place}"
    control: tuple[str | Path, ...] = (*user, programs / "pg_ctl", "-D", data)
    began = folder / "postgres.log"
    await _run(*control, "-w", "-l", place / "log", "-o", options, "start", said=began)
    try:
        yield f"postgresql+asyncpg://gongkai@127.0.0.1:{port}/postgres"
    finally:
        await _run(*control, "-m", "fast", "stop", said=began)


def _programs() -> Path:
    """Where the newest PostgreSQL of this machine has its programs."""
    found = sorted(_CLUSTERS.glob("*/bin/initdb"))
    if not found:
        raise _missing("PostgreSQL", "postgresql")
    return found[-1].parent


class RedisServer:
    """A Redis that keeps nothing on the disk: restarted, it is empty."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._folder)]
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            *place,
            *("--save", "", "--appendonly", "no"),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await _until_it_answers(self.port)

    async def stop(self) -> None:
        """End it as a crash does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def running_redis(folder: Path) -> AsyncIterator[RedisServer]:
    """Raises Misconfigured where Debian's package is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        raise _missing("Redis", "redis-server")
    server = RedisServer(program, folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def _missing(what: str, package: str) -> Misconfigured:
    return Misconfigured(
        Words(f"本机没有 {what}", f"{what} is not installed on this machine"),
        field=package,
        remedy=Words(
            f"安装 Debian 软件包：apt-get install {package}",
            f"install Debian's package: apt-get install {package}",
        ),
    )


async def _run(*command: str | Path, said: Path) -> None:
    """What it says goes to a file: a server that it starts would keep a pipe open."""
    words: Sequence[str] = [str(part) for part in command]
    with said.open("wb") as log:
        process = await asyncio.create_subprocess_exec(*words, cwd="/", stdout=log, stderr=log)
    async with asyncio.timeout(_PATIENCE_S):
        await process.wait()
    if process.returncode:
        raise Unavailable(Words(f"{words[0]} 失败，见 {said}", f"{words[0]} failed, see {said}"))


async def _until_it_answers(port: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(_POLL_S)
            else:
                writer.close()
                return
