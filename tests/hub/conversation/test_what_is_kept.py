from __future__ import annotations

from datetime import timedelta

import pytest

from hub.conversation.models import Arrival, InboundKind, Location
from hub.conversation.pseudonyms import Pseudonyms, open_pseudonyms
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import NotFound
from hub.kernel.events import read_events
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.vault import Vault
from tests.hub.conversation.conftest import Talk

ID_NUMBER = "11010519491231002X"


async def kinds(database: Database) -> list[str]:
    found = await database.read(lambda c: read_events(c))
    told = [event["kind"] for event in found if event["kind"].startswith("conversation.")]
    return [kind for kind in told if kind != "conversation.messages.written"]


async def test_personal_data_is_masked_when_its_time_is_over(talk: Talk) -> None:
    await talk.says(f"我的身份证{ID_NUMBER}，电话13812345678，怎么还没办好")
    await talk.quiet()
    assert await talk.records.mask_old(timedelta(days=30)) == 0
    talk.clock.advance(31 * 86_400)
    assert await talk.records.mask_old(timedelta(days=30)) == 1
    (kept,) = await talk.records.messages()
    assert ID_NUMBER not in kept.inbound.text
    assert "138****5678" in kept.inbound.text
    assert kept.inbound.text.startswith("我的身份证")
    assert (kept.address, kept.answer) == ("", None)
    assert await talk.records.mask_old(timedelta(days=30)) == 0
    assert await kinds(talk.database) == ["conversation.messages.masked"]


async def test_an_exact_place_becomes_a_district(talk: Talk) -> None:
    place = Location(latitude=30.659462, longitude=104.065735, label="天府广场1号")
    arrival = Arrival(external_key="m:1", address="o1", kind=InboundKind.LOCATION, location=place)
    await talk.conversations.take("weibo", talk.account, arrival, within=5)
    await talk.quiet()
    (kept,) = await talk.records.messages()
    assert kept.inbound.location == place
    talk.clock.advance(31 * 86_400)
    await talk.records.mask_old(timedelta(days=30))
    (kept,) = await talk.records.messages()
    assert kept.inbound.location == Location(latitude=30.66, longitude=104.07)


async def test_a_citizen_has_everything_erased_by_asking(talk: Talk) -> None:
    await talk.says("我的秘密")
    await talk.says("别人的", who="o2")
    assert "已全部删除" in await talk.says("删除我的消息。")
    texts = [m.inbound.text for m in await talk.records.messages()]
    assert sorted(texts) == ["", "别人的"]
    (event,) = [
        e
        for e in await talk.database.read(lambda c: read_events(c))
        if e["kind"] == "conversation.messages.erased"
    ]
    assert event["data"] == {"account": talk.account, "messages": 1}
    assert event["subject"] != "o1"


async def test_the_audit_chain_tells_of_messages_and_holds_none_of_their_words(
    talk: Talk,
) -> None:
    await talk.says("我的秘密")
    await talk.quiet()
    (kept,) = await talk.records.messages()
    found = await talk.database.read(lambda c: read_events(c))
    written = [e["data"] for e in found if e["kind"] == "conversation.messages.written"]
    assert [one for data in written for one in data["kept"]] == [kept.inbound.id]
    assert [data["settled"] for data in written if data["settled"]] == [
        {kept.inbound.id: "replied"}
    ]
    assert "我的秘密" not in str(found)


async def test_a_question_that_contains_the_words_erases_nothing(talk: Talk) -> None:
    await talk.says("一")
    await talk.says("怎么删除我的消息记录和户口信息")
    assert len(await talk.records.messages()) == 2


async def test_who_opts_out_is_answered_and_leaves_no_words(talk: Talk) -> None:
    await talk.says("不要保存我的消息")
    assert await talk.says("低保怎么申请") == "答：低保怎么申请"
    newest = (await talk.records.messages())[0]
    assert newest.inbound.text == ""
    await talk.says("恢复保存我的消息")
    await talk.says("又可以了")
    assert (await talk.records.messages())[0].inbound.text == "又可以了"
    assert await kinds(talk.database) == [
        "conversation.sender.opted_out",
        "conversation.sender.opted_in",
    ]


async def test_a_history_is_one_person_s_with_one_account(talk: Talk) -> None:
    await talk.says("甲的问题", who="alice")
    await talk.says("乙的问题", who="bob")
    senders = {m.inbound.text: m.inbound.sender for m in await talk.records.messages()}
    mine = await talk.records.history(talk.account, senders["甲的问题"])
    assert [m.inbound.text for m in mine] == ["甲的问题"]
    assert await talk.records.history("another-account", senders["甲的问题"]) == []


async def test_erasing_nobody_is_said(talk: Talk) -> None:
    with pytest.raises(NotFound):
        await talk.records.erase(talk.account, "NOBODY", actor="admin")


async def test_the_database_names_nobody(talk: Talk) -> None:
    await talk.says("问", who="oABCDEFGHIJKLMNOPQRSTUVWXYZ1", key="m:1")
    rows = await talk.database.read(
        lambda c: c.exec_driver_sql("SELECT * FROM inbound_messages").all()
    )
    assert rows
    assert "oABCDEFGHIJKLMNOPQRSTUVWXYZ1" not in repr(rows)


async def test_pseudonyms_survive_a_restart_and_a_new_vault_key(
    database: Database, clock: ManualClock
) -> None:
    vaults = (Vault({"k1": b"1" * 32}), Vault({"k2": b"2" * 32, "k1": b"1" * 32}))
    old, new = [await open_pseudonyms(InstallationKeys(database, clock, vault)) for vault in vaults]
    assert new.of("A", "o1") == old.of("A", "o1")


def test_one_person_is_another_at_another_account() -> None:
    names = Pseudonyms(b"k" * 32)
    assert names.of("A", "o1") == names.of("A", "o1")
    assert len({names.of("A", "o1"), names.of("B", "o1"), names.of("A", "o2")}) == 3
    assert len(names.of("A", "o1")) == 26
