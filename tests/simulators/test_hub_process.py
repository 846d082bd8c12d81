"""`gongkai run` in a process of its own: ready, alone, and gone within seconds when told."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from app.compose import open_hub
from app.settings import Settings
from hub.organisations.models import Selection
from hub.publishing.service import When
from publishers.registry import channels
from simulators.staging import approve, running_town, site_of, stage
from tests.simulators.processes import ended, line, run, started

BODIES = 4
ALONE = {"GONGKAI_HTTP_PORT": "0", "GONGKAI_LOG_FORMAT": "json"}


async def test_a_hub_is_ready_alone_and_stops_within_seconds(tmp_path: Path) -> None:
    settings = {**ALONE, "GONGKAI_HOME": str(tmp_path / "home")}
    async with started("-m", "app", "run", **settings) as hub:
        address = json.loads(await line(hub, "hub.running", log=True))["address"]
        async with aiohttp.ClientSession() as session:
            answers = {
                path: (await session.get(f"{address}{path}")).status
                for path in ("/healthz", "/readyz", "/metrics")
            }
        assert answers == {"/healthz": 200, "/readyz": 200, "/metrics": 200}
        second = await run("-m", "app", "run", **settings)
        assert second.code == 4
        assert "已有进程" in second.err
        told = time.monotonic()
        hub.send_signal(signal.SIGTERM)
        assert (await ended(hub)).code == 0
        assert time.monotonic() - told < 10


async def planned_now(home: Path, town: str) -> int:
    """A staged installation with one item due on every account; how many deliveries that is."""
    settings = Settings(
        home=home, database_url=f"sqlite:///{home / 'gongkai.db'}", site_url=site_of(town)
    )
    async with open_hub(settings) as hub:
        staged = await stage(hub, town, BODIES, 1)
        [item] = staged.items
        await approve(hub, item)
        await hub.publishing.plan(item.id, Selection(), When(zone="UTC"), "media")
    return staged.accounts


async def states(**settings: str) -> Counter[str]:
    listed = await run("-m", "app", "delivery", "list", "--json", **settings)
    return Counter(row["state"] for row in json.loads(listed.out))


@pytest.mark.slow
async def test_a_hub_stopped_in_the_middle_leaves_nothing_unknown_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    settings = {**ALONE, "GONGKAI_HOME": str(home)}
    async with running_town() as town, aiohttp.ClientSession() as session:
        total = await planned_now(home, town)
        slow = {"fault": "slow", "path": "*/statuses/*", "times": BODIES, "delay": 2.0}
        await session.post(f"{town}/_control/weibo/faults", json=slow)
        async with started("-m", "app", "run", **settings) as hub:
            await line(hub, "hub.running", log=True)
            await shown(session, town, "telegram", BODIES)  # so weibo's calls are on their way
            hub.send_signal(signal.SIGTERM)
            assert (await ended(hub)).code == 0
        assert not {"unknown", "sending", "claimed"} & set(await states(**settings))
        async with started("-m", "app", "run", **settings) as hub:
            await line(hub, "hub.running", log=True)
            posts = [await shown(session, town, name, BODIES) for name in channels()]
            hub.send_signal(signal.SIGTERM)
            assert (await ended(hub)).code == 0
    assert sum(posts) == total
    assert not {"unknown", "failed", "planned"} & set(await states(**settings))


async def shown(session: aiohttp.ClientSession, town: str, channel: str, count: int) -> int:
    """How many posts the platform shows, as soon as there are `count`."""
    async with asyncio.timeout(60):
        while True:
            async with session.get(f"{town}/_control/shown", params={"channel": channel}) as answer:
                posts = len((await answer.json())[channel])
            if posts >= count:
                return posts
            await asyncio.sleep(0.05)
