"""The composed hub: from an approved item to a page on the website, and one scheduler only."""

from __future__ import annotations

import asyncio
import fcntl
from dataclasses import replace
from pathlib import Path

import pytest

from app.compose import Installed, open_engine, open_hub
from app.lock import only_one
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.kernel.errors import Conflict, InvalidInput, NotFound
from hub.organisations.models import (
    BodyKind,
    NewAccount,
    NewBody,
    NewPerson,
    Role,
    Selection,
)
from hub.publishing.models import DeliveryState
from hub.publishing.service import When
from hub.review.models import STEP_ROLES
from publishers.registry import channels
from simulators.determining import ORDINARY


async def test_an_approved_item_becomes_a_page(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    async with open_hub(settings) as hub, open_engine(hub) as engine:
        await hub.organisations.add_body(
            NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE), actor="admin"
        )
        roles = [(role.value, role) for role in (Role.CLERK, Role.SECTION_HEAD, Role.LEADER)]
        people = [NewPerson(login=n, name=n, roles=(("sc", role),)) for n, role in roles]
        await hub.organisations.import_people(people, actor="admin")
        site = NewAccount(
            channel="website",
            name="门户",
            handle=str(tmp_path / "site"),
            body_code="sc",
            base_url="https://www.sc.gov.cn",
        )
        await hub.organisations.add_account(site, actor="admin")
        body = await hub.organisations.body("sc")
        draft = ItemDraft(
            body_id=body.id, title="通知", body="正文在此。", attribute=Attribute.PROACTIVE
        )
        item = await hub.catalogue.add(draft, actor="clerk")
        await hub.determinations.determine(item.id, ORDINARY, actor="clerk")
        approval = await hub.publishing.submit(item.id, Selection(), "clerk")
        for step, role in STEP_ROLES.items():
            await hub.review.sign(approval.id, step, role.value, approval.hash)
        planned = await hub.publishing.plan(item.id, Selection(), When(zone="UTC"), "media")
        async with asyncio.timeout(60):
            while True:
                _, [delivery] = await hub.publishing.progress(planned.plan.id)
                if delivery.state in {DeliveryState.VERIFIED, DeliveryState.FAILED}:
                    break
                await asyncio.sleep(0.05)
        assert delivery.state is DeliveryState.VERIFIED, delivery.error_zh
        assert engine.dispatcher.busy == 0
    pages = [page.read_text("utf-8") for page in (tmp_path / "site").rglob("*.html")]
    assert any("正文在此。" in page for page in pages)


def test_the_book_knows_every_channel_and_no_other() -> None:
    book = Installed()
    for name in channels():
        assert book.declaration(name).name == name
    with pytest.raises(NotFound):
        book.declaration("nowhere")


def test_a_second_scheduler_is_refused_and_a_dead_one_is_not_in_the_way(tmp_path: Path) -> None:
    with only_one(tmp_path):
        with pytest.raises(Conflict, match="已有进程"), only_one(tmp_path):
            pytest.fail("two schedulers at once")
        assert (tmp_path / "hub.lock").read_text().strip().isdigit()
    with only_one(tmp_path), (tmp_path / "hub.lock").open() as again, pytest.raises(OSError):  # noqa: PT011
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_an_account_has_an_address_of_its_channels_kind(tmp_path: Path) -> None:
    async with open_hub(Settings(home=tmp_path)) as hub:
        body = NewBody(code="510000", name="四川省人民政府", kind=BodyKind.PROVINCE)
        await hub.organisations.add_body(body, actor="admin")
        row = NewAccount(
            channel="email",
            name="四川发布·邮件",
            handle="zwgk@example.gov.cn",
            body_code="510000",
            base_url="smtps://mail.example.gov.cn",
        )
        account = await hub.organisations.add_account(row, actor="admin")
        assert account.base_url == row.base_url
        for changed in ({"base_url": "https://mail.example.gov.cn"}, {"channel": "weibo"}):
            with pytest.raises(InvalidInput) as refused:
                await hub.organisations.add_account(
                    replace(row, **{"handle": "other", **changed}), actor="admin"
                )
            assert refused.value.field == "base_url"
