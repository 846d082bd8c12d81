"""The infographic in docs/graphics is what its source gives today."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from app.graphic_files import limits_of
from graphics.infographic.reading import read
from graphics.infographic.rendering import card_of, cover_of, render_long, render_pdf
from graphics.infographic.slicing import render_slices
from graphics.infographic.telling import markdown, plain_text
from publishers.registry import find_channel

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "graphics"
SPEC = read((FOLDER / "wages.json").read_bytes())


def apart(name: str, drawn: bytes) -> float:
    """How far a picture is from the one of the same size in the folder: levels of 255."""
    kept, new = (
        Image.open(FOLDER / name).convert("RGB"),
        Image.open(io.BytesIO(drawn)).convert("RGB"),
    )
    assert kept.size == new.size
    return max(ImageStat.Stat(ImageChops.difference(kept, new)).mean)


def test_the_text_version_is_up_to_date() -> None:
    assert (FOLDER / "wages.md").read_text("utf-8") == markdown(SPEC)
    assert (FOLDER / "wages.txt").read_text("utf-8") == plain_text(SPEC)


async def test_the_document_is_up_to_date() -> None:
    assert (FOLDER / "wages.pdf").read_bytes() == await render_pdf(SPEC)


@pytest.mark.slow
async def test_the_pictures_are_up_to_date() -> None:
    assert apart("wages-cover.png", await cover_of(SPEC)) < 2
    assert apart("wages-card.png", await card_of(SPEC)) < 2
    assert apart("wages-long.png", await render_long(SPEC)) < 2
    slices = await render_slices(SPEC, limits_of(find_channel("wechat").declaration.media))
    assert len(slices) == len(list(FOLDER.glob("wages-?.png")))
    for number, one in enumerate(slices, 1):
        assert apart(f"wages-{number}.png", one.picture) < 2


def test_the_pictures_stay_small_for_the_repository() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_500_000
