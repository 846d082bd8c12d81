"""Writing in the composer: previews of the exact bytes, drafts that lose nothing, own words."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.organisations.models import NewAccount, Selection
from publishers.rendering import TemplateRenderer
from tests.web.console.boards.filling import approved
from tests.web.console.conftest import Office

TEXT = {"title": "停车管理办法", "summary": "", "body": "现将有关事项通知如下。"}


def typed(item: Item, **other: str) -> dict[str, str]:
    about = {"base_version": str(item.version), "revision": "0", "window": "w1"}
    return {**about, **TEXT, **other}


async def with_weibo(office: Office) -> Item:
    """An approved item of a body that also has two accounts of a microblog."""
    for n, name in enumerate(("江澜发布", "江澜交通")):
        new = NewAccount(
            channel="weibo",
            name=name,
            handle=f"100{n}",
            body_code="city",
            base_url="https://api.weibo.com",
            settings={"domain": "www.example.gov.cn"},
        )
        await office.desk.organisations.add_account(new, actor="admin")
    return await approved(office, TEXT["title"])


async def test_the_page_shows_what_each_channel_is_given_with_its_own_counting(
    office: Office,
) -> None:
    item = await with_weibo(office)
    page = await office.see("editor", f"/items/{item.id}/compose")
    assert "新浪微博" in page
    assert "字（微博计数）" in page
    assert "2 个账号" in page
    submitted = await office.desk.publishing.submit(item.id, Selection(), "editor")
    for digest in submitted.entries.values():
        assert digest[:16] in page, "the previews are of the bytes that are signed"


async def test_typing_is_kept_and_its_previews_come_back(office: Office) -> None:
    item = await with_weibo(office)
    path = f"/items/{item.id}/compose"
    where = await office.send("editor", f"{path}/draft", typed(item, body="雨天停车免费。"))
    assert where.endswith("said=kept")
    assert "雨天停车免费" in await office.see("editor", path)
    assert "雨天停车免费" not in await office.see("office", f"/items/{item.id}")
    assert (await office.desk.catalogue.get(item.id)).version == item.version


async def test_saving_makes_a_version_whose_signatures_are_void(office: Office) -> None:
    item = await with_weibo(office)
    told = typed(item, **{"key-0": "weibo", "body-0": "今起停车有新规，雨天免费。"})
    await office.send("editor", f"/items/{item.id}/compose/save", told)
    new = await office.desk.catalogue.get(item.id)
    assert (new.version, new.state.value) == (item.version + 1, "draft")
    assert [one.body for one in new.variants] == ["今起停车有新规，雨天免费。"]
    approval = await office.desk.publishing.submit(item.id, Selection(), "editor")
    editions = await office.desk.publishing.editions(item.id)
    weibo = next(one for one in editions if one.channel == "weibo")
    assert "今起停车有新规" in weibo.payload
    assert "【" not in weibo.payload
    assert approval.entries["weibo" if "weibo" in approval.entries else weibo.name] == (
        weibo.payload_hash
    )


async def test_what_is_written_for_a_channel_and_is_too_long_is_refused_with_a_remedy(
    office: Office,
) -> None:
    item = await with_weibo(office)
    told = typed(item, **{"key-0": "weibo", "body-0": "停" * 3_000})
    await office.send("editor", f"/items/{item.id}/compose/draft", told)
    page = await office.see("editor", f"/items/{item.id}/compose")
    assert "1 个渠道无法接收" in page
    assert re.search(r"正文为 3\d{3} 字（微博计数），上限", page)
    assert "缩短后重新提交" in page


async def test_one_account_has_words_of_its_own_and_an_edition_of_its_own(office: Office) -> None:
    item = await with_weibo(office)
    accounts = await office.desk.organisations.accounts(Selection(channels=("weibo",)))
    one = next(account for account in accounts if account.name == "江澜交通")
    found = await office.see("editor", f"/items/{item.id}/compose/own?q=交通")
    assert f"own={one.id}" in found
    assert f'value="weibo/{one.id}"' in await office.see(
        "editor", f"/items/{item.id}/compose?own={one.id}"
    )
    told = typed(item, **{"key-0": f"weibo/{one.id}", "title-0": "交警提示：停车新规"})
    await office.send("editor", f"/items/{item.id}/compose/save", told)
    await office.desk.publishing.submit(item.id, Selection(channels=("weibo",)), "editor")
    editions = await office.desk.publishing.editions(item.id)
    own = [edition for edition in editions if "交警提示" in edition.payload]
    assert [edition.variation["account"] for edition in own] == [one.id]
    assert len(editions) == 2


async def test_another_window_s_text_is_not_overwritten_unasked(office: Office) -> None:
    item = await with_weibo(office)
    path = f"/items/{item.id}/compose"
    await office.send("editor", f"{path}/draft", typed(item, body="甲窗口的文字。"))
    other = typed(item, body="乙窗口的文字。", window="w2")
    page = await office.send("editor", f"{path}/draft", other, status=409)
    assert "另一窗口" in page
    assert "乙窗口的文字" in page
    assert "甲窗口的文字" in await office.see("editor", path)
    await office.send("editor", f"{path}/rebase", other)
    assert "乙窗口的文字" in await office.see("editor", path)


async def test_who_writes_at_the_same_item_is_told_and_a_saved_version_stands(
    office: Office,
) -> None:
    item = await with_weibo(office)
    path = f"/items/{item.id}/compose"
    await office.send("editor", f"{path}/draft", typed(item, body="录入员的文字。"))
    assert "editor先生 也在写" in await office.see("clerk", path)
    await office.desk.catalogue.edit(
        item.id, replace(draft_of(item), body="科长的文字。"), actor="head"
    )
    page = await office.see("editor", path)
    assert "head 于" in page
    assert "录入员的文字" in page
    page = await office.send(
        "editor", f"{path}/save", typed(item, body="录入员的文字。", revision="1"), status=409
    )
    assert "他人已保存第" in page
    await office.send("editor", f"{path}/discard", {})
    assert "科长的文字" in await office.see("editor", path)


async def test_a_frame_is_a_sandbox_of_its_own_that_loads_nothing(office: Office) -> None:
    item = await with_weibo(office)
    page = await office.see("editor", f"/items/{item.id}/compose")
    [frame] = re.findall(r'src="/console(/items/\w+/compose/sheets/\w+)"', page)
    answer = await office.ask("editor", "GET", frame)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    text = await answer.text()
    assert "cid:" not in text
    assert "data:image/jpeg;base64," in text
    await office.see("stranger", frame, 403)
    await office.see("editor", f"{frame[:-64]}{'0' * 64}", 404)


async def test_a_stranger_neither_writes_nor_looks(office: Office, tmp_path: Path) -> None:
    item = await with_weibo(office)
    path = f"/items/{item.id}/compose"
    await office.see("stranger", path, 403)
    for change in ("draft", "save", "rebase", "discard"):
        await office.send("stranger", f"{path}/{change}", typed(item), status=403)
    assert TEXT["title"] in await office.see("editor", "/compose?state=approved")
    assert TEXT["title"] not in await office.see("stranger", "/compose?state=approved")


async def test_the_composer_opens_without_a_picture_that_takes_long_and_offers_another_look(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await with_weibo(office)
    never = asyncio.Event()

    async def endless(data: object) -> bytes:
        await never.wait()
        return b""

    monkeypatch.setattr("publishers.illustrating.render_card", endless)
    hasty = TemplateRenderer("https://www.example.gov.cn", patience_s=0.0)
    monkeypatch.setattr(office.desk.previews, "_renderer", hasty)
    page = await office.see("editor", f"/items/{item.id}/compose")
    assert "封面还在画" in page
    assert 'form="writing">再看一次' in page
    assert "字（微博计数）" in page
