from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web as aiohttp_web
from aiohttp.test_utils import TestClient, TestServer

import web.health
from hub.kernel.database import Database
from hub.kernel.errors import Misconfigured, Words
from web.health import Check, database_check, health_routes, heartbeat_check, zone_check

Answer = tuple[int, dict[str, object]]


@asynccontextmanager
async def serving(*checks: Check) -> AsyncIterator[TestClient]:
    application = aiohttp_web.Application()
    application.add_routes(health_routes(checks, lambda: b"gongkai_up 1\n"))
    async with TestClient(TestServer(application)) as client:
        yield client


async def readiness(*checks: Check) -> Answer:
    async with serving(*checks) as client, client.get("/readyz") as response:
        return response.status, await response.json()


def failing(look: Callable[[], Awaitable[None]]) -> Check:
    return Check(name="broken", look=look)


async def test_a_living_process_says_ok() -> None:
    async with serving() as client, client.get("/healthz") as response:
        assert (response.status, await response.text()) == (200, "ok\n")


async def test_metrics_are_given_in_prometheus_text() -> None:
    async with serving() as client, client.get("/metrics") as response:
        assert await response.read() == b"gongkai_up 1\n"
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_all_is_well(database: Database) -> None:
    beat = heartbeat_check(lambda: timedelta(seconds=3), timedelta(seconds=30))
    assert await readiness(database_check(database), beat, zone_check()) == (
        200,
        {"ready": True, "checks": {"database": "ok", "scheduler": "ok", "zones": "ok"}},
    )


@pytest.mark.parametrize("age", [None, timedelta(seconds=31)], ids=["never", "stale"])
async def test_a_silent_scheduler_is_not_ready(age: timedelta | None) -> None:
    status, body = await readiness(heartbeat_check(lambda: age, timedelta(seconds=30)))
    assert (status, body["checks"]) == (503, {"scheduler": "unavailable"})


async def test_a_closed_database_is_not_ready(database: Database) -> None:
    await database.close()
    assert (await readiness(database_check(database)))[0] == 503


async def test_a_misconfigured_machine_is_not_ready() -> None:
    async def look() -> None:
        raise Misconfigured(Words("坏", "bad"))

    status, body = await readiness(failing(look))
    assert (status, body["checks"]) == (503, {"broken": "misconfigured"})


async def test_a_check_that_hangs_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.health, "_CHECK_TIMEOUT_S", 0.05)

    async def look() -> None:
        await asyncio.sleep(60)

    status, body = await readiness(failing(look))
    assert (status, body["ready"]) == (503, False)
