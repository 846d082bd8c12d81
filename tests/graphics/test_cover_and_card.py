"""Covers and cards: size, bytes, themes, long texts, and what is refused."""

from __future__ import annotations

import asyncio
import io
from datetime import date

import pytest
from PIL import Image, ImageChops, ImageStat

from graphics import typesetting
from graphics.card import render_card
from graphics.cover import render_cover
from graphics.errors import DrawingFailed, MissingGlyph, TextTooLong
from graphics.models import CardData, CoverData, Figure
from graphics.typesetting import MAX_BYTES
from hub.kernel.errors import InvalidInput

LONG = (
    "国务院办公厅关于印发《关于深入推进“互联网＋政务服务”改革完善政府信息公开与公众参与"
    "工作机制（2026—2030年）的实施方案》及其配套评估指标体系（试行）等5个文件的通知"
)
TITLES = ["上海市产品质量条例", "江澜市人民政府关于进一步促进民营经济高质量发展的若干措施", LONG]
FIGURES = (
    Figure(value="32.6", unit="亿元", label="全年预计减免税费"),
    Figure(value="≥120", unit="亿元", label="新增普惠小微贷款"),
    Figure(value="1.5", unit="个工作日", label="平均办理时限（原5个工作日）"),
)
SUMMARY = "为了规范停车秩序，保障交通安全，根据有关法律法规，结合本市实际情况，制定本办法。"


def cover(**changes):
    values = {"title": TITLES[1], "organisation": "江澜市人民政府办公室", "formed_on": None}
    return CoverData(**{**values, **changes})


def card(**changes):
    link = "https://www.jianglan.example/i/01K3ZQ8Y5T9F3V7X2B6N4M1C0D.html"
    values = {"title": TITLES[1], "organisation": "江澜市人民政府办公室", "link": link}
    return CardData(**{**values, **changes})


def opened(picture):
    return Image.open(io.BytesIO(picture))


@pytest.mark.parametrize("theme", ["gov-red", "calm-blue"])
@pytest.mark.parametrize("title", TITLES, ids=["short", "normal", "long"])
async def test_a_cover_has_wechats_size_and_fits_its_limit(title, theme):
    data = cover(title=title, theme=theme, formed_on=date(2026, 3, 18), doc_no="江政发〔2026〕12号")
    picture = await render_cover(data)
    assert opened(picture).size == (900, 383)
    assert opened(picture).format == "PNG"
    assert len(picture) < MAX_BYTES


@pytest.mark.parametrize("changes", [{}, {"figures": FIGURES}, {"summary": SUMMARY}])
@pytest.mark.parametrize("title", TITLES, ids=["short", "normal", "long"])
async def test_a_card_is_square_with_figures_a_summary_or_neither(title, changes):
    picture = await render_card(card(title=title, **changes))
    assert opened(picture).size == (1080, 1080)
    assert len(picture) < MAX_BYTES


async def test_the_same_data_gives_the_same_bytes_also_at_once():
    pictures = await asyncio.gather(*(render_cover(cover()) for _ in range(4)))
    assert len(set(pictures)) == 1
    assert await render_card(card()) == await render_card(card())


async def test_the_title_stands_in_the_square_that_wechat_crops():
    middle = (258, 0, 641, 383)
    pictures = [await render_cover(cover(title=title)) for title in TITLES[:2]]
    images = [opened(picture).convert("RGB") for picture in pictures]
    sheet = [image.crop(middle) for image in images]
    wings = [image.crop((0, 0, 250, 383)) for image in images]
    assert sheet[0].tobytes() != sheet[1].tobytes()
    assert wings[0].tobytes() == wings[1].tobytes()
    assert sheet[1].getpixel((1, 150)) == (255, 253, 250)  # the title leaves the edge free


async def test_text_is_never_markup():
    evil = '#read("/etc/passwd") #panic("x") *b* $x$ @a <b> \\'
    plain = await render_cover(cover(title=evil))
    assert opened(plain).size == (900, 383)


@pytest.mark.parametrize(
    ("render", "data", "field"),
    [
        (render_cover, cover(title="停" * 199), "title"),
        (render_cover, cover(title="停" * 5000), "title"),
        (render_cover, cover(organisation="某" * 55), "organisation"),
        (render_card, card(summary="停" * 399), "summary"),
        (render_card, card(figures=(Figure(value="9" * 60, unit="", label=""),)), "figures"),
    ],
)
async def test_what_fits_at_no_size_is_refused_by_name(render, data, field):
    with pytest.raises(TextTooLong) as caught:
        await render(data)
    assert caught.value.field == field
    assert caught.value.remedy is not None


async def test_a_character_without_a_glyph_is_refused_by_its_number():
    with pytest.raises(MissingGlyph, match=r"U\+E493, U\+1F600"):
        await render_cover(cover(title="停车😀\ue493"))


@pytest.mark.parametrize("title", ["䶮㛃㐂镕堃", "第①条 12.5％ ℃ ￥5,000 —— ……", "Wi‐Fi é"])
async def test_rare_names_and_signs_can_be_drawn(title):
    assert await render_cover(cover(title=title))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"theme": "pink"}, "theme"),
        ({"figures": FIGURES * 2}, "figures"),
    ],
)
async def test_wrong_data_is_refused(changes, field):
    with pytest.raises(InvalidInput) as caught:
        await render_card(card(**changes))
    assert caught.value.field == field


async def test_a_warning_of_the_typesetter_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "bad.typ").write_text('#set text(font: "No Such Font")\nx', "utf-8")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    with pytest.raises(DrawingFailed, match="unknown font family"):
        await typesetting.draw("bad.typ", {})


async def test_a_template_cannot_read_outside_its_folder(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("s", "utf-8")
    (tmp_path / "in" / "bad.typ").write_text('#read("../secret.txt")', "utf-8")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path / "in")
    with pytest.raises(DrawingFailed, match="排版失败"):
        await typesetting.draw("bad.typ", {})


async def test_a_picture_too_large_for_a_platform_gets_a_palette(monkeypatch):
    whole = await render_card(card())
    monkeypatch.setattr(typesetting, "MAX_BYTES", len(whole))
    reduced = await render_card(card())
    assert opened(reduced).mode == "P"
    assert reduced == await render_card(card())
    monkeypatch.setattr(typesetting, "MAX_BYTES", 1000)
    with pytest.raises(DrawingFailed, match="图片过大"):
        await render_card(card())


async def test_drawing_ends_in_time(monkeypatch):
    monkeypatch.setattr(typesetting, "_TIMEOUT_S", 0.0)
    with pytest.raises(DrawingFailed, match="超时"):
        await render_cover(cover())


async def test_a_reduced_picture_is_far_smaller_and_looks_the_same():
    whole = await render_card(card())
    small = typesetting.reduced(whole)
    assert len(small) < len(whole) * 0.5
    off = ImageChops.difference(opened(whole).convert("RGB"), opened(small).convert("RGB"))
    assert max(ImageStat.Stat(off).mean) < 2
    assert small == typesetting.reduced(whole)
