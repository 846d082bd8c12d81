"""An installation over several hosts: a database, a Redis, platforms, workers and clocks."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from app.migrate import migrate
from app.settings import Settings
from benchmarks.hosts.network import Host, Network, Process
from benchmarks.hosts.servers import Postgres, Redis

__all__ = ["Installation", "Size", "ask", "standing"]

_PORT = 8080
_PLATFORMS = 8090
_PATIENCE_S = 300.0
_SITE = "https://www.example.gov.cn"
_TOOLS = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`way` is how long every call of a platform takes on its way, in seconds; `pace` and
    `calls_per_hour` are those of `benchmarks.pace`; `with_redis`: whether there is one."""

    workers: int
    clocks: int
    connections: int
    way: float = 0.02
    pace: float = 600.0
    calls_per_hour: int = 60_000
    lease_seconds: int = 30
    leader_seconds: int = 5
    with_redis: bool = True
    channels: tuple[str, ...] = ("weibo", "wechat", "mastodon")


class Node(Process):
    """A process of gongkai, with a clock that may be set wrong before the next start."""

    def __init__(
        self, host: Host, size: Size, role: str, env: Mapping[str, str], log: Path
    ) -> None:
        self.skew = 0.0
        self._role, self._size = role, size
        super().__init__(host, (), env, log)

    def start(self) -> None:
        how = (f"{self._size.pace:g}", str(self._size.calls_per_hour), f"{self.skew:g}")
        own = (sys.executable, "-m", "benchmarks.hosts.node", *how)
        self._command = [*self.host.inside, *own, self._role, "--port", str(_PORT)]
        super().start()

    def ready(self) -> bool:
        return self.alive and _answers(f"http://{self.host.address}:{_PORT}/readyz")


@dataclass(slots=True, kw_only=True)
class Installation:
    """What stands: `settings` are those of a process on this machine that looks on."""

    network: Network
    size: Size
    settings: Settings
    postgres: Postgres
    redis: Redis | None
    platforms: Process
    town: str
    workers: list[Node]
    clocks: list[Node]

    @property
    def nodes(self) -> list[Node]:
        return [*self.workers, *self.clocks]

    async def until_ready(self, nodes: list[Node]) -> None:
        end = time.monotonic() + _PATIENCE_S
        for node in nodes:
            while not await asyncio.to_thread(node.ready):
                if time.monotonic() > end:
                    raise RuntimeError(f"{node.host.name} is not ready: see {node._log}")
                await asyncio.sleep(0.1)

    async def rows(self, query: str, *given: object) -> list[Any]:
        """What the ledger says."""
        connection = await asyncpg.connect(self.postgres.dsn, timeout=10)
        try:
            return list(await connection.fetch(query, *given, timeout=60))
        finally:
            await connection.close(timeout=10)


@contextmanager
def standing(folder: Path, size: Size) -> Iterator[Installation]:
    """An installation whose database has its tables, and whose processes have yet to be started."""
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        postgres = Postgres(network.host("db"), folder / "postgres")
        stack.callback(postgres.close)
        postgres.start()
        redis = Redis(network.host("redis"), folder) if size.with_redis else None
        if redis is not None:
            redis.start()
        platforms, town = _platforms(network, folder, size)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        known = {
            "GONGKAI_DATABASE_URL": postgres.url,
            "GONGKAI_REDIS_URL": redis.url if redis else "",
            "GONGKAI_SECRET_KEYS": f"bench:{key}",
            "GONGKAI_SITE_URL": _SITE,
            "GONGKAI_HTTP_HOST": "0.0.0.0",  # of its namespace
            "GONGKAI_CONNECTIONS": str(size.connections),
            "GONGKAI_LEASE_SECONDS": str(size.lease_seconds),
            "GONGKAI_LEADER_SECONDS": str(size.leader_seconds),
            "GONGKAI_BREAKER_REST_SECONDS": "1",
            "GONGKAI_SWEEP_SECONDS": "1",
            "GONGKAI_LOG_LEVEL": "warning",
        }

        def nodes(role: str, count: int) -> list[Node]:
            made = []
            for number in range(1, count + 1):
                name = f"{role}{number}"
                env = os.environ | known | {"GONGKAI_HOME": str(folder / name)}
                log = folder / f"{name}.log"
                made.append(Node(network.host(name), size, role, env, log))
            return made

        settings = Settings(
            home=folder / "looking-on",
            database_url=postgres.url,
            redis_url="",
            secret_keys=(f"bench:{key}",),
            site_url=_SITE,
        )
        migrate(postgres.url)
        yield Installation(
            network=network,
            size=size,
            settings=settings,
            postgres=postgres,
            redis=redis,
            platforms=platforms,
            town=town,
            workers=nodes("worker", size.workers),
            clocks=nodes("clock", size.clocks),
        )


def _platforms(network: Network, folder: Path, size: Size) -> tuple[Process, str]:
    host = network.host("platforms")
    place = (host.address, str(_PLATFORMS), str(size.way))
    command = [sys.executable, "-m", "benchmarks.hosts.far", *place, *size.channels]
    process = Process(host, command, os.environ, folder / "platforms.log")
    process.start()
    town = f"http://{host.address}:{_PLATFORMS}"
    end = time.monotonic() + _PATIENCE_S
    while not _answers(f"{town}/_control/shown?channel={size.channels[0]}"):
        if time.monotonic() > end:
            raise RuntimeError("the platforms do not answer")
        time.sleep(0.1)
    limits: dict[str, Any] = {"limits_pace": size.pace}
    for name in {"weibo", "wechat"} & set(size.channels):
        more = {"calls_per_hour_and_ip": size.calls_per_hour} if name == "weibo" else {}
        ask(f"{town}/_control/{name}/settings", limits | more)
    return process, town


def ask(url: str, body: Mapping[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
