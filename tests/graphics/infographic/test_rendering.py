"""The pictures and the document: sizes, cuts, codes, order, bytes, and text that stays text."""

from __future__ import annotations

import asyncio
import io
import re
from typing import Any

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader

from graphics.infographic.arranging import Mode, arranged
from graphics.infographic.models import InfographicSpec
from graphics.infographic.reading import read, texts
from graphics.infographic.rendering import card_of, cover_of, render_long, render_pdf
from graphics.infographic.slicing import Limits, grouped, render_slices
from hub.kernel.errors import InvalidInput
from tests.graphics.infographic.samples import LINK, full

EVIL = [
    '#read("/etc/passwd")',
    "$x^2$ *b* _i_",
    "<lab> @ref [a](b)",
    "] ) } #panic(1) \\",
    '"//x"/*y*/',
]


@pytest.fixture(scope="module")
def spec() -> InfographicSpec:
    return read(full())


@pytest.fixture(scope="module")
def long(spec: InfographicSpec) -> bytes:
    return asyncio.run(render_long(spec))


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def words(document: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages))


async def test_the_long_picture_is_1080_wide_and_its_code_can_be_scanned(long: bytes) -> None:
    image = opened(long)
    assert image.width == 1080
    [code] = zxingcpp.read_barcodes(image)
    assert code.text == LINK


async def test_the_same_data_gives_the_same_bytes(spec: InfographicSpec, long: bytes) -> None:
    assert await render_long(spec) == long
    assert await render_pdf(spec) == await render_pdf(spec)


async def test_slices_are_cut_between_sections_and_add_up(
    spec: InfographicSpec, long: bytes
) -> None:
    limits = Limits(max_bytes=300_000, max_height=2500)
    slices = await render_slices(spec, limits)
    assert len(slices) > 2
    assert [block for one in slices for block in one.blocks] == list(range(len(spec.sections) + 2))
    assert sum(one.height for one in slices) == opened(long).height
    assert all(len(one.picture) <= 300_000 and one.height <= 2500 for one in slices)
    assert all(opened(one.picture).size == (1080, one.height) for one in slices)
    assert spec.hero.title in slices[0].alt
    [code] = zxingcpp.read_barcodes(opened(slices[-1].picture))
    assert code.text == LINK


async def test_slices_look_like_the_long_picture(spec: InfographicSpec, long: bytes) -> None:
    whole, top = opened(long).convert("RGB"), 0
    for one in await render_slices(spec):
        part = whole.crop((0, top, 1080, top + one.height))
        apart = ImageChops.difference(part, opened(one.picture).convert("RGB")).getextrema()
        assert max(most for _, most in apart) <= 2  # levels of 255, where a shadow is rounded
        top += one.height


async def test_a_channel_that_takes_one_picture_gets_the_whole(spec: InfographicSpec) -> None:
    [one] = await render_slices(spec, Limits(max_bytes=5_000_000, max_count=1))
    assert len(one.blocks) == len(spec.sections) + 2


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (Limits(max_bytes=9_000), "hero"),
        (Limits(max_height=400), "hero"),
        (Limits(max_bytes=300_000, max_count=2), "sections"),
    ],
)
async def test_what_no_slice_can_hold_is_named(
    spec: InfographicSpec, limits: Limits, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await render_slices(spec, limits)
    assert caught.value.field == field


@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(1, 100)), min_size=1, max_size=10),
    st.integers(100, 300),
    st.integers(100, 300),
)
def test_groups_keep_order_and_limits(
    blocks: list[tuple[int, int]], max_bytes: int, max_height: int
) -> None:
    groups = grouped(blocks, max_bytes, max_height)
    assert [number for group in groups for number in group] == list(range(len(blocks)))
    for group in groups:
        assert sum(blocks[n][0] for n in group) <= max_bytes
        assert sum(blocks[n][1] for n in group) <= max_height
    assert len(groups) <= fewest(blocks, max_bytes, max_height)


def fewest(blocks: list[tuple[int, int]], max_bytes: int, max_height: int) -> int:
    """Filling each group as far as it goes gives the least number of groups."""
    count, size, height = 1, 0, 0
    for block_size, block_height in blocks:
        size, height = size + block_size, height + block_height
        if size > max_bytes or height > max_height:
            count, size, height = count + 1, block_size, block_height
    return count


async def test_cover_and_card_have_the_platforms_sizes(spec: InfographicSpec) -> None:
    assert opened(await cover_of(spec)).size == (900, 383)
    card = opened(await card_of(spec))
    assert card.size == (1080, 1080)
    [code] = zxingcpp.read_barcodes(card)
    assert code.text == LINK


async def test_the_document_is_accessible_and_reads_in_order(spec: InfographicSpec) -> None:
    document = await render_pdf(spec)
    reader = PdfReader(io.BytesIO(document))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == spec.hero.title
    assert root["/Lang"].startswith("zh")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert f"二维码：{LINK}" in alternatives(root["/StructTreeRoot"])
    shown, place = words(document), 0
    for path, text in texts(spec):
        if path.endswith((".unit", ".source", ".labels[0]", ".name")) or ".labels" in path:
            assert squeezed(text) in shown, path
            continue
        found = shown.find(squeezed(text), place)
        assert found >= 0, f"{path} is not where it belongs"
        place = found


def alternatives(node: Any) -> list[str]:
    """The alternative texts in a PDF's structure tree."""
    node = node.get_object()
    if not isinstance(node, dict):
        return [alt for kid in node for alt in alternatives(kid)] if isinstance(node, list) else []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (alternatives(node["/K"]) if "/K" in node else [])


async def test_text_is_never_markup() -> None:
    data = full()
    data["hero"]["title"] = EVIL[0]
    data["sections"] = [
        {"kind": "background", "paragraphs": EVIL, "note": EVIL[1]},
        {"kind": "measures", "items": [{"title": EVIL[3], "text": EVIL[2]}]},
        {"kind": "contact", "rows": [{"label": EVIL[1], "value": EVIL[4]}]},
    ]
    shown = words(await render_pdf(read(data)))
    for text in EVIL:
        assert squeezed(text) in shown
    assert "root:" not in shown


@pytest.mark.parametrize("theme", ["gov-red", "calm-blue", "leaf-green", "high-contrast"])
async def test_every_theme_draws_every_kind(theme: str) -> None:
    document = await render_pdf(read({**full(), "theme": theme}))
    assert words(document).startswith("一图读懂")


async def test_the_longest_texts_still_fit() -> None:
    data = full()
    data["hero"]["title"] = "停" * 80
    data["sections"][1]["items"] = [{"value": "9" * 10, "unit": "万" * 6, "label": "长" * 32}] * 8
    data["sections"][2]["items"] = [{"title": "长" * 24, "text": "长" * 240, "tag": "标" * 8}] * 3
    data["sections"][5]["labels"] = ["长" * 12] * 12
    data["sections"][5]["series"] = [{"values": [123456.5] * 12}]
    assert await render_pdf(read(data))


def test_what_the_template_gets_is_plain_json(spec: InfographicSpec) -> None:
    values = arranged(spec, Mode.LONG)
    assert [section["number"] for section in values["sections"]][4:10] == [
        "05", "06", "", "", "", "07",
    ]  # fmt: skip
