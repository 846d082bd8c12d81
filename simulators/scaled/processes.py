"""The roles of an installation as real processes: started, waited for, paused, stopped, killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from hub.kernel.errors import Unavailable, Words

__all__ = ["Process", "Processes", "environment_of", "running_processes"]

_PATIENCE_S = 400.0
_POLL_S = 0.1
_ROOT = Path(__file__).resolve().parents[2]


def environment_of(**settings: object) -> dict[str, str]:
    """This machine's environment, with nothing of another installation and with `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    ours = {f"GONGKAI_{name.upper()}": str(value) for name, value in settings.items()}
    return {**kept, "PYTHONPATH": str(_ROOT), **ours}


@dataclass(slots=True)
class Process:
    """One running role; `address` is where its HTTP server listens, `log` has its lines as JSON."""

    name: str
    log: Path
    child: asyncio.subprocess.Process
    address: str = ""

    def signal(self, number: int) -> None:
        self.child.send_signal(number)

    def pause(self) -> None:
        """Stop it where it stands, as a frozen machine does."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.child.wait()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM) and wait for that; its exit code."""
        if self.child.returncode is None:
            self.signal(signal.SIGTERM)
        async with asyncio.timeout(_PATIENCE_S):
            return await self.child.wait()

    def said(self, event: str) -> list[Mapping[str, object]]:
        """The lines of its log with this event."""
        lines = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        found = (_line(line) for line in lines)
        return [line for line in found if line.get("event") == event]


def _line(text: str) -> Mapping[str, object]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


class Processes:
    """Starts roles with one environment; each has a folder of its own below `folder`, its home,
    and so a search index of its own, as on a machine of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._count = 0
        self.all: list[Process] = []

    async def start(self, role: str, **settings: object) -> Process:
        """A new process of `role` (`web`, `worker`, `clock` or `run`), once it is ready."""
        self._count += 1
        name = f"{role}-{self._count}"
        home, log = self._folder / name, self._folder / f"{name}.log"
        home.mkdir(parents=True)
        more = {f"GONGKAI_{key.upper()}": str(value) for key, value in settings.items()}
        environment = {**self._environment, "GONGKAI_HOME": str(home), **more}
        environment |= {"GONGKAI_LOG_FORMAT": "json", "GONGKAI_LOG_LEVEL": "info"}
        with log.open("wb") as written:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app", role, "--port", "0"),
                cwd=_ROOT,
                env=environment,
                stdout=written,
                stderr=written,
            )
        process = Process(name, log, child)
        self.all.append(process)
        await self._ready(process)
        return process

    async def _ready(self, process: Process) -> None:
        async with asyncio.timeout(_PATIENCE_S), aiohttp.ClientSession() as session:
            while not await _is_ready(process, session):
                if process.child.returncode is not None:
                    tail = process.log.read_text("utf-8", "replace")[-2_000:]
                    raise Unavailable(
                        Words(f"{process.name} 未能启动", f"{process.name} did not start: {tail}")
                    )
                await asyncio.sleep(_POLL_S)

    async def stop(self) -> None:
        """End all that still run; one that does not within its time is killed."""
        running = [one for one in self.all if one.child.returncode is None]
        for process in running:
            process.go_on()
        for ended in await asyncio.gather(*(p.stop() for p in running), return_exceptions=True):
            if isinstance(ended, BaseException):
                for process in running:
                    with suppress(ProcessLookupError):
                        await process.kill()


async def _is_ready(process: Process, session: aiohttp.ClientSession) -> bool:
    if not process.address:
        told = process.said("hub.running")
        process.address = str(told[-1]["address"]) if told else ""
    if not process.address:
        return False
    try:
        async with session.get(f"{process.address}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def running_processes(
    folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[Processes]:
    """Processes that end with the block."""
    processes = Processes(folder, environment)
    try:
        yield processes
    finally:
        await processes.stop()
