"""Those who come over HTTP: staff in the console, a program at the API, readers of the portal."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import aiohttp

from app.compose import Hub
from app.signin import factors_of, sessions_of
from hub.organisations.signin.models import Origin
from simulators.citizens.staging import ANALYST, PLANNER

__all__ = ["Visits"]

_CONSOLE = (
    "/",
    "/items",
    "/deliveries",
    "/calendar",
    "/conversations",
    "/cases",
    "/settings/alerts",
    "/settings/audit",
)
_API = ("/items", "/approvals", "/outages", "/desk/conversations")
_PORTAL = ("/", "/catalogue", "/search?q=%E8%AE%B8%E5%8F%AF", "/feeds", "/chat")
_LISTEN_S = 0.3
_PASSWORD = "a-day-of-soaking-2026"


class Visits:
    """Opened once; `statuses` counts what was answered, by door and status."""

    def __init__(self, hub: Hub, address: str) -> None:
        self._hub = hub
        self._address = address
        self._bearer = ""
        self.statuses: Counter[str] = Counter()

    async def prepare(self) -> None:
        factors = factors_of(self._hub)
        for login in (ANALYST, PLANNER):
            await factors.give_password(login, password=_PASSWORD, must_change=False, actor="soak")
        issued = await self._hub.tokens.issue(PLANNER, "soak", actor="soak")
        self._bearer = issued.secret

    async def staff(self) -> None:
        """Each signs in, looks through the pages, watches one that is live, and goes; a program
        asks the API."""
        for login in (ANALYST, PLANNER):
            opened = await sessions_of(self._hub).sign_in(login, _PASSWORD, Origin())
            headers = {"Cookie": f"gongkai-session={opened.secret}"}
            async with self._session(headers) as session:
                for page in _CONSOLE:
                    await self._get(session, "console", f"/console{page}")
                await self._listen(session, "/console/deliveries/live")
        async with self._session({"Authorization": f"Bearer {self._bearer}"}) as session:
            for page in _API:
                await self._get(session, "api", f"/api/staff/v1{page}")

    async def readers(self, count: int) -> None:
        async def read() -> None:
            async with self._session({}) as session:
                for page in _PORTAL:
                    await self._get(session, "portal", page)
                await self._listen(session, "/chat/stream")

        await asyncio.gather(*(read() for _ in range(count)))

    def _session(self, headers: Mapping[str, str]) -> aiohttp.ClientSession:
        kept = aiohttp.CookieJar(unsafe=True)  # the hub's address is a number
        return aiohttp.ClientSession(self._address, headers=headers, cookie_jar=kept)

    async def _get(self, session: aiohttp.ClientSession, door: str, path: str) -> None:
        async with session.get(path) as answer:
            await answer.read()
            where = "" if answer.status == 200 else f" {path}"
            self.statuses[f"{door} {answer.status}{where}"] += 1

    async def _listen(self, session: aiohttp.ClientSession, path: str) -> None:
        """Read a stream for a moment, and leave without a word."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LISTEN_S), session.get(path) as answer:
                self.statuses[f"stream {answer.status}"] += 1
                await answer.content.read()
