"""Citizens wait, officers take over, answer and close; nobody else sees what they said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from app.desk import canned_answers
from app.keys import load_keys
from hub.catalogue.models import Attribute, Item, ItemDraft
from hub.catalogue.public.store import set_withdrawn
from hub.catalogue.publication import mark_public
from hub.conversation import store as messages
from hub.conversation.desk.canned.models import NewCanned
from hub.conversation.desk.models import DeskState, DeskTalk
from hub.conversation.models import (
    Answer,
    Citation,
    Inbound,
    InboundKind,
    Message,
    MessageEvent,
    MessageState,
    Outgoing,
)
from hub.conversation.store import Settled
from hub.kernel.database import Transaction
from hub.kernel.errors import Words
from hub.kernel.events import read_events
from hub.organisations.models import Selection
from hub.organisations.vault import Vault
from hub.publishing.errors import Rejected
from tests.web.console.conftest import Office

SAID = "停车证到政务服务中心当场办理。"


@dataclass
class Post:
    """A courier that keeps what it is given, or refuses it."""

    sent: list[Outgoing] = field(default_factory=list)
    refusing: bool = False

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        if self.refusing:
            raise Rejected(Words("超过 48 小时", "48 hours are over"), platform_code="45015")
        self.sent.append(outgoing)


@pytest.fixture(autouse=True)
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()

    @asynccontextmanager
    async def open_post(hub: object) -> AsyncIterator[Post]:
        yield made

    monkeypatch.setattr("app.console_talks.open_courier", open_post)
    return made


async def asked(office: Office, text: str = "停车证怎么办") -> str:
    """A citizen asked the bot, then for a person; the conversation's id."""
    hub, now = office.hub, office.desk.clock.now()
    account = (await hub.organisations.accounts(Selection()))[0]
    made = hub.ids.new(now)
    inbound = Inbound(
        id=made,
        channel=account.channel,
        account=account.id,
        external_key=made,
        sender=hub.ids.new(now),
        kind=InboundKind.TEXT,
        received_at=now,
        text=text,
    )
    cites = (Citation(title="停车管理办法", index_no="1-2", published_on=None, url=""),)
    answer = Answer(paragraphs=("机器人说",), cites=cites)
    address = Vault(load_keys(hub.settings)).seal(account.id, {"address": "o1"})

    def keep(tx: Transaction) -> None:
        messages.add(tx, [Message(inbound=inbound, state=MessageState.RECEIVED, address=address)])
        messages.settle(tx, [Settled(inbound.id, MessageEvent.REPLIED, at=now, answer=answer)])

    await hub.database.write(keep, audited=False)
    assert (await office.desk.talking.desk.hand_over(inbound)).kind in ("open", "shut", "unknown")
    return (await newest(office)).id


async def newest(office: Office) -> DeskTalk:
    found = await office.hub.database.read(
        lambda c: c.exec_driver_sql("SELECT max(id) FROM desk_conversations").scalar_one()
    )
    return await office.desk.talking.desk.talk(found)


async def published(office: Office, title: str) -> Item:
    body = await office.desk.organisations.body("city")
    draft = ItemDraft(body_id=body.id, title=title, body="第一条", attribute=Attribute.PROACTIVE)
    item = await office.desk.catalogue.add(draft, actor="editor")
    now = office.desk.clock.now()
    await office.hub.database.write(lambda tx: mark_public(tx, item.id, item.version, now))
    return item


async def test_who_waits_is_taken_answered_and_closed(office: Office, post: Post) -> None:
    one = await asked(office)
    item = await published(office, "停车管理办法")
    path = f"/conversations/{one}"
    assert "停车证怎么办" in await office.see("editor", "/conversations")
    page = await office.see("editor", path)
    assert "机器人说" in page
    assert "《停车管理办法》" in page
    assert "reply-form" not in page
    await office.send("editor", f"{path}/answer", {"text": "您好"}, status=409)
    await office.send("editor", f"{path}/take")
    assert "reply-form" in await office.see("editor", path)
    assert one in await office.see("editor", "/conversations?group=mine")
    assert one not in await office.see("clerk", "/conversations?group=mine")
    told = {"text": "请到中心办理。", "items": item.id, "key": "k1"}
    assert "said=sent" in await office.send("editor", f"{path}/answer", told)
    assert "said=sent" in await office.send("editor", f"{path}/answer", told)
    assert [cite.title for sent in post.sent for cite in sent.answer.cites] == ["停车管理办法"]
    assert "请到中心办理。" in await office.see("editor", f"{path}/thread")
    await office.send("clerk", f"{path}/close", status=409)
    await office.send("editor", f"{path}/close")
    assert (await newest(office)).state is DeskState.CLOSED
    assert one in await office.see("editor", "/conversations?group=closed")
    assert "首次答复" in await office.see("head", "/conversations/figures?body=city&days=7")
    kinds = [e["kind"] for e in await office.hub.database.read(lambda c: read_events(c))]
    assert {f"conversation.desk.{k}" for k in ("taken", "answered", "closed")} <= set(kinds)


async def test_nobody_of_another_body_sees_what_was_said(office: Office) -> None:
    one = await asked(office)
    assert one not in await office.see("stranger", "/conversations?group=all")
    for path in ("", "/thread", "/canned", "/items"):
        assert "停车证" not in await office.see("stranger", f"/conversations/{one}{path}", 403)
    for step in ("answer", "take", "assign", "release", "close"):
        await office.send("stranger", f"/conversations/{one}/{step}", status=403)
    assert (await newest(office)).state is DeskState.WAITING


async def test_it_is_handed_over_by_who_has_it_or_leads(office: Office) -> None:
    path = f"/conversations/{await asked(office)}"
    await office.send("editor", f"{path}/take")
    await office.send("clerk", f"{path}/assign", {"officer": "clerk"}, status=409)
    await office.send("head", f"{path}/assign", {"officer": "clerk"})
    assert (await newest(office)).officer == "clerk"
    await office.send("head", f"{path}/assign", {"officer": "nobody"}, status=404)
    await office.send("clerk", f"{path}/release")
    assert (await newest(office)).state is DeskState.WAITING


async def test_a_canned_answer_is_refused_once_its_item_is_recalled(
    office: Office, post: Post
) -> None:
    path = f"/conversations/{await asked(office)}"
    item = await published(office, "停车管理办法")
    await canned_answers(office.hub).set(
        NewCanned(body_id=item.body_id, key="停车", title="停车证", text=SAID, items=(item.id,)),
        actor="editor",
    )
    await office.send("editor", f"{path}/take")
    assert SAID in await office.see("editor", f"{path}/canned?q=当场")
    assert SAID not in await office.see("editor", f"{path}/canned?q=户口")
    assert item.title in await office.see("editor", f"{path}/items?items={item.id}")
    now = office.desk.clock.now()
    await office.hub.database.write(
        lambda tx: set_withdrawn(tx, item.id, item.version, now), audited=False
    )
    assert "disabled" in await office.see("editor", f"{path}/canned")
    said = await office.send("editor", f"{path}/answer", {"canned": "停车"}, status=409)
    assert "未公开或已撤回" in said
    await office.send("editor", f"{path}/answer", {"text": "a", "items": item.id}, status=409)
    assert post.sent == []


async def test_what_cannot_be_delivered_is_told_with_the_remedy(office: Office, post: Post) -> None:
    path = f"/conversations/{await asked(office)}"
    await office.send("editor", f"{path}/take")
    post.refusing = True
    page = await office.send("editor", f"{path}/answer", {"text": "您好"}, status=409)
    assert "公众再来信后才能答复" in page
    assert "您好" in page
    assert (await newest(office)).state is DeskState.ASSIGNED
    private = {"text": "身份证 11010519491231002X"}
    assert "答复中有" in await office.send("editor", f"{path}/answer", private, status=400)
