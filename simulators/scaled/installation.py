"""A scaled installation for a demonstration or a trial: servers, three workers, a clock that leads
and one that stands by, and a web node; it ends, and is gone, with the block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.compose import Hub, open_hub
from app.keys import new_key
from app.settings import Settings
from app.settings_reading import CONFIG_VARIABLE, load_settings
from simulators.scaled.processes import Processes, environment_of, running_processes
from simulators.scaled.servers import running_postgres, running_redis

__all__ = ["CONFIG", "Scaled", "running_installation"]

CONFIG = "gongkai.toml"
WORKERS = 3
ROLES = ("clock", "clock", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """An open installation: `hub` is a person's way into it, `address` its web node's."""

    hub: Hub
    address: str
    processes: Processes


@asynccontextmanager
async def running_installation(home: Path, **settings: object) -> AsyncIterator[Scaled]:
    """Everything below `home`, started and ready. Raises Misconfigured where Debian's packages of
    PostgreSQL or Redis are not installed."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(running_postgres(home))
        redis = await stack.enter_async_context(running_redis(home))
        shared = {"database_url": url, "redis_url": redis.url, "secret_keys": new_key("k1")}
        config = home / CONFIG
        config.write_text(_toml({**shared, **settings}), "utf-8")
        opened = _settings(config, home / "person")
        hub = await stack.enter_async_context(open_hub(opened))
        environment = environment_of() | {CONFIG_VARIABLE: str(config)}
        processes = await stack.enter_async_context(running_processes(home, environment))
        for role in ["worker"] * WORKERS + list(ROLES):
            await processes.start(role)
        web = next(one for one in processes.all if one.name.startswith("web"))
        yield Scaled(hub=hub, address=web.address, processes=processes)


def _toml(settings: Mapping[str, object]) -> str:
    """JSON's texts, numbers and truths are TOML's as well."""
    rows = (f"{name} = {msgspec.json.encode(value).decode()}" for name, value in settings.items())
    return "\n".join(rows) + "\n"


def _settings(config: Path, home: Path) -> Settings:
    return load_settings(config).model_copy(update={"home": home})
