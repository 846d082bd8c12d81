"""A portal on which somebody can ask, over an open hub; who answers is scripted."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, CookieJar, web

from app.compose import Hub, open_hub
from app.conversing import Conversing, open_conversing
from app.portal import portal_desk
from app.settings import Settings
from hub.catalogue import store as catalogue
from hub.conversation.models import Answer, Choice, Citation, Inbound, Picture
from hub.organisations.models import BodyKind, NewAccount, NewBody
from tests.conftest import open_test_database
from tests.publishers.doubles import picture
from web.portal.portal import portal_routes

PICTURE = picture(side=640, colour="firebrick")
SHA256 = hashlib.sha256(PICTURE).hexdigest()
KEY = "k" * 24
_FIELD = re.compile(r'name="(token|key)" value="([^"]+)"')


@dataclass
class Script:
    """`Answerer` with a source, a menu, a picture, and what was asked."""

    site_url: str = ""
    delay: float = 0.0
    asked: list[Inbound] = field(default_factory=list)

    async def answer(self, inbound: Inbound) -> Answer:
        self.asked.append(inbound)
        await asyncio.sleep(self.delay)
        said = inbound.text or inbound.event_key
        if said == "图解":
            shown = Picture(sha256=SHA256, alt="停车收费一图读懂：白天每小时五元，夜间免费")
            return Answer(paragraphs=("请看图解。",), media=(shown,))
        if said == "菜单":
            choices = [Choice(label=f"查看第{n}项办事指南", payload=f"guide/{n}") for n in "一二三"]
            return Answer(paragraphs=("您想了解哪一项？",), choices=tuple(choices))
        cite = Citation(
            title="江澜市停车管理办法（2026年修订）",
            index_no="519900000/2026-00012",
            published_on=date(2026, 3, 2),
            url=f"{self.site_url}/i/01K3ZQ8Y5T9F3V7X2B6N4M1C00.html",
            passage="机动车停放者应当按照规定停放车辆，并按照规定缴纳停车费。",
        )
        return Answer(paragraphs=(f"答：{said}",), cites=(cite,))


@dataclass
class Chat:
    """The open portal; `base` is where it is."""

    hub: Hub
    conversing: Conversing
    script: Script
    account: str
    base: str

    async def quiet(self) -> None:
        await self.conversing.conversations.quiet()


@asynccontextmanager
async def chatting(
    template: Path, home: Path, *, account: bool = True, **settings: Any
) -> AsyncIterator[Chat]:
    async with AsyncExitStack() as stack:
        file = home / "gongkai.db"
        shutil.copy(template, file)
        database = open_test_database(f"sqlite:///{file}")
        stack.push_async_callback(database.close)
        given = {"site_url": "https://www.jianglan.gov.cn", "office_phone": "028-1", **settings}
        hub = await stack.enter_async_context(
            open_hub(Settings(home=home, **given), database=database)
        )
        body = NewBody(code="519900", name="江澜市人民政府", kind=BodyKind.CITY)
        await hub.organisations.import_bodies([body], actor="admin")
        await database.write(
            lambda tx: catalogue.put_blob(tx, SHA256, "image/png", PICTURE), audited=False
        )
        account_id = await _account(hub) if account else ""
        script = Script(given["site_url"])
        conversing = await stack.enter_async_context(open_conversing(hub, answerer=script))
        application = web.Application()
        application.add_routes(portal_routes(await portal_desk(hub, conversing)))
        application.on_shutdown.append(lambda _: conversing.webchat.pages.close())
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Chat(hub, conversing, script, account_id, base)


async def _account(hub: Hub) -> str:
    new = NewAccount(
        channel="website",
        name="门户网站",
        handle="portal",
        body_code="519900",
        base_url="https://www.jianglan.gov.cn",
        settings={"root": "/srv/www"},
    )
    return (await hub.organisations.add_account(new, actor="admin")).id


@dataclass
class Visitor:
    """A browser without scripts: it keeps cookies, and knows the page it has open."""

    chat: Chat
    session: ClientSession
    page: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    async def opens(self, path: str = "/chat", status: int = 200) -> str:
        async with self.session.get(self.chat.base + path) as answer:
            assert answer.status == status, await answer.text()
            self._read(await answer.text())
        return self.page

    async def sends(self, path: str = "/chat", *, status: int = 200, **fields: str) -> str:
        """What is shown after a form of the open page was sent."""
        headers = fields.pop("headers", {})
        async with self.session.post(
            self.chat.base + path, data={**self.fields, **fields}, headers=headers
        ) as answer:
            text = await answer.text()
            assert answer.status == status, text
            self._read(text)
        return text

    def _read(self, text: str) -> None:
        self.page = unescape(text)
        self.fields |= dict(_FIELD.findall(text)[:2])


@asynccontextmanager
async def visiting(chat: Chat, path: str = "/chat") -> AsyncIterator[Visitor]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        visitor = Visitor(chat, session)
        await visitor.opens(path)
        yield visitor
