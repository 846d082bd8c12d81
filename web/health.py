"""Whether the process lives, whether it can work, and how it has been doing.

GET /healthz  200 as long as the process answers
GET /readyz   200 when every check passes, else 503; JSON {"ready": bool, "checks": {…}}
GET /metrics  Prometheus' text format
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy import text

from hub.kernel.clock import check_zones
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError, Unavailable, Words

__all__ = [
    "Check",
    "all_well",
    "database_check",
    "health_routes",
    "heartbeat_check",
    "zone_check",
]

_CHECK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition of readiness; `look` raises GongkaiError when it does not hold."""

    name: str
    look: Callable[[], Awaitable[None]]


async def all_well(checks: Iterable[Check]) -> bool:
    """Whether every condition holds now."""
    return all([await _answer(check) == "ok" for check in checks])


def database_check(database: Database) -> Check:
    """The database answers a question."""

    async def look() -> None:
        await database.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())

    return Check(name="database", look=look)


def heartbeat_check(
    age: Callable[[], timedelta | None], limit: timedelta, *, name: str = "scheduler"
) -> Check:
    """The scheduler has done its round within `limit`; `age` is None before the first one."""

    async def look() -> None:
        passed = age()
        if passed is None or passed > limit:
            since = "never" if passed is None else f"{passed.total_seconds():.0f} s"
            raise Unavailable(
                Words(f"调度心跳停在 {since} 前", f"the scheduler's last heartbeat: {since} ago"),
                field=name,
                remedy=Words("查看日志，必要时重启", "read the log, restart it if need be"),
            )

    return Check(name=name, look=look)


def zone_check() -> Check:
    """This machine's time-zone data is right."""

    async def look() -> None:
        check_zones()

    return Check(name="zones", look=look)


def health_routes(
    checks: Iterable[Check], exposition: Callable[[], bytes]
) -> list[web.AbstractRouteDef]:
    """The three routes; `exposition` gives the metrics as Prometheus' text."""
    conditions = tuple(checks)

    async def alive(request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(request: web.Request) -> web.Response:
        results = await asyncio.gather(*(_answer(check) for check in conditions))
        found = {check.name: why for check, why in zip(conditions, results, strict=True)}
        good = all(why == "ok" for why in results)
        return web.json_response(
            {"ready": good, "checks": found},
            status=200 if good else 503,
            headers={"Cache-Control": "no-store"},
        )

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=exposition(), headers={"Content-Type": _EXPOSITION_TYPE})

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", metrics),
    ]


# prometheus.io/docs/instrumenting/exposition_formats
_EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def _answer(check: Check) -> str:
    """`ok`, or what is wrong; a check that hangs is wrong too."""
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await check.look()
    except TimeoutError:
        return f"no answer in {_CHECK_TIMEOUT_S:.0f} s"
    except GongkaiError as error:
        return error.code
    return "ok"
