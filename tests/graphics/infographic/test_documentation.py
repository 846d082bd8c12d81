"""The infographic in docs/graphics is what its source gives today."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageChops, ImageStat

from app.graphic_files import limits_of
from graphics.infographic.models import InfographicSpec
from graphics.infographic.reading import read
from graphics.infographic.rendering import card_of, cover_of, render_long, render_pdf
from graphics.infographic.slicing import render_slices
from graphics.infographic.telling import markdown, plain_text
from publishers.registry import find_channel

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "graphics"
SPEC = read((FOLDER / "wages.json").read_bytes())


THEMES = ("gov-red", "calm-blue", "leaf-green")


def themed(theme: str) -> InfographicSpec:
    return msgspec.structs.replace(SPEC, theme=theme)


def apart(theme: str, name: str, drawn: bytes) -> float:
    """How far a picture is from the one of the same size in the folder: levels of 255."""
    kept, new = (
        Image.open(FOLDER / theme / name).convert("RGB"),
        Image.open(io.BytesIO(drawn)).convert("RGB"),
    )
    assert kept.size == new.size
    return max(ImageStat.Stat(ImageChops.difference(kept, new)).mean)


def test_the_text_version_is_up_to_date() -> None:
    assert (FOLDER / "wages.md").read_text("utf-8") == markdown(SPEC)
    assert (FOLDER / "wages.txt").read_text("utf-8") == plain_text(SPEC)


@pytest.mark.parametrize("theme", THEMES)
async def test_the_document_is_up_to_date_in_every_theme(theme: str) -> None:
    assert (FOLDER / theme / "wages.pdf").read_bytes() == await render_pdf(themed(theme))


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
async def test_the_pictures_are_up_to_date_in_every_theme(theme: str) -> None:
    spec = themed(theme)
    assert apart(theme, "wages-cover.png", await cover_of(spec)) < 2
    assert apart(theme, "wages-card.png", await card_of(spec)) < 2
    assert apart(theme, "wages-long.png", await render_long(spec)) < 2
    slices = await render_slices(spec, limits_of(find_channel("wechat").declaration.media))
    assert len(slices) == len(list((FOLDER / theme).glob("wages-?.png")))
    for number, one in enumerate(slices, 1):
        assert apart(theme, f"wages-{number}.png", one.picture) < 2


def test_every_form_in_three_themes_stays_small_for_the_repository() -> None:
    kept = [file for file in FOLDER.rglob("*") if file.is_file()]
    assert len([file for file in kept if file.suffix in {".png", ".pdf"}]) == 6 * len(THEMES)
    assert sum(file.stat().st_size for file in kept) < 3_000_000
