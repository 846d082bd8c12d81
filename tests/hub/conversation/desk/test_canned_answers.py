"""A canned answer is said with its source, and only while what it rests on holds."""

from __future__ import annotations

from datetime import date

import pytest

from hub.catalogue.models import Attribute, Item, ItemDraft, Validity
from hub.catalogue.public.store import set_withdrawn
from hub.catalogue.publication import mark_public
from hub.catalogue.service import Catalogue
from hub.conversation.desk.answering import NewReply
from hub.conversation.desk.canned.errors import BadCanned, Stale, UnknownCanned
from hub.conversation.desk.canned.models import NewCanned
from hub.conversation.desk.models import ReplyState
from hub.organisations.errors import RoleNeeded
from tests.hub.conversation.desk.conftest import SITE, Counter

SAID = "备案卡在政务服务中心当场办理，有效期三年。"


async def published(counter: Counter, catalogue: Catalogue, title: str) -> Item:
    draft = ItemDraft(
        body_id=counter.bodies["sc"].id,
        title=title,
        body="第一条 ……",
        attribute=Attribute.PROACTIVE,
        doc_no="川府发〔2026〕3号",
    )
    item = await catalogue.add(draft, actor="wang")
    await public(counter, item)
    return item


async def public(counter: Counter, item: Item) -> None:
    at = counter.clock.now()
    await counter.talk.database.write(lambda tx: mark_public(tx, item.id, item.version, at))


def new(counter: Counter, *items: str, text: str = SAID, key: str = "备案卡") -> NewCanned:
    body = counter.bodies["sc"].id
    return NewCanned(body_id=body, key=key, title="备案卡怎么办", text=text, items=items)


async def say(counter: Counter) -> str:
    talk = await counter.opened()
    await counter.service.take(talk, actor="wang")
    return talk


async def test_it_is_said_with_its_source(counter: Counter, catalogue: Catalogue) -> None:
    item = await published(counter, catalogue, "食品摊贩备案办法")
    await counter.canned.set(new(counter, item.id), actor="wang")
    talk = await say(counter)
    told = NewReply(canned="备案卡", text="请带身份证。")
    reply = await counter.answering.answer(talk, told, actor="wang")
    assert reply.state is ReplyState.SENT
    answer = counter.talk.post.sent[-1].answer
    assert answer.paragraphs == (SAID, "请带身份证。")
    (cite,) = answer.cites
    assert (cite.title, cite.url) == (item.title, f"{SITE}/i/{item.id}.html")
    assert cite.published_on == date(2026, 3, 2)


async def test_where_its_item_is_superseded_the_successor_is_named(
    counter: Counter, catalogue: Catalogue
) -> None:
    old = await published(counter, catalogue, "旧办法")
    await counter.canned.set(new(counter, old.id), actor="wang")
    after = await published(counter, catalogue, "新办法")
    await catalogue.set_validity(
        old.id, Validity.SUPERSEDED, since=date(2026, 1, 1), by_item_id=after.id, actor="wang"
    )
    talk = await say(counter)
    with pytest.raises(Stale) as refused:
        await counter.answering.answer(talk, NewReply(canned="备案卡"), actor="wang")
    assert "《旧办法》被代替，现行为《新办法》（川府发〔2026〕3号）" in refused.value.words.zh
    assert counter.sent() == []
    (view,) = await counter.canned.listed(counter.bodies["sc"].id)
    assert view.stale == refused.value.words
    await counter.canned.set(new(counter, after.id), actor="wang")
    reply = await counter.answering.answer(talk, NewReply(canned="备案卡"), actor="wang")
    assert reply.state is ReplyState.SENT


async def test_what_is_withdrawn_or_changed_is_said_no_more(
    counter: Counter, catalogue: Catalogue
) -> None:
    item = await published(counter, catalogue, "食品摊贩备案办法")
    await counter.canned.set(new(counter, item.id), actor="wang")
    draft = ItemDraft(body_id=item.body_id, title=item.title, body="改了", attribute=item.attribute)
    edited = await catalogue.edit(item.id, draft, actor="wang", base_version=1)
    talk = await say(counter)
    canned = NewReply(canned="备案卡")
    assert (await counter.answering.answer(talk, canned, actor="wang")).state is ReplyState.SENT
    await public(counter, edited)
    with pytest.raises(Stale, match="已更新"):
        await counter.answering.answer(talk, canned, actor="wang")
    await counter.canned.set(new(counter, item.id), actor="wang")
    at = counter.clock.now()
    await counter.talk.database.write(lambda tx: set_withdrawn(tx, item.id, 2, at), audited=False)
    with pytest.raises(Stale, match="撤回"):
        await counter.answering.answer(talk, canned, actor="wang")
    with pytest.raises(Stale):
        await counter.canned.set(new(counter, item.id), actor="wang")


async def test_only_what_says_something_and_rests_on_something_is_kept(
    counter: Counter, catalogue: Catalogue
) -> None:
    item = await published(counter, catalogue, "食品摊贩备案办法")
    for bad in (
        new(counter),
        new(counter, item.id, text=" "),
        new(counter, item.id, key=""),
        new(counter, item.id, text="打王主任手机13812345678"),
    ):
        with pytest.raises(BadCanned):
            await counter.canned.set(bad, actor="wang")
    with pytest.raises(RoleNeeded):
        await counter.canned.set(new(counter, item.id), actor="stranger")


async def test_what_is_retired_is_not_there(counter: Counter, catalogue: Catalogue) -> None:
    item = await published(counter, catalogue, "食品摊贩备案办法")
    await counter.canned.set(new(counter, item.id), actor="wang")
    body = counter.bodies["sc"].id
    await counter.canned.retire(body, "备案卡", actor="wang")
    assert await counter.canned.listed(body) == []
    talk = await say(counter)
    with pytest.raises(UnknownCanned):
        await counter.answering.answer(talk, NewReply(canned="备案卡"), actor="wang")
    with pytest.raises(UnknownCanned):
        await counter.canned.retire(body, "备案卡", actor="wang")
