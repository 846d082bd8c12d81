"""An installation with something on every page of the console, and somebody who sees all of it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from app.compose import open_hub
from app.console import console_desk
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import draft_of
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import NewAccount, NewPerson, Role, Selection
from hub.organisations.signin.passwords import Passwords
from hub.organisations.tokens.rules import LONGEST_GRAVE_DAYS
from hub.organisations.tokens.scopes import Scope
from hub.organisations.webhooks.models import NewWebhook
from hub.review.models import ReviewStep
from simulators.determining import ORDINARY
from tests.web.console.boards.filling import tripped
from tests.web.console.conftest import PASSWORD, Office, staff
from tests.web.console.conversations.test_conversations import asked, published
from tests.web.console.graphics.test_graphics import FORM, entered
from tests.web_pages import test_boards_in_a_browser as boards
from tests.web_pages import test_desk_in_a_browser as hurry
from tests.web_pages import test_opinion_in_a_browser as opinion
from web.console.application import console_application
from web.console.call import ROOT

__all__ = ["EVERYTHING", "QUOTED", "furnished"]

EVERYTHING = "chief"
QUOTED = "江澜市商品房不动产登记办理规定"
NOTED = {"assessment": "情况属实", "disposal": "已约谈开发商"}
_ROLES = (
    *(("city", one) for one in Role if one is not Role.DISCLOSURE_OFFICE),
    ("province", Role.DISCLOSURE_OFFICE),
    ("province", Role.ADMIN),
    ("province", Role.MEDIA),
)
_LONG = (
    "江澜市人民政府办公室关于印发《江澜市进一步优化营商环境促进民营经济高质量发展若干措施》的通知"
)


@asynccontextmanager
async def furnished(home: Path, template: Path) -> AsyncIterator[Office]:
    """The office of `staff`, with a person of every role, after a month of work."""
    shutil.copy(template, home / "gongkai.db")
    settings = Settings(home=home, console_second_factor=False, sweep_seconds=1)
    async with open_hub(settings, database=SqliteDatabase(home / "gongkai.db")) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        desk.supervision.patience = 60.0  # on a busy machine, too
        await staff(desk, home)
        await desk.organisations.add_person(
            NewPerson(login=EVERYTHING, name="陈主任", roles=_ROLES), actor="admin"
        )
        await desk.factors.give_password(
            EVERYTHING, password=PASSWORD, must_change=False, actor="admin"
        )
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        async with TestClient(TestServer(application), cookie_jar=DummyCookieJar()) as client:
            office = Office(hub, desk, client)
            await _work(office, home)
            yield office
        await hub.database.close()


async def _work(office: Office, home: Path) -> None:
    await _accounts(office)
    await hurry.stocked(office, home)
    await boards.stocked(office, home)
    for account in await office.desk.organisations.accounts(Selection()):
        await tripped(office, account)  # whichever page the walk comes to
    known = await opinion.stocked(office)
    await _items(office)
    await _settings(office)
    await _emergency(office)
    await _cases(office, known["issue"])
    await asked(office)
    await office.send("media", f"/reports/own/{known['report']}/make", _choice(office))
    day = (office.desk.clock.now().date() - timedelta(days=1)).isoformat()
    await office.send("office", "/reports/make", {"kind": "daily", "day": day})


async def _accounts(office: Office) -> None:
    for channel, settings in (("weibo", {"domain": "www.example.gov.cn"}), ("wechat", {})):
        new = NewAccount(
            channel=channel,
            name=f"江澜市人民政府办公室{channel}",
            handle=f"{channel}-1",
            body_code="city",
            base_url="https://api.example.cn",
            settings=settings,
        )
        await office.desk.organisations.add_account(new, actor="admin")


async def _items(office: Office) -> None:
    """One that waits for its first signature, one that came back and was changed, a graphic."""
    desk = office.desk
    owner = await desk.organisations.body("city")
    for title, back in ((_LONG, ""), ("公共泊位收费标准调整方案", "第三条的日期与文号不一致")):
        draft = ItemDraft(
            body_id=owner.id,
            title=title,
            body="第一条 施行日期为2026年5月1日。解释权归本办公室。\n\n" + "各有关单位：" * 40,
            attribute=Attribute.PROACTIVE,
            doc_no="江府办发〔2026〕12号",
        )
        item = await desk.catalogue.add(draft, actor="editor")
        await desk.determinations.determine(item.id, ORDINARY, actor="clerk")
        approval = await desk.publishing.submit(item.id, Selection(channels=("website",)), "editor")
        if back:
            await desk.review.send_back(approval.id, "clerk", back)
            changed = replace(draft_of(item), body=item.body + "\n\n第二条 解释权归办公室。")
            await desk.catalogue.edit(item.id, changed, actor="editor")
            await desk.publishing.submit(item.id, Selection(channels=("website",)), "editor")
        else:
            await desk.review.sign(approval.id, ReviewStep.DRAFT_CHECK, "clerk", approval.hash)
    graphic = await entered(office)
    await office.see("editor", f"/graphics/{graphic}/edit")
    base = {"base_version": "1", "channel": "wechat", **FORM}
    await office.send("editor", f"/graphics/{graphic}/attach", base)


async def _settings(office: Office) -> None:
    desk = office.desk
    await desk.organisations.add_group("全市政务网站", actor="admin", rule=Selection(tag="city"))
    new = NewWebhook(label="OA", url="https://oa.example.cn/hook", kinds=("catalogue.item.edited",))
    hook, _ = await desk.governing.webhooks.make(new, actor=EVERYTHING)
    await desk.governing.webhooks.ping(hook.id, actor=EVERYTHING)
    for label in ("OA 对接", "统一门户数据同步与订阅推送接口（长期使用）"):
        await desk.tokens.issue(
            EVERYTHING, label, days=LONGEST_GRAVE_DAYS, scopes=frozenset(Scope), actor=EVERYTHING
        )


async def _emergency(office: Office) -> None:
    item = await hurry.approved(office, "关于启动防汛二级应急响应的紧急通知")
    chosen = Selection(channels=("website",))
    order = office.desk.handling.emergencies.order
    await order(item.id, chosen, "media", reason="强降雨红色预警，请立即转移")


async def _cases(office: Office, issue: str) -> None:
    """One that waits to be routed, one whose answer is an item."""
    new = {"title": "云栖苑交房三年办不了房产证，业主多次反映无果", "kind": "opinion"}
    await office.send("office", "/cases/new", {**new, "level": "major"})
    told = {**new, "level": "grave", "issue": issue}
    where = await office.send("office", "/cases/new", told)
    path = where.removeprefix(ROOT).partition("?")[0]
    city = (await office.desk.organisations.body("city")).id
    await office.send("office", f"{path}/route", {"body": city, "reason": "属地管理，由市政府牵头"})
    await office.send("clerk", f"{path}/accept")
    await office.send("clerk", f"{path}/note", NOTED)
    source = await published(office, QUOTED)
    for quote in (source.title, "商品房不动产登记"):
        await office.send("clerk", f"{path}/facts", {"source": source.id, "quote": quote})
    told = {"title": "关于云栖苑房产证办理的回应", "text": "已约谈开发商，九月底前办结。"}
    await office.send("clerk", f"{path}/draft", told)


def _choice(office: Office) -> dict[str, object]:
    day = office.desk.clock.now().date().isoformat()
    return {"name": "民生舆情", "first": day, "last": day, "sections": ["figures", "topics", "hot"]}
