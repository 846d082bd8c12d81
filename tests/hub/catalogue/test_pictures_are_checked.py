from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub.catalogue.errors import BadPicture
from hub.catalogue.models import Item, ItemDraft
from hub.catalogue.pictures import MAX_BYTES, inspect_picture
from hub.catalogue.service import Catalogue
from hub.kernel.database import Database
from hub.kernel.events import read_events

FORMATS = ["JPEG", "PNG", "GIF", "WEBP"]


def picture(form: str, size: tuple[int, int] = (40, 30), frames: int = 1) -> bytes:
    pages = [Image.effect_noise(size, 50 + n).convert("RGB") for n in range(frames)]
    out = io.BytesIO()
    extra = {"save_all": True, "append_images": pages[1:]} if frames > 1 else {}
    pages[0].save(out, form, **extra)
    return out.getvalue()


WHOLE = {form: picture(form) for form in FORMATS}


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims these sides."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", FORMATS)
def test_a_whole_picture_is_measured(form: str) -> None:
    found = inspect_picture(WHOLE[form], " 图解 ")
    assert (found.width, found.height, found.alt) == (40, 30, "图解")
    assert found.media_type == f"image/{form.lower()}"
    assert found.sha256 == hashlib.sha256(WHOLE[form]).hexdigest()


@pytest.mark.parametrize("form", FORMATS)
@given(share=st.floats(0, 0.999))
def test_a_picture_cut_anywhere_is_refused(form: str, share: float) -> None:
    whole = WHOLE[form]
    with pytest.raises(BadPicture):
        inspect_picture(whole[: int(len(whole) * share)])


@given(st.binary(max_size=300))
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(BadPicture):
        inspect_picture(data)


@pytest.mark.parametrize("data", [b"<html>no picture</html>", b"%PDF-1.7", b"<svg/>", b"BM" * 99])
def test_what_only_calls_itself_a_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadPicture):
        inspect_picture(data)


@pytest.mark.parametrize("sides", [(7_000, 7_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_it_unpacks(sides: tuple[int, int]) -> None:
    with pytest.raises(BadPicture, match="unpacks"):
        inspect_picture(huge_png(*sides))


def test_an_animation_of_too_many_frames_is_refused() -> None:
    assert inspect_picture(picture("GIF", (4, 4), frames=5)).width == 4
    with pytest.raises(BadPicture, match="frames"):
        inspect_picture(picture("GIF", (4, 4), frames=301))


def test_a_picture_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(BadPicture, match=str(MAX_BYTES)):
        inspect_picture(WHOLE["PNG"] + bytes(MAX_BYTES))


async def test_a_picture_added_to_an_item_is_a_new_version(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    item = await catalogue.add(draft, actor="editor")
    shown: Item = item
    for _ in range(2):
        shown = await catalogue.add_picture(item.id, WHOLE["PNG"], alt="图解", actor="editor")
    assert shown.version == 2
    assert [p.alt for p in shown.pictures] == ["图解"]
    assert await catalogue.get(item.id) == shown
    assert await catalogue.read(shown.pictures[0].sha256) == WHOLE["PNG"]


async def test_the_same_picture_is_stored_once(catalogue: Catalogue, database: Database) -> None:
    for _ in range(2):
        await catalogue.store_picture(WHOLE["JPEG"], actor="editor")
    assert len(await database.read(read_events)) == 1
