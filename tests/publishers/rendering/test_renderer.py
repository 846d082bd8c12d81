"""TemplateRenderer: one edition for each channel and variation, pictures by their content."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image

from graphics.cover import render_cover
from graphics.errors import MissingGlyph
from hub.catalogue.models import Picture, Validity
from hub.publishing.models import MediaRole
from publishers.rendering import TemplateRenderer, source_of
from tests.publishers.rendering.samples import BODY, make_channel

SITE = "https://www.jianglan.example"


def _link_base(settings):
    return {"link_base": settings["site"]} if "site" in settings else {}


@pytest.fixture
def renderer():
    known = {
        "some-html": make_channel("html"),
        "some-text": make_channel("text", variation=_link_base),
        "some-article": make_channel("article"),
    }
    return TemplateRenderer(SITE, find=known.__getitem__)


async def test_accounts_with_equal_variations_share_an_edition(renderer, item, account, body):
    accounts = [
        account("some-text", "a", site="https://one.example"),
        account("some-text", "b", site="https://one.example"),
        account("some-text", "c"),
        account("some-html", "d"),
    ]
    rendered = await renderer.render(item(), body, accounts)
    assert [(e.channel, e.variation) for e in rendered.editions] == [
        ("some-html", {}),
        ("some-text", {}),
        ("some-text", {"link_base": "https://one.example"}),
    ]


async def test_every_drawn_picture_is_there_with_its_size(renderer, item, account, body):
    accounts = [account("some-article"), account("some-text")]
    rendered = await renderer.render(item(), body, accounts)
    media = [ref for edition in rendered.editions for ref in edition.parts[0].media]
    assert {ref.role for ref in media} == {MediaRole.COVER, MediaRole.CARD}
    for ref in media:
        data = rendered.pictures[ref.sha256]
        assert hashlib.sha256(data).hexdigest() == ref.sha256
        assert len(data) == ref.size
        assert Image.open(io.BytesIO(data)).size == (ref.width, ref.height)


async def test_rendering_twice_gives_the_same_bytes(renderer, item, account, body):
    accounts = [account("some-article"), account("some-text"), account("some-html")]
    first = await renderer.render(item(), body, accounts)
    assert first == await renderer.render(item(), body, list(reversed(accounts)))


async def test_an_items_own_pictures_are_referred_to_and_not_carried(renderer, item, account, body):
    own = Picture(sha256="c" * 64, media_type="image/png", size=9, width=90, height=60, alt="图")
    rendered = await renderer.render(item(pictures=(own,)), body, [account("some-text")])
    (ref,) = rendered.editions[0].parts[0].media
    assert (ref.sha256, ref.role, ref.alt) == ("c" * 64, MediaRole.IMAGE, "图")
    assert rendered.pictures == {}


async def test_a_character_no_font_has_is_refused_before_approval(renderer, item, account, body):
    with pytest.raises(MissingGlyph, match="U\\+1F600"):
        await renderer.render(item(title="停车😀"), body, [account("some-text")])


def test_a_source_says_what_the_item_says(item):
    told = source_of(item(validity=Validity.REPEALED, summary=" 摘要\u200b "), BODY, SITE)
    assert told.link == f"{SITE}/i/{told.item_id}.html"
    assert (told.organisation, told.validity, told.summary) == ("江澜市人民政府", "废止", "摘要")
    assert told.published_at is None


def test_an_item_without_a_summary_gets_its_first_paragraph(item):
    paragraph = "为了规范停车秩序，保障交通安全，根据有关法律法规，结合本市实际情况，制定本办法。"
    told = source_of(item(body=f"## 总则\n\n第一条 {paragraph}\n\n第二条 乙。"), BODY, SITE)
    assert told.summary == paragraph


def test_clean_text_reaches_the_templates(item):
    told = source_of(item(title="停车\n管理\u202e办法\x00"), BODY, SITE)
    assert told.title == "停车 管理办法"
    assert replace(told, title="") != told


async def test_a_preview_does_not_wait_for_its_pictures_and_shows_them_once_they_are_drawn(
    item, account, body, monkeypatch
):
    let_go, drawn = asyncio.Event(), []

    async def slow(data):
        await let_go.wait()
        drawn.append(data)
        return await render_cover(data)

    monkeypatch.setattr("publishers.illustrating.render_cover", slow)
    find = {"some-article": make_channel("article")}.__getitem__
    hasty = TemplateRenderer(SITE, find=find, patience_s=0.0)
    accounts = [account("some-article")]
    for _ in range(2):
        rendered = await hasty.render(item(), body, accounts)
        assert rendered.unfinished
        [ref] = rendered.editions[0].parts[0].media
        assert Image.open(io.BytesIO(rendered.pictures[ref.sha256])).size == (900, 383)
    let_go.set()
    whole = await TemplateRenderer(SITE, find=find).render(item(), body, accounts)
    assert not whole.unfinished
    monkeypatch.setattr(hasty._pictures, "_patience_s", None)
    assert await hasty.render(item(), body, accounts) == whole
    assert len(drawn) == 2, "each renderer drew it once"
