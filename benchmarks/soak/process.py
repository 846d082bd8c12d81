"""The hub's processes, as the benchmark starts, asks and ends them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.settings import ENV_PREFIX, Settings
from simulators.citizens.staging import settings_of

__all__ = ["HubProcess", "environment", "running", "settings_for"]

_START_S, _STOP_S = 180.0, 120.0
_LINE = 32 * 1024 * 1024  # a sample is one line
_ROOT = Path(__file__).resolve().parents[2]


class HubProcess:
    """`address` is where it listens, `log` has its lines as JSON."""

    def __init__(self, child: asyncio.subprocess.Process, log: Path) -> None:
        self._child = child
        self._log = log
        self.address = ""

    async def ready(self) -> None:
        self.address = (await self._told())["address"]

    async def sample(self) -> dict[str, Any]:
        if self._child.stdin is None:
            raise RuntimeError("the hub has no standard input")
        self._child.stdin.write(b"\n")
        return await self._told()

    async def stop(self) -> int:
        """End it as a service manager does; its exit code."""
        if self._child.returncode is None:
            self._child.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                return await self._child.wait()
        except TimeoutError:
            self._child.kill()
            return await self._child.wait()

    def said(self, level: str) -> Counter[str]:
        """What it wrote into its log at this level, by event."""
        found: Counter[str] = Counter()
        for line in self._log.read_text("utf-8", "replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                found["not JSON"] += level == "error"
                continue
            if entry.get("level") == level:
                found[" ".join(filter(None, (entry.get("event"), entry.get("job"))))] += 1
        return found

    def warnings(self) -> tuple[int, Counter[str]]:
        """How often a job was still running when its time came again, and the others."""
        found = self.said("warning")
        late = {name for name in found if "maximum number of running instances" in name}
        return sum(found.pop(name) for name in late), found

    async def _told(self) -> dict[str, Any]:
        if self._child.stdout is None:
            raise RuntimeError("the hub has no standard output")
        async with asyncio.timeout(_START_S):
            line = await self._child.stdout.readline()
        if not line:
            raise RuntimeError(f"the hub has ended; see {self._log}")
        told: dict[str, Any] = json.loads(line)
        return told


@asynccontextmanager
async def running(
    page: Path, home: Path, given: Mapping[str, str], *words: str
) -> AsyncIterator[HubProcess]:
    """A process over `home`, which exists; it is told to stop at the end."""
    log = home / "hub.log"
    with log.open("wb") as written:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.soak.hub", str(page), *words),
            cwd=_ROOT,
            env={**given, f"{ENV_PREFIX}HOME": str(home)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=written,
            limit=_LINE,
        )
    process = HubProcess(child, log)
    try:
        await process.ready()
        yield process
    finally:
        await process.stop()


def settings_for(home: Path, town: str, database: str, redis: str, key: str) -> Settings:
    """Of the embedded installation, or with a database and a Redis of the scaled one."""
    own = settings_of(home, town)
    if not database:
        return own
    changed = {"database_url": database, "redis_url": redis, "secret_keys": (key,)}
    return Settings(**{**own.model_dump(include={"home", "site_url"}), **changed})


def environment(settings: Settings, key: str, alerts: str) -> dict[str, str]:
    """Of a process of this installation: nothing of this machine's, and what makes the day."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    own = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEYS": key,
        "SITE_URL": settings.site_url,
        "HTTP_PORT": "0",
        "LOG_FORMAT": "json",
        "ALERT_URLS": alerts,
        "PORTAL_NAME": "四川省人民政府",
        "OFFICE_NAME": "省政府办公厅政务公开办公室",
        "OFFICE_PHONE": "028-12345678",
        "DEFAULT_NOT_AFTER_MINUTES": str(24 * 60),
        "LEADER_SECONDS": "300",  # a leap must not end what is held
        "LEASE_SECONDS": "600",
        "CONSOLE_SECOND_FACTOR": "false",
    }
    return kept | {f"{ENV_PREFIX}{name}": value for name, value in own.items() if value}
