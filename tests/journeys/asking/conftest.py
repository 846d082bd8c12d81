"""An open hub whose citizens write on simulated platforms; who answers is scripted."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.compose import Hub, open_hub
from app.conversing import Conversing, open_conversing
from app.inbox import callback_routes
from app.settings import Settings
from hub.conversation.models import Answer, Inbound
from hub.kernel.clock import SystemClock
from hub.kernel.database import Database
from hub.organisations.models import BodyKind, NewAccount, NewBody
from simulators.town import Town
from tests.conftest import open_test_database

PROVINCE = "sc"


@dataclass
class Repeating:
    """`Answerer` that repeats the question after `delay` seconds, or says what `says` says."""

    delay: float = 0.0
    asked: list[Inbound] = field(default_factory=list)
    says: Callable[[Inbound], Answer] = lambda inbound: Answer(
        paragraphs=(f"答：{inbound.text or inbound.event_key or inbound.kind}",)
    )

    async def answer(self, inbound: Inbound) -> Answer:
        self.asked.append(inbound)
        await asyncio.sleep(self.delay)
        return self.says(inbound)


@dataclass
class Asking:
    """Everything between a citizen's thumb and the database."""

    hub: Hub
    conversing: Conversing
    town: Town
    town_url: str
    inbox_url: str
    answerer: Repeating

    def platform(self, channel: str) -> Any:
        return self.town.platforms[channel]

    async def account(
        self,
        channel: str,
        settings: Mapping[str, Any] | None = None,
        *,
        handle: str = "",
        credentials: Mapping[str, str] | None = None,
    ) -> str:
        """The id of a new account on a channel."""
        opened = self.platform(channel).enrol(handle or f"{channel}-sichuan")
        account = await self.hub.organisations.add_account(
            NewAccount(
                channel=channel,
                name=f"{channel}·四川发布",
                handle=opened.handle,
                body_code=PROVINCE,
                base_url=f"{self.town_url}/{channel}",
                settings={**opened.settings, **(settings or {})},
                credentials=dict(credentials or opened.credentials),
            ),
            actor="admin",
        )
        return account.id

    def address(self, channel: str, account_id: str) -> str:
        return f"{self.inbox_url}/inbox/{channel}/{account_id}"

    async def quiet(self) -> None:
        await self.conversing.polling.quiet()
        await self.conversing.conversations.quiet()

    async def states(self) -> list[str]:
        """Of all messages, oldest first, when nothing is under way any more."""
        await self.quiet()
        return [str(m.state) for m in reversed(await self.conversing.records.messages())]


async def _serve(stack: AsyncExitStack, application: web.Application) -> str:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def asking(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Asking]:
    async with AsyncExitStack() as stack:
        file = tmp_path / "gongkai.db"
        shutil.copy(sqlite_template, file)
        database: Database = open_test_database(f"sqlite:///{file}")
        stack.push_async_callback(database.close)
        town = Town(SystemClock())
        settings = Settings(home=tmp_path, site_url="https://www.sc.gov.cn")
        hub = await stack.enter_async_context(open_hub(settings, database=database))
        province = NewBody(code=PROVINCE, name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.import_bodies([province], actor="admin")
        answerer = Repeating()
        conversing = await stack.enter_async_context(open_conversing(hub, answerer=answerer))
        door = web.Application()
        door.add_routes(callback_routes(hub, conversing.conversations))
        yield Asking(
            hub=hub,
            conversing=conversing,
            town=town,
            town_url=await _serve(stack, town.application()),
            inbox_url=await _serve(stack, door),
            answerer=answerer,
        )
