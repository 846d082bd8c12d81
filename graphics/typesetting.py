"""One call to the typesetter: confined, timed, deterministic, and strict about warnings."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import typst
from PIL import Image

from graphics.errors import DrawingFailed, TextTooLong
from graphics.fonts import shared_fonts
from hub.kernel.errors import Words

__all__ = ["MAX_BYTES", "TEMPLATES", "draw", "too_long"]

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "graphics"
# WeChat's uploadimg takes pictures below 1 MB; the platforms read MB as 1,000,000 or 1,048,576.
MAX_BYTES = 1_000_000
_TIMEOUT_S = 20.0
_TOO_LONG = "too-long:"


async def draw(template: str, data: Mapping[str, Any]) -> bytes:
    """The PNG that `template` draws from `data` (JSON values), one pixel per point.

    Raises TextTooLong naming the field that fits at no size, and DrawingFailed. Runs in a thread:
    the typesetter releases the interpreter's lock.
    """
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await asyncio.to_thread(_draw, template, msgspec.json.encode(data).decode())
    except TimeoutError as error:
        raise _failed("排版超时", f"no picture within {_TIMEOUT_S:.0f} s") from error


def _draw(template: str, data: str) -> bytes:
    try:
        picture, warnings = typst.compile_with_warnings(
            str(TEMPLATES / template),
            root=str(TEMPLATES),
            font_paths=shared_fonts(),
            ignore_system_fonts=True,
            format="png",
            ppi=72.0,
            sys_inputs={"data": data},
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    if warnings:
        raise _failed("排版有警告", "; ".join(warning.message for warning in warnings))
    return _small_enough(picture)


def _explained(error: typst.TypstError) -> Exception:
    _, marker, field = error.message.partition(_TOO_LONG)
    if not marker:
        return _failed("排版失败", error.message)
    return too_long(field.strip(' "'))


def too_long(field: str) -> TextTooLong:
    """The error of a text that fits at no size."""
    return TextTooLong(
        Words("文字过长，最小字号也排不下", "too long even for the smallest type"),
        field=field,
        remedy=Words("缩短这一项", "shorten it"),
    )


def _small_enough(picture: bytes) -> bytes:
    """The picture, with a palette of 256 colours where it would be too large for a platform."""
    if len(picture) < MAX_BYTES:
        return picture
    with Image.open(io.BytesIO(picture)) as image:
        reduced = image.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
    smaller = io.BytesIO()
    reduced.save(smaller, "PNG", optimize=True)
    if smaller.tell() >= MAX_BYTES:
        raise _failed("图片过大", f"the picture has {smaller.tell()} bytes")
    return smaller.getvalue()


def _failed(zh: str, en: str) -> DrawingFailed:
    return DrawingFailed(Words(zh, en), field="picture")
