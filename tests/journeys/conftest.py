"""A whole installation and every simulated platform in one process, for one journey."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.compose import Hub, open_engine, open_hub
from app.inbox import callback_routes
from benchmarks.crash.haste import SWITCHES, hasten, hasten_declarations
from benchmarks.crash.life import at_rest
from benchmarks.crash.stage import PROVINCE, REVIEWERS, enter_people, new_account, settings_of
from hub.catalogue.models import Item
from hub.kernel.clock import SystemClock
from hub.organisations.models import Account, Selection
from hub.publishing.models import Delivery
from hub.publishing.service import When
from hub.review.models import ReviewStep
from publishers.simulation import Shown
from scheduler.engine import Engine
from simulators.town import Town

__all__ = ["CHANNELS", "NOW", "Journey"]

CHANNELS = ("wechat", "weibo", "telegram", "mastodon", "website")
NOW = When(zone="Asia/Shanghai")
_PATIENCE_S = 120
_HANDLES = {"telegram": ("@sichuan_gov", "@chengdu_gov")}
_ITEM = {
    "title": "四川省行政规范性文件管理办法",
    "body": "第一条　为规范行政规范性文件的制定，制定本办法。\n\n第二条　本办法自印发之日起施行。",
    "doc_no": "川府发〔2026〕1号",
    "attribute": "主动公开",
}


@dataclass(slots=True)
class Journey:
    """What a journey walks through: the hub, its engine, and the platforms."""

    hub: Hub
    engine: Engine
    town: Town
    door: str  # where platforms call back
    folder: Path

    async def import_item(self, **changed: str) -> Item:
        row = _ITEM | changed
        row["key"] = row["doc_no"]
        file = self.folder / f"{row['title']}.jsonl"
        file.write_text(json.dumps(row, ensure_ascii=False) + "\n", "utf-8")
        report = await self.hub.catalogue.import_file(file, actor="clerk", body_code=PROVINCE)
        assert not report.faults
        await self.hub.determinations.determine_imported(reason="门户网站已公开", actor="clerk")
        (item,) = [i for i in await self.hub.catalogue.list() if i.external_key == row["key"]]
        return item

    async def submit(self, item: Item, steps: int = len(REVIEWERS), **chosen: Any) -> None:
        """Render for the chosen accounts and have `steps` different people sign."""
        approval = await self.hub.publishing.submit(item.id, Selection(**chosen), "clerk")
        for step, who, _ in REVIEWERS[:steps]:
            await self.hub.review.sign(approval.id, ReviewStep(step), who, approval.hash)

    async def plan(self, item: Item, when: When = NOW, **chosen: Any) -> str:
        planned = await self.hub.publishing.plan(item.id, Selection(**chosen), when, "media")
        return planned.plan.id

    async def accounts(self, channel: str) -> Sequence[Account]:
        return await self.hub.organisations.accounts(Selection(channels=(channel,)))

    async def deliveries(self) -> list[Delivery]:
        return await self.hub.operations.find(limit=500)

    async def rest(self) -> list[Delivery]:
        """Every delivery, once each is settled or waits for a person."""
        return await self.until(lambda found: all(map(at_rest, found)))

    async def until(self, reached: Callable[[list[Delivery]], bool]) -> list[Delivery]:
        """Every delivery, once they are as `reached` says."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                found = await self.deliveries()
                if reached(found):
                    return found
                await asyncio.sleep(0.05)

    def public(self, *channels: str) -> list[Shown]:
        """What the public sees."""
        shown = (self.town.platforms[name].shown() for name in channels or CHANNELS)
        return [post for posts in shown for post in posts if post.state == "public"]


@pytest.fixture
def haste(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before: list[tuple[object, str, object]] = []

    def put(place: object, name: str, value: object) -> None:
        before.append((place, name, getattr(place, name)))
        object.__setattr__(place, name, value)

    hasten(monkeypatch.setattr)
    hasten_declarations(put)
    yield
    for place, name, value in reversed(before):
        object.__setattr__(place, name, value)


@pytest.fixture
async def journey(haste: None, tmp_path: Path) -> AsyncIterator[Journey]:
    """Two accounts of every channel, three reviewers, and a running engine."""
    async with AsyncExitStack() as stack:
        town = Town(SystemClock())
        for name, switches in SWITCHES.items():
            town.platforms[name].tune(switches)
        address = await _serve(stack, town.application())
        hub = await stack.enter_async_context(open_hub(settings_of(tmp_path / "home")))
        door = web.Application()
        door.add_routes(callback_routes(hub))
        await enter_people(hub)
        await hub.organisations.import_accounts(_accounts(town, address), actor="admin")
        engine = await stack.enter_async_context(open_engine(hub))
        yield Journey(hub, engine, town, await _serve(stack, door), tmp_path)


async def _serve(stack: AsyncExitStack, application: web.Application) -> str:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


def _accounts(town: Town, address: str) -> list[Any]:
    rows = []
    for channel in CHANNELS:
        for handle in _HANDLES.get(channel, (f"{channel}-sichuan", f"{channel}-chengdu")):
            opened = town.platforms[channel].enrol(handle)
            row = {
                "handle": opened.handle,
                "settings": opened.settings,
                "credentials": opened.credentials,
                "base_url": town.platforms[channel].base_url(f"{address}/{channel}"),
            }
            rows.append(new_account(channel, address, row))
    return rows
