"""The portal bears the name that holds, without being started anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from app.compose import open_hub
from app.portal import portal_desk
from app.settings import Settings
from hub.kernel.clock import ManualClock
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import BodyKind, NewBody
from web.portal.portal import portal_routes

_MINUTES = 3 * 60


@pytest.mark.parametrize(
    ("own", "names"), [("", ("江澜市人民政府", "江澜州人民政府")), ("江澜发布", ("江澜发布",) * 2)]
)
async def test_a_renamed_body_renames_its_portal_and_an_own_name_stays(
    tmp_path: Path, sqlite_template: Path, clock: ManualClock, own: str, names: tuple[str, ...]
) -> None:
    file = tmp_path / "gongkai.db"
    shutil.copy(sqlite_template, file)
    settings = Settings(home=tmp_path, site_url="https://www.example.gov.cn", portal_name=own)
    database = SqliteDatabase(file)
    async with open_hub(settings, database=database, clock=clock) as hub:
        application = web.Application()
        application.add_routes(portal_routes(await portal_desk(hub)))
        async with TestClient(TestServer(application)) as client:
            for called, shown in zip(("江澜市人民政府", "江澜州人民政府"), names, strict=True):
                body = NewBody(code="city", name=called, kind=BodyKind.CITY)
                await hub.organisations.import_bodies([body], actor="admin")
                clock.advance(_MINUTES)
                for path in ("/", "/feeds/atom.xml", "/api/openapi.json"):
                    async with client.get(path) as answer:
                        assert shown in await answer.text(), path
    await database.close()
