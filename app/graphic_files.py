"""The forms of an infographic as files in a folder, within a channel's limits."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Collection
from enum import StrEnum
from pathlib import Path

import msgspec
from PIL import Image

from graphics.infographic.models import InfographicSpec
from graphics.infographic.rendering import card_of, cover_of, render_long, render_pdf
from graphics.infographic.slicing import WIDTH, Limits, render_slices
from graphics.infographic.telling import markdown, plain_text
from graphics.typesetting import reduced
from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import MediaRule

__all__ = ["Output", "Written", "limits_of", "write_file", "write_outputs"]


class Output(StrEnum):
    LONG = "long"
    SLICES = "slices"
    COVER = "cover"
    CARD = "card"
    PDF = "pdf"
    TEXT = "text"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was written; sides in pixels and `alt` for pictures only."""

    path: str
    bytes: int
    width: int = 0
    height: int = 0
    alt: str = ""


def limits_of(media: MediaRule) -> Limits:
    """What a channel's rule for pictures means for slices 1080 pixels wide."""
    heights = [Limits().max_height]
    if media.max_side_sum:
        heights.append(media.max_side_sum - WIDTH)
    if media.max_ratio:
        heights.append(int(media.max_ratio * WIDTH))
    return Limits(
        max_bytes=media.max_bytes, max_count=media.max_count or 1, max_height=min(heights)
    )


async def write_outputs(
    spec: InfographicSpec,
    folder: Path,
    stem: str,
    wanted: Collection[Output],
    limits: Limits,
    *,
    small: bool = False,
) -> list[Written]:
    """Draw what is wanted and write it to `folder` as `STEM-long.png`, `STEM-1.png`, …

    `small` gives every picture a palette of 256 colours, about half the bytes.
    Raises InvalidInput when the folder cannot be written, and what drawing raises.
    """
    written = []
    async for name, data, alt in _made(spec, stem, wanted, limits):
        path = folder / name
        if small and name.endswith(".png"):
            data = min(data, await asyncio.to_thread(reduced, data), key=len)
        await asyncio.to_thread(write_file, path, data)
        width, height = _sides(data) if name.endswith(".png") else (0, 0)
        written.append(
            Written(path=str(path), bytes=len(data), width=width, height=height, alt=alt)
        )
    return written


async def _made(
    spec: InfographicSpec, stem: str, wanted: Collection[Output], limits: Limits
) -> AsyncIterator[tuple[str, bytes, str]]:
    """Each file's name, bytes and alt text."""
    title = spec.hero.title
    if Output.LONG in wanted:
        yield f"{stem}-long.png", await render_long(spec), title
    if Output.SLICES in wanted:
        for number, part in enumerate(await render_slices(spec, limits), 1):
            yield f"{stem}-{number}.png", part.picture, part.alt
    if Output.COVER in wanted:
        yield f"{stem}-cover.png", await cover_of(spec), title
    if Output.CARD in wanted:
        yield f"{stem}-card.png", await card_of(spec), title
    if Output.PDF in wanted:
        yield f"{stem}.pdf", await render_pdf(spec), ""
    if Output.TEXT in wanted:
        yield f"{stem}.md", markdown(spec).encode(), ""
        yield f"{stem}.txt", plain_text(spec).encode(), ""


def write_file(path: Path, data: bytes) -> None:
    """Write `data`, making the folders above; raises InvalidInput where that is impossible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInput(
            Words(f"写不进 {path}", f"cannot write {path}"),
            field="out",
            remedy=Words("换一个可写的目录", "name a folder you may write to"),
        ) from error


def _sides(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as image:
        return image.size
