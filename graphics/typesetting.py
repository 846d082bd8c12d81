"""One call to the typesetter: confined, timed, deterministic, and strict about warnings."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst
from PIL import Image, ImageChops

from graphics.errors import DrawingFailed, TextTooLong
from graphics.fonts import shared_fonts
from hub.kernel.errors import Words

__all__ = ["MAX_BYTES", "TEMPLATES", "draw", "draw_pages", "failed", "reduced", "too_long"]

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "graphics"
# WeChat's uploadimg takes pictures below 1 MB; the platforms read MB as 1,000,000 or 1,048,576.
MAX_BYTES = 1_000_000
# A long picture takes a second; on a machine with a load of thirty it took a minute. Who waits for
# one is given up on sooner (graphics.easel), and what is signed or sent is worth the wait.
_TIMEOUT_S = 300.0
_TOO_LONG = "too-long:"
_REMEDY = Words("稍后再试；仍不行请告诉管理员", "try again later, else tell the administrator")
_COLOURS = 256
_SEEN = 5  # of 255: a colour off by less looks the same beside the right one
_FLAT = 48  # of these, the colours of flat areas
_SAMPLE = 3  # one pixel in so many, each way, is looked at for them

Form = Literal["pdf", "png"]


async def draw(template: str, data: Mapping[str, Any]) -> bytes:
    """The PNG that `template` draws from `data` (JSON values), one pixel per point.

    Raises TextTooLong naming the field that fits at no size, and DrawingFailed. Runs in a thread:
    the typesetter releases the interpreter's lock.
    """
    [picture] = await _timed(template, data, "png")
    return await asyncio.to_thread(_small_enough, picture)


async def draw_pages(
    template: str, data: Mapping[str, Any], *, form: Form = "png", scale: float = 1.0
) -> tuple[bytes, ...]:
    """Every page as PNG of whatever size, or with form="pdf" the one accessible file (PDF/UA-1).

    `scale` makes fewer pixels of the same page, for looking at it.

    Raises as `draw`. A PDF bears no date, so that the same data gives the same bytes.
    """
    return await _timed(template, data, form, scale)


async def _timed(
    template: str, data: Mapping[str, Any], form: Form, scale: float = 1.0
) -> tuple[bytes, ...]:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            text = msgspec.json.encode(data).decode()
            return await asyncio.to_thread(_typeset, template, text, form, scale)
    except TimeoutError as error:
        raise failed("排版超时", f"no picture within {_TIMEOUT_S:.0f} s") from error


def _typeset(template: str, data: str, form: Form, scale: float) -> tuple[bytes, ...]:
    try:
        made, warnings = typst.compile_with_warnings(
            str(TEMPLATES / template),
            root=str(TEMPLATES),
            font_paths=shared_fonts(),
            ignore_system_fonts=True,
            format=form,
            ppi=72.0 * scale,
            sys_inputs={"data": data},
            pdf_standards=["ua-1"] if form == "pdf" else None,
            timestamp=0,
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    if warnings:
        raise failed("排版有警告", "; ".join(warning.message for warning in warnings))
    return (made,) if isinstance(made, bytes) else tuple(made)


def _explained(error: typst.TypstError) -> Exception:
    _, marker, field = error.message.partition(_TOO_LONG)
    if not marker:
        return failed("排版失败", error.message)
    return too_long(field.strip(' "'))


def too_long(field: str) -> TextTooLong:
    """The error of a text that fits at no size."""
    return TextTooLong(
        Words("文字过长，最小字号也排不下", "too long even for the smallest type"),
        field=field,
        remedy=Words("缩短这一项", "shorten it"),
    )


def reduced(picture: bytes) -> bytes:
    """The picture in a palette of 256 colours: about a third of the bytes, and no eye sees it.

    The colours of flat areas are kept exactly. Dithered is only what the palette misses by more
    than can be seen, as the gradient of a small mark: dots cost most of the bytes.
    """
    with Image.open(io.BytesIO(picture)) as image:
        plain = image.convert("RGB")
    palette = _palette(plain)
    few = plain.quantize(palette=palette, dither=Image.Dither.NONE)
    dotted = plain.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    few.paste(dotted, (0, 0), _missed(plain, few))
    smaller = io.BytesIO()
    few.save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


def _missed(plain: Image.Image, few: Image.Image) -> Image.Image:
    """A mask of the pixels whose colour is off by more than `_SEEN` in any channel."""
    off = ImageChops.difference(plain, few.convert("RGB")).split()
    worst = ImageChops.lighter(ImageChops.lighter(off[0], off[1]), off[2])
    return worst.point([0] * (_SEEN + 1) + [255] * (255 - _SEEN))


def _palette(image: Image.Image) -> Image.Image:
    """The most frequent colours of a sample of the image, and the rest by median cut."""
    sample = image.resize(
        (max(1, image.width // _SAMPLE), max(1, image.height // _SAMPLE)), Image.Resampling.NEAREST
    )
    counted = Counter(zip(*(iter(sample.tobytes()),) * 3, strict=True))
    flat = [part for colour, _ in counted.most_common(_FLAT) for part in colour]
    rest = image.quantize(_COLOURS - len(flat) // 3, method=Image.Quantize.MEDIANCUT)
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat + (rest.getpalette() or []))
    return palette


def _small_enough(picture: bytes) -> bytes:
    """The picture, with a palette where it would be too large for a platform."""
    if len(picture) < MAX_BYTES:
        return picture
    smaller = reduced(picture)
    if len(smaller) >= MAX_BYTES:
        raise failed("图片过大", f"the picture has {len(smaller)} bytes")
    return smaller


def failed(zh: str, en: str) -> DrawingFailed:
    return DrawingFailed(Words(zh, en), field="picture", remedy=_REMEDY)
