"""An office whose people work in the console."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from app.compose import Hub, open_hub
from app.console import console_desk
from app.settings import Settings
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role
from hub.organisations.signin.models import Origin
from hub.organisations.signin.passwords import Passwords
from hub.organisations.signin.rules import form_token
from web.console.application import console_application
from web.console.call import ROOT
from web.console.desk import Desk

PASSWORD = "Harbour-27-lamp"
PEOPLE: Mapping[str, tuple[tuple[str, Role], ...]] = {
    "editor": (("city", Role.EDITOR),),
    "clerk": (("city", Role.CLERK),),
    "head": (("city", Role.SECTION_HEAD),),
    "leader": (("city", Role.LEADER),),
    "media": (("city", Role.MEDIA),),
    "office": (("province", Role.DISCLOSURE_OFFICE),),
    "stranger": (("other", Role.CLERK),),
    "newcomer": (),
}
DETERMINATION = {
    "attribute": "proactive",
    "ground": "20",
    "reason": "属法定主动公开内容",
    "interpret": False,
    "no_interpretation_reason": "事务性通知，不涉及政策调整",
    "unit": "办公室",
    "matter": "other",
    "limit": "statutory",
}


@dataclass(slots=True)
class Office:
    """Everybody's session, and what they ask for."""

    hub: Hub
    desk: Desk
    client: TestClient[web.Request, web.Application]
    secrets: dict[str, str] = field(default_factory=dict)

    async def signed_in(self, login: str) -> str:
        """The secret of a session of theirs."""
        if login not in self.secrets:
            opened = await self.desk.sessions.sign_in(login, PASSWORD, Origin())
            self.secrets[login] = opened.secret
        return self.secrets[login]

    async def see(self, who: str, path: str, status: int = 200, **headers: str) -> str:
        """The page as `who` sees it, which has to come with `status`; nobody is empty."""
        answer = await self.ask(who, "GET", path, headers=headers)
        text = await answer.text()
        assert answer.status == status, text[-2_000:]
        return text

    async def send(
        self, who: str, path: str, told: Mapping[str, Any] | None = None, status: int = 303
    ) -> str:
        """What a form of ours does, as `who`; where it leads, else the page."""
        token = form_token(await self.signed_in(who))
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        data = {"_token": token, **(told or {})}
        answer = await self.ask(who, "POST", path, data=data, headers=headers)
        text = await answer.text()
        assert answer.status == status, text[-2_000:]
        return answer.headers.get("Location", text)

    async def ask(self, who: str, method: str, path: str, **given: Any) -> ClientResponse:
        headers = given.pop("headers", {})
        if who:
            headers = {"Cookie": f"gongkai-session={await self.signed_in(who)}", **headers}
        return await self.client.request(
            method, ROOT + path, headers=headers, allow_redirects=False, **given
        )

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")


@pytest.fixture
async def office(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Office]:
    async with opened_office(tmp_path, sqlite_template) as made:
        yield made


@asynccontextmanager
async def opened_office(folder: Path, template: Path, **told: Any) -> AsyncIterator[Office]:
    """An office whose installation has settings of its own."""
    file = folder / "gongkai.db"
    shutil.copy(template, file)
    settings = Settings(home=folder, console_second_factor=False, sweep_seconds=1, **told)
    async with open_hub(settings, database=SqliteDatabase(file)) as hub:
        try:
            desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
            desk.supervision.patience = 60.0  # on a busy machine, too
            await staff(desk, folder)
            application = web.Application()
            application.add_subapp(ROOT, console_application(desk))
            server = TestServer(application)
            async with TestClient(server, cookie_jar=DummyCookieJar()) as client:
                yield Office(hub, desk, client)
        finally:
            await hub.database.close()


async def staff(desk: Desk, folder: Path) -> None:
    """Three bodies, their people with one password, and a website that is a folder."""
    bodies = (
        ("province", "江省", ""),
        ("city", "江澜市", "province"),
        ("other", "海州市", "province"),
    )
    for code, name, parent in bodies:
        kind = BodyKind.CITY if parent else BodyKind.PROVINCE
        await desk.organisations.add_body(
            NewBody(code=code, name=name, kind=kind, parent_code=parent), actor="admin"
        )
    for login, roles in PEOPLE.items():
        new = NewPerson(login=login, name=f"{login}先生", roles=roles)
        await desk.organisations.add_person(new, actor="admin")
        await desk.factors.give_password(login, password=PASSWORD, must_change=False, actor="admin")
    await desk.organisations.add_account(
        NewAccount(
            channel="website",
            name="门户网站",
            handle="city",
            body_code="city",
            base_url="https://www.example.gov.cn",
            tags=("city",),
            settings={"root": str(folder / "site")},
        ),
        actor="admin",
    )


def token_in(page: str) -> str:
    found = re.search(r'name="_token" value="([^"]+)"', page)
    assert found
    return found[1]
