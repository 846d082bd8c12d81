"""From the entry form to the third signature, and back with a reason, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from aiohttp import FormData

from hub.catalogue.models import ItemState
from hub.catalogue.shapes import SHAPES
from hub.organisations.signin.rules import form_token
from tests.web.console.conftest import Office
from web.console.areas.items.labels import LABELS
from web.console.call import ROOT
from web.console.differences import compared

ITEM: Mapping[str, str] = {
    "body_code": "city",
    "title": "关于做好政务公开工作的通知",
    "attribute": "proactive",
    "body": "各区县人民政府：\r\n\r\n现将有关事项通知如下，请认真贯彻执行。",
    "genre": "通知",
    "formed_on": "2026-02-27",
    "keywords": "政务公开；通知",
}
DETERMINATION: Mapping[str, str] = {
    "attribute": "proactive",
    "ground": "20",
    "reason": "属法定主动公开内容",
    "interpret": "no",
    "no_interpretation_reason": "事务性通知，不涉及政策调整",
    "unit": "办公室",
    "matter": "other",
    "limit": "statutory",
}
STEPS = {"clerk": "draft-check", "head": "section-review", "leader": "sign-off"}


async def entered(office: Office, **other: str) -> str:
    """A new item; the path of its page."""
    place = await office.send("editor", "/items/new", {**ITEM, **other})
    assert place.endswith("?said=entered")
    return place.removeprefix(ROOT).partition("?")[0]


async def submitted(office: Office) -> tuple[str, str]:
    """The paths of an item and of its approval."""
    item = await entered(office)
    await office.send("editor", f"{item}/determination", DETERMINATION)
    await office.send("editor", f"{item}/submit", {"channel": "website"})
    [waiting] = await office.desk.queue.to_sign("clerk")
    return item, f"/reviews/{waiting.approval_id}"


async def signs(office: Office, who: str, approval: str, status: int = 303) -> str:
    page = await office.see(who, approval)
    seen = re.search(r'name="hash" value="(\w+)"', page)
    told = {"step": STEPS[who], "hash": seen[1] if seen else "0" * 64, "remark": "同意"}
    return await office.send(who, f"{approval}/sign", told, status)


def test_the_form_asks_for_every_column_of_an_import() -> None:
    shape = next(shape for shape in SHAPES if shape.name == "gongkai")
    assert set(shape.columns.values()) <= set(LABELS)


async def test_three_reviewers_sign_what_an_editor_entered(office: Office) -> None:
    item, approval = await submitted(office)
    for who in STEPS:
        assert ITEM["title"] in await office.see(who, "/")
        assert ITEM["title"] in await office.see(who, "/reviews")
        assert (await signs(office, who, approval)) == f"{ROOT}/reviews?said=signed"
        assert ITEM["title"] not in await office.see(who, "/reviews")
    found = await office.desk.catalogue.get(item.rpartition("/")[2])
    assert found.state is ItemState.APPROVED
    assert found.keywords == ("政务公开", "通知")
    assert "三审已齐" in await office.see("editor", item)


async def test_a_return_names_its_reason_and_shows_what_changed_since(office: Office) -> None:
    item, approval = await submitted(office)
    await signs(office, "clerk", approval)
    await office.send("head", f"{approval}/return", {"reason": " "}, status=400)
    await office.send("head", f"{approval}/return", {"reason": "日期须写明到日"})
    assert "日期须写明到日" in await office.see("editor", "/")
    edited = {**ITEM, "body": ITEM["body"].replace("执行", "执行，自2026年3月1日起施行")}
    await office.send("editor", f"{item}/edit", {**edited, "base_version": "1"})
    await office.send("editor", f"{item}/submit", {"channel": "website"})
    [again] = await office.desk.queue.to_sign("clerk")
    page = await office.see("clerk", f"/reviews/{again.approval_id}")
    assert "<ins>，自2026年3月1日起施行</ins>" in page
    assert "第 1 版 → 第 2 版" in page


async def test_nobody_signs_out_of_turn_or_what_was_not_looked_at(office: Office) -> None:
    _, approval = await submitted(office)
    assert "不待您签署" in await office.see("leader", approval)
    await signs(office, "leader", approval, status=409)
    told = {"step": "draft-check", "hash": "0" * 64}
    await office.send("clerk", f"{approval}/sign", told, status=409)
    await office.see("stranger", approval, 403)
    await office.send("stranger", f"{approval}/return", {"reason": "不行"}, status=403)


async def test_what_is_wrong_with_a_form_stands_beside_the_field(office: Office) -> None:
    told = {**ITEM, "title": "", "valid_from": "2026-03-01", "valid_until": "2026-02-01"}
    page = await office.send("editor", "/items/new", told, status=400)
    assert 'id="e-title"' in page
    assert 'id="e-valid_until"' in page
    assert "现将有关事项通知如下" in page


async def test_an_item_of_another_body_is_neither_entered_nor_seen(office: Office) -> None:
    await office.send("editor", "/items/new", {**ITEM, "body_code": "other"}, status=400)
    item = await entered(office)
    for path in (item, f"{item}/versions", f"{item}/audit", f"{item}/edit"):
        await office.see("stranger", path, 403)
    assert ITEM["title"] not in await office.see("stranger", "/items")
    assert ITEM["title"] in await office.see("office", item)
    await office.see("office", f"{item}/edit", 403)


async def test_who_edits_what_was_edited_meanwhile_is_told(office: Office) -> None:
    item = await entered(office)
    await office.send("editor", f"{item}/edit", {**ITEM, "title": "甲", "base_version": "1"})
    page = await office.send("editor", f"{item}/edit", {**ITEM, "base_version": "1"}, status=409)
    assert ITEM["title"] in page
    assert "<ins>甲</ins>" in await office.see("editor", f"{item}/versions")


async def test_one_press_masks_what_must_not_go_out(office: Office) -> None:
    item = await entered(office, body="联系人王芳，身份证350481900307123。")
    page = await office.see("editor", item)
    found = re.search(r'name="finding" value="(\w{64})"', page)
    assert found
    await office.send("editor", f"{item}/mask", {"finding": found[1]})
    assert "350481900307123" not in await office.see("editor", item)


async def test_a_file_is_kept_read_and_taken_off(office: Office) -> None:
    item = await entered(office)
    form = FormData()
    form.add_field("_token", form_token(await office.signed_in("editor")))
    form.add_field("file", "名单：\n甲、乙".encode(), filename="名单.txt")
    headers = {"Origin": office.origin}
    sent = await office.ask("editor", "POST", f"{item}/attachments", data=form, headers=headers)
    assert sent.status == 303, await sent.text()
    [kept] = await office.desk.catalogue.attachments(item.rpartition("/")[2])
    sha256 = kept.attachment.sha256
    answer = await office.ask("editor", "GET", f"{item}/attachments/{sha256}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (await answer.read()).decode() == "名单：\n甲、乙"
    await office.see("editor", f"{item}/attachments/{'0' * 64}", 404)
    await office.send("editor", f"{item}/detach", {"name": sha256})
    assert "没有附件" in await office.see("editor", item)


async def test_lists_go_on_page_by_page_and_find_what_a_text_names(office: Office) -> None:
    items = [await entered(office, title=f"通知之{n:02}") for n in range(52)]
    first = await office.see("editor", "/items")
    before = re.search(r"before=(\w{26})", first)
    assert before
    second = await office.see("editor", f"/items?before={before[1]}")
    seen = re.findall(r"通知之(\d\d)</a>", first + second)
    assert seen == [f"{n:02}" for n in range(51, -1, -1)]
    one = await office.desk.catalogue.get(items[0].rpartition("/")[2])
    for text in (one.index_no, one.id.lower()):
        assert re.findall(r"通知之\d\d", await office.see("editor", f"/items?q={text}")) == [
            "通知之00"
        ]
    part = await office.see("editor", "/items?state=approved", **{"HX-Request": "true"})
    assert "没有符合条件的信息" in part
    assert "<html" not in part


async def test_items_are_narrowed_to_a_body_and_those_below_it(office: Office) -> None:
    await entered(office, title="关于停车的通知")
    for body in ("province", "city"):
        assert "关于停车的通知" in await office.see("office", f"/items?body={body}")
    assert "关于停车的通知" not in await office.see("office", "/items?body=other")
    assert "关于停车的通知" not in await office.see("stranger", "/items?body=province")
    choices = re.findall(r'<option value="(\w+)"', await office.see("office", "/items"))
    assert choices[:3] == ["city", "other", "province"]


@pytest.mark.parametrize("who", ["editor", "clerk", "media", "office"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_is_there_for_everybody_it_is_for(
    office: Office, who: str, language: str
) -> None:
    item, approval = await submitted(office)
    session = f"gongkai-session={await office.signed_in(who)}"
    taste = {"Cookie": f"{session}; gongkai-taste={language}.dark"}
    own = ("", "/versions", "/audit")
    for path in ("/", "/items", "/reviews", "/me", approval, *(item + page for page in own)):
        page = await office.see(who, path, 200, **taste)
        assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page


def test_two_texts_are_compared_by_paragraph_and_character() -> None:
    rows = compared("甲乙丙\n\n丁\n戊", "甲乙丁\n丁\n己庚")
    assert [row.same for row in rows] == [False, True, False]
    assert rows[0].new is not None
    assert [(span.text, span.changed) for span in rows[0].new] == [("甲乙", False), ("丁", True)]
    assert compared("", "") == []
