"""From an item's text to pictures that three reviewers sign, page by page."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping

from PIL import Image

from hub.kernel.events import read_events
from tests.web.console.conftest import Office
from web.console.areas.graphics.paths import plain_form
from web.console.call import ROOT

BODY = (
    "第一条 为了规范停车管理，制定本办法。\n\n第二条 全市新增公共泊位500个。\n\n"
    "第三条 本办法自2026年5月1日起施行。"
)
SPEC: Mapping[str, object] = {
    "hero": {"kicker": "一图读懂", "title": "停车管理办法", "issuer": "江澜市人民政府"},
    "sections": [
        {
            "kind": "figures",
            "items": [{"value": "500", "unit": "个", "label": "新增公共泊位"}],
        },
    ],
}
FORM = dict(plain_form(SPEC))


async def entered(office: Office) -> str:
    told = {
        "body_code": "city",
        "title": "停车管理办法",
        "attribute": "proactive",
        "body": BODY,
        "issuer": "江澜市人民政府",
    }
    place = await office.send("editor", "/items/new", told)
    return place.removeprefix(f"{ROOT}/items/").partition("?")[0]


async def test_a_draft_is_shown_with_where_each_number_comes_from(office: Office) -> None:
    item = await entered(office)
    page = await office.see("editor", f"/graphics/{item}/edit")
    assert 'src="data:image/png;base64,' in page
    assert 'name="hero.title"' in page
    assert "第一条" in page
    assert "停车管理办法" in await office.see("editor", "/graphics")


async def test_a_number_that_is_not_in_the_text_is_warned_of(office: Office) -> None:
    item = await entered(office)
    wrong = FORM | {"sections[0].items[0].value": "800"}
    page = await office.send("editor", f"/graphics/{item}/look", wrong, status=200)
    assert "原文未见：800" in page
    page = await office.send("editor", f"/graphics/{item}/look", FORM, status=200)
    assert "原文未见" not in page
    assert "全市新增公共泊位500个" in page


async def test_what_is_wrong_stands_beside_its_field_and_is_not_drawn(office: Office) -> None:
    item = await entered(office)
    long = FORM | {"hero.title": "很" * 81, "theme": "gov-red"}
    page = await office.send("editor", f"/graphics/{item}/look", long, status=200)
    assert 'data-about="hero.title"' in page
    assert "缩短到 80 以内" in page
    assert "data:image/png" not in page
    page = await office.send("editor", f"/graphics/{item}/edit", long, status=200)
    assert 'id="e-f-hero-title">超过 80' in page
    page = await office.send("editor", f"/graphics/{item}/confirm", long, status=400)
    assert "超过 80" in page


async def test_an_overtaken_drawing_changes_nothing(office: Office) -> None:
    item = await entered(office)
    titles = [FORM | {"hero.title": f"停车管理办法{n}"} for n in range(4)]
    token = {"_token": await token_of(office)}
    headers = {"Origin": office.origin}
    answers = await asyncio.gather(
        *(
            office.ask(
                "editor", "POST", f"/graphics/{item}/look", data={**one, **token}, headers=headers
            )
            for one in titles
        )
    )
    found = [answer.status for answer in answers]
    assert found.count(200) >= 1
    assert set(found) <= {200, 204}
    assert found.count(204) >= 1


async def token_of(office: Office) -> str:
    from_page = await office.see("editor", "/graphics")
    return from_page.partition('name="form-token" content="')[2].partition('"')[0]


async def test_it_is_attached_with_alternative_texts_and_seen_in_versions(office: Office) -> None:
    item = await entered(office)
    page = await office.send("editor", f"/graphics/{item}/confirm", FORM, status=200)
    sha256 = page.partition('name="alt:')[2].partition('"')[0]
    told = FORM | {"file_name": "图解.json", "base_version": "1", f"alt:{sha256}": "500个泊位"}
    place = await office.send("editor", f"/graphics/{item}/attach", told)
    assert place == f"{ROOT}/graphics/{item}?said=attached"
    found = await office.desk.catalogue.get(item)
    assert [(one.sha256, one.alt) for one in found.pictures] == [(sha256, "500个泊位")]
    assert [one.name for one in found.attachments] == ["图解.json"]
    events = await office.desk.database.read(
        lambda c: read_events(c, subject=item, after=0, limit=10)
    )
    assert [event["actor"] for event in events] == ["editor", "editor"]
    page = await office.see("media", f"/graphics/{item}")
    assert 'alt="500个泊位"' in page
    picture = await office.ask("clerk", "GET", f"/graphics/{item}/pictures/{sha256}")
    assert Image.open(io.BytesIO(await picture.read())).width == 1080
    again = FORM | {"file_name": "图解.json", "base_version": "2", "hero.title": "停车管理新办法"}
    await office.send("editor", f"/graphics/{item}/attach", again)
    found = await office.desk.catalogue.get(item)
    assert [one.sha256 == sha256 for one in found.pictures] == [False]
    page = await office.see("editor", f"/graphics/{item}/edit?name=图解.json&version=2")
    assert "停车管理新办法" not in page


async def test_what_was_edited_meanwhile_is_not_overwritten(office: Office) -> None:
    item = await entered(office)
    told = FORM | {"file_name": "图解.json", "base_version": "1"}
    await office.send("editor", f"/graphics/{item}/attach", told)
    page = await office.send("editor", f"/graphics/{item}/attach", told, status=409)
    assert 'role="alert"' in page
    assert (await office.desk.catalogue.get(item)).version == 2


async def test_every_form_is_downloaded_and_nothing_stored(office: Office) -> None:
    item = await entered(office)
    starts = {
        "pdf": b"%PDF",
        "cover": b"\x89PNG",
        "card": b"\x89PNG",
        "text": "一图".encode(),
        "json": b"{",
    }
    token = {"_token": await token_of(office)}
    for form, start in {**starts, "slices": b"PK"}.items():
        answer = await office.ask(
            "editor",
            "POST",
            f"/graphics/{item}/download",
            data={**FORM, **token, "wanted": form, "file_name": "停车"},
            headers={"Origin": office.origin},
        )
        data = await answer.read()
        assert data.startswith(start), form
        assert answer.headers["Content-Disposition"].startswith("attachment")
        if form == "slices":
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
            assert names == ["停车-1.png", "停车-alt.txt"]
        if form == "json":
            assert json.loads(data)["hero"]["title"] == "停车管理办法"
    assert (await office.desk.catalogue.get(item)).version == 1
    unknown = FORM | {"wanted": "exe"}
    await office.send("editor", f"/graphics/{item}/download", unknown, status=400)


async def test_only_who_enters_for_the_body_draws(office: Office) -> None:
    item = await entered(office)
    await office.see("media", f"/graphics/{item}/edit", 403)
    await office.see("stranger", f"/graphics/{item}", 403)
    await office.send("media", f"/graphics/{item}/attach", FORM, status=403)
    assert "还没有图解" in await office.see("media", f"/graphics/{item}")


async def test_every_theme_is_previewed_on_an_item_that_the_reader_sees(office: Office) -> None:
    item = await entered(office)
    page = await office.see("clerk", "/templates")
    for theme in office.desk.studio.themes():
        assert f"/templates/{item}/covers/{theme}" in page
    answer = await office.ask("clerk", "GET", f"/templates/{item}/covers/calm-blue")
    assert Image.open(io.BytesIO(await answer.read())).size == (900, 383)
    await office.see("clerk", f"/templates/{item}/covers/none", 400)
    await office.see("stranger", f"/templates/{item}/covers/calm-blue", 403)
    await office.see("stranger", f"/templates?item={item}", 403)
