"""An office whose people work over HTTP, with a website that is a folder."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from app.compose import Hub, open_hub
from app.desk import desk_of
from app.portal import portal_desk
from app.settings import Settings
from app.staff import staff_services
from hub.conversation.models import Outgoing
from hub.kernel.events import audit_events
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role
from hub.organisations.tokens.scopes import ALL_SCOPES
from web.portal.portal import portal_routes
from web.staff.openapi import ROOT, staff_routes

SITE = "https://www.example.gov.cn"
PEOPLE = {
    "editor": (("city", Role.EDITOR),),
    "clerk": (("city", Role.CLERK),),
    "head": (("city", Role.SECTION_HEAD),),
    "both": (("city", Role.CLERK), ("city", Role.SECTION_HEAD)),
    "leader": (("city", Role.LEADER),),
    "media": (("city", Role.MEDIA),),
    "office": (("province", Role.DISCLOSURE_OFFICE),),
    "all": tuple(("province", role) for role in Role),
    "stranger": tuple(("other", role) for role in Role),
}
NOTICE = {
    "body": "city",
    "title": "关于做好政务公开工作的通知",
    "text": "各区县人民政府：\n\n现将有关事项通知如下，请认真贯彻执行。",
    "attribute": "proactive",
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


@dataclass
class Post:
    """`Courier` that keeps what it carries."""

    sent: list[Outgoing] = field(default_factory=list)

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        self.sent.append(outgoing)


@dataclass(slots=True)
class Office:
    """Everybody's token, and what they ask for."""

    hub: Hub
    client: TestClient[web.Request, web.Application]
    post: Post
    secrets: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, who: str, method: str, path: str, told: Any = None, status: int = 200
    ) -> Any:
        """What `who` (a login, or a token itself) is told, which has to come with `status`."""
        secret = self.secrets.get(who, who)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        async with self.client.request(method, ROOT + path, json=told, headers=headers) as answer:
            assert answer.status == status, await answer.text()
            assert answer.headers["Cache-Control"] == "no-store"
            return await answer.json(content_type=None)

    async def refused(
        self, who: str, method: str, path: str, told: Any = None, *, status: int, code: str
    ) -> Any:
        """A refusal with its code, and what the audit log says of it."""
        problem = await self.ask(who, method, path, told, status)
        assert problem["type"] == code, problem
        return problem

    async def notice(self) -> str:
        """A notice that is entered and determined; its path."""
        item = await self.ask("editor", "POST", "/items", NOTICE, 201)
        await self.ask("editor", "PUT", f"/items/{item['id']}/determination", DETERMINATION)
        return f"/items/{item['id']}"

    async def submitted(self) -> tuple[str, dict[str, Any]]:
        """A notice that waits for its first signature: its path and its approval."""
        item = await self.notice()
        told = {"tag": "city"}
        return item, await self.ask("editor", "POST", f"{item}/submissions", told, 201)

    async def sign(
        self, approval: dict[str, Any], who: str, step: str, status: int = 201, seen: str = ""
    ) -> Any:
        told = {"step": step, "hash": seen or approval["hash"]}
        return await self.ask(who, "POST", f"/approvals/{approval['id']}/signatures", told, status)

    async def recorded(self, kind: str) -> list[str]:
        """The bodies of the audit events of that kind."""
        query = select(audit_events.c.body).where(audit_events.c.kind == kind)
        query = query.order_by(audit_events.c.seq)
        return await self.hub.database.read(lambda c: list(c.execute(query).scalars()))


@pytest.fixture
async def office(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Office]:
    file = tmp_path / "gongkai.db"
    shutil.copy(sqlite_template, file)
    database = SqliteDatabase(file)
    settings = Settings(home=tmp_path, site_url=SITE, sweep_seconds=1)
    async with open_hub(settings, database=database) as hub:
        await _enter(hub, tmp_path)
        post = Post()
        application = web.Application()
        application.add_routes(staff_routes(staff_services(hub, desk_of(hub, post))))
        application.add_routes(portal_routes(await portal_desk(hub)))
        async with TestClient(TestServer(application)) as client:
            made = Office(hub, client, post)
            for login in PEOPLE:
                issued = await hub.tokens.issue(
                    login, "测试", actor="admin", days=30, scopes=ALL_SCOPES
                )
                made.secrets[login] = issued.secret
            yield made
    await database.close()


async def _enter(hub: Hub, folder: Path) -> None:
    bodies = [
        NewBody(code="province", name="某省人民政府", kind=BodyKind.PROVINCE),
        NewBody(code="city", name="江澜市人民政府", kind=BodyKind.CITY, parent_code="province"),
        NewBody(code="other", name="青溪市人民政府", kind=BodyKind.CITY, parent_code="province"),
    ]
    await hub.organisations.import_bodies(bodies, actor="admin")
    people = [NewPerson(login=who, name=who, roles=roles) for who, roles in PEOPLE.items()]
    await hub.organisations.import_people(people, actor="admin")
    for code in ("city", "other"):
        account = NewAccount(
            channel="website",
            name=code,
            handle=code,
            body_code=code,
            base_url=SITE,
            tags=(code,),
            settings={"root": str(folder / code)},
        )
        await hub.organisations.add_account(account, actor="admin")
