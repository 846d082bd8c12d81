"""A city's office with something on every desk: drafts, what waits, what came back, what is out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web
from argon2 import PasswordHasher
from playwright.async_api import Browser, BrowserContext
from sqlalchemy import create_engine

from app.compose import Hub, open_hub
from app.console import console_desk
from app.migrate import load_tables
from app.settings import Settings
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.kernel.clock import ManualClock
from hub.kernel.sqlite import SqliteDatabase
from hub.organisations.models import BodyKind, NewAccount, NewBody, NewPerson, Role, Selection
from hub.organisations.signin.models import Origin, Policy
from hub.organisations.signin.passwords import Passwords
from hub.review.determination.models import Limit, Matter, Proposal, Starts
from hub.review.models import Approval, ReviewStep
from tests.web_pages.conftest import DATA, NOW
from web.console.application import console_application
from web.console.call import ROOT
from web.console.desk import Desk

__all__ = ["PASSWORD", "Staffed", "office"]

PASSWORD = "Harbour-27-lamp"
NAMES = {
    "wang.lei": ("王磊", Role.EDITOR),
    "li.min": ("李敏", Role.CLERK),
    "zhang.wei": ("张伟", Role.SECTION_HEAD),
    "chen.fang": ("陈芳", Role.LEADER),
    "zhao.xue": ("赵雪", Role.MEDIA),
}
SIGNERS = {
    ReviewStep.DRAFT_CHECK: "li.min",
    ReviewStep.SECTION_REVIEW: "zhang.wei",
    ReviewStep.SIGN_OFF: "chen.fang",
}
RETURNED = "第三条的施行日期与文号年份不一致，请核对后重新送审"
PRIVATE = "\n\n联系人：王芳，身份证350481900307123，电话13880001234。"


@dataclass(slots=True)
class Staffed:
    """The running console, and what there is to look at, by the page's name."""

    address: str
    hub: Hub
    desk: Desk
    clock: ManualClock
    pages: dict[str, tuple[str, str]]

    async def context(self, browser: Browser, login: str, **given: object) -> BrowserContext:
        """A browser in which somebody is signed in."""
        self.desk.sessions.policy = Policy(second_factor=False)
        opened = await self.desk.sessions.sign_in(login, PASSWORD, Origin())
        self.desk.sessions.policy = Policy()
        context = await browser.new_context(**given)  # type: ignore[arg-type]
        await context.add_cookies(
            [{"name": "gongkai-session", "value": opened.secret, "url": self.address}]
        )
        return context


@asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Staffed]:
    engine = create_engine(f"sqlite:///{folder / 'gongkai.db'}")
    load_tables().create_all(engine)
    engine.dispose()
    database, clock = SqliteDatabase(folder / "gongkai.db"), ManualClock(NOW)
    async with open_hub(Settings(home=folder), clock=clock, database=database) as hub:
        desk = console_desk(hub, passwords=Passwords(PasswordHasher(1, 8, 1)))
        await _staff(desk, folder)
        pages = await _desks(hub, clock)
        application = web.Application()
        application.add_subapp(ROOT, console_application(desk))
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield Staffed(address, hub, desk, clock, pages)
        finally:
            await runner.cleanup()
            await database.close()


async def _staff(desk: Desk, folder: Path) -> None:
    body = NewBody(code="510100", name="江澜市人民政府办公室", kind=BodyKind.CITY)
    await desk.organisations.add_body(body, actor="admin")
    for login, (name, role) in NAMES.items():
        new = NewPerson(login=login, name=name, roles=(("510100", role),))
        await desk.organisations.add_person(new, actor="admin")
        await desk.factors.give_password(login, password=PASSWORD, must_change=False, actor="admin")
    for handle in ("portal", "gazette"):
        account = NewAccount(
            channel="website",
            name={"portal": "江澜市人民政府门户网站", "gazette": "江澜政报"}[handle],
            handle=handle,
            body_code="510100",
            base_url="https://www.example.gov.cn",
            settings={"root": str(folder / handle)},
        )
        await desk.organisations.add_account(account, actor="admin")


async def _desks(hub: Hub, clock: ManualClock) -> dict[str, tuple[str, str]]:
    """Who looks at which page, by its name."""
    items = await _entered(hub, clock)
    first = await _submitted(hub, items[0], clock)
    signed = await _submitted(hub, items[1], clock)
    await _signed(hub, signed, ReviewStep.DRAFT_CHECK)
    back = await _submitted(hub, items[2], clock)
    await hub.review.send_back(back.id, "li.min", RETURNED)
    changed = await _submitted(hub, items[3], clock)
    await _signed(hub, changed, ReviewStep.DRAFT_CHECK)
    again = await _changed(hub, items[3])
    clock.advance(5_400)
    changed = await _submitted(hub, again, clock)
    for step in ReviewStep:
        await _signed(hub, approved := await _only(hub, items[4], clock, step), step)
    private = await hub.catalogue.edit(
        items[5].id, replace(_draft(items[5]), body=items[5].body + PRIVATE), actor="wang.lei"
    )
    return {
        "today": ("li.min", "/"),
        "today-media": ("zhao.xue", "/"),
        "items": ("wang.lei", "/items"),
        "nothing": ("wang.lei", "/items?q=没有这样的文件"),
        "item": ("wang.lei", f"/items/{approved.item_id}"),
        "item-private": ("wang.lei", f"/items/{private.id}"),
        "item-new": ("wang.lei", "/items/new"),
        "item-edit": ("wang.lei", f"/items/{private.id}/edit"),
        "determination": ("wang.lei", f"/items/{private.id}/determination"),
        "versions": ("wang.lei", f"/items/{again.id}/versions"),
        "audit": ("wang.lei", f"/items/{approved.item_id}/audit"),
        "reviews": ("li.min", "/reviews"),
        "review": ("li.min", f"/reviews/{first.id}"),
        "review-changed": ("li.min", f"/reviews/{changed.id}"),
        "review-done": ("chen.fang", f"/reviews/{approved.id}"),
        "review-second": ("zhang.wei", f"/reviews/{signed.id}"),
        "me": ("li.min", "/me"),
        "prove": ("li.min", "/prove"),
        "missing": ("li.min", "/items/01K3ZQ8Y5T9F3V7X2B6N4M1C00"),
        "refused": ("zhao.xue", "/items/new"),
        "sign-in": ("", "/sign-in"),
    }


async def _entered(hub: Hub, clock: ManualClock) -> list[Item]:
    rows = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]
    rows += [{**row, "title": f"{row['title']}（修订草案）"} for row in rows]
    body = (await hub.organisations.bodies())[0]
    items = []
    for row in rows[:8]:
        clock.advance(1_800)
        draft = ItemDraft(
            body_id=body.id,
            title=row["title"],
            body=row["body"][:1_500],
            attribute=Attribute.PROACTIVE,
            doc_no=row["order"],
            unit="法制科",
        )
        items.append(await hub.catalogue.add(draft, actor="wang.lei"))
        await _determined(hub, items[-1], clock)
    return items


async def _determined(hub: Hub, item: Item, clock: ManualClock) -> None:
    proposal = Proposal(
        attribute=Attribute.PROACTIVE,
        ground="20",
        reason="属法定主动公开内容",
        interpret=False,
        no_interpretation_reason="文字清楚，不涉及政策调整",
        unit="法制科",
        matter=Matter.GOVERNMENT_DOCUMENT,
        limit=Limit.STATUTORY,
        starts=Starts(printed_at=clock.now()),
    )
    await hub.determinations.determine(item.id, proposal, actor="wang.lei")


async def _submitted(hub: Hub, item: Item, clock: ManualClock) -> Approval:
    clock.advance(60)
    return await hub.publishing.submit(item.id, Selection(), "wang.lei")


async def _only(hub: Hub, item: Item, clock: ManualClock, step: ReviewStep) -> Approval:
    """The approval of the item, opened at the first step."""
    if step is ReviewStep.DRAFT_CHECK:
        return await _submitted(hub, item, clock)
    found = await hub.review.current(item.id, item.version)
    assert found
    return found


async def _signed(hub: Hub, approval: Approval, step: ReviewStep) -> None:
    await hub.review.sign(approval.id, step, SIGNERS[step], approval.hash, "同意")


async def _changed(hub: Hub, item: Item) -> Item:
    body = item.body.replace("应当", "必须", 2) + "\n\n本规定自公布之日起施行。"
    return await hub.catalogue.edit(item.id, replace(_draft(item), body=body), actor="wang.lei")


def _draft(item: Item) -> ItemDraft:
    return ItemDraft(
        body_id=item.body_id,
        title=item.title,
        body=item.body,
        attribute=item.attribute,
        doc_no=item.doc_no,
        unit=item.unit,
        issuer=item.issuer,
    )
