"""The long picture in parts that are cut between sections and keep a channel's limits."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image

from graphics.infographic.arranging import Mode, arranged, blocks_of
from graphics.infographic.models import InfographicSpec
from graphics.infographic.telling import alt_text
from graphics.typesetting import MAX_BYTES, draw_pages, reduced
from hub.kernel.errors import InvalidInput, Words

__all__ = ["TEMPLATE", "WIDTH", "Limits", "Slice", "grouped", "render_slices"]

TEMPLATE = "infographic/infographic.typ"
WIDTH = 1080  # pixels
# A slice that holds several sections is a little larger than the sections are by themselves.
_MARGIN = 1.03
_READABLE = 4000  # pixels; a higher slice is slow to appear on a telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a channel takes: bytes and pixels of height for each slice, and how many slices."""

    max_bytes: int = MAX_BYTES
    max_count: int = 50
    max_height: int = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A PNG of whole `blocks` (0: the head, the last: the footer), and its alt text."""

    picture: bytes
    width: int
    height: int
    blocks: tuple[int, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class _Block:
    size: int
    height: int


async def render_slices(spec: InfographicSpec, limits: Limits | None = None) -> tuple[Slice, ...]:
    """As few slices as the limits allow, none higher than a telephone likes unless there would be
    too many; stacked they are as high as the long picture.

    A slice that is too large gets a palette of 256 colours. Raises InvalidInput naming the
    section that is too large by itself, or `sections` when there would be too many slices.
    """
    limits = limits or Limits()
    single = [[number] for number in range(blocks_of(spec))]
    alone = await draw_pages(TEMPLATE, arranged(spec, Mode.BLOCKS, single))
    alone = tuple(await asyncio.gather(*(_fitting(page, limits) for page in alone)))
    blocks = [_Block(len(page), _height(page)) for page in alone]
    for number, block in enumerate(blocks):
        _refuse_large(number, block, limits, len(blocks))
    groups = _groups(blocks, limits)
    pages = await _drawn(spec, groups, alone, limits)
    return tuple(_slice(spec, page, group) for page, group in zip(pages, groups, strict=True))


def _groups(blocks: Sequence[_Block], limits: Limits) -> tuple[tuple[int, ...], ...]:
    sizes = [(round(block.size * _MARGIN), block.height) for block in blocks]
    for height in (min(_READABLE, limits.max_height), limits.max_height):
        groups = grouped(sizes, limits.max_bytes, height)
        if len(groups) <= limits.max_count:
            return groups
    raise _too_many(len(groups), limits)


def grouped(
    blocks: Sequence[tuple[int, int]], max_bytes: int, max_height: int
) -> tuple[tuple[int, ...], ...]:
    """Neighbouring blocks, given as (bytes, height), in the fewest groups that keep the limits;
    among those the ones whose largest height is least. A block over a limit stands alone."""
    count = len(blocks)

    def fits(start: int, end: int) -> bool:
        some = blocks[start:end]
        return end - start == 1 or (
            sum(size for size, _ in some) <= max_bytes and sum(h for _, h in some) <= max_height
        )

    @cache
    def best(start: int) -> tuple[int, int, tuple[int, ...]]:
        """The fewest groups from `start` on, their largest height, and where they end."""
        if start == count:
            return 0, 0, ()
        options = []
        for end in range(start + 1, count + 1):
            if fits(start, end):
                groups, tallest, ends = best(end)
                height = sum(h for _, h in blocks[start:end])
                options.append((groups + 1, max(tallest, height), (end, *ends)))
        return min(options)

    ends = best(0)[2]
    return tuple(tuple(range(start, end)) for start, end in zip((0, *ends[:-1]), ends, strict=True))


async def _drawn(
    spec: InfographicSpec,
    groups: Sequence[Sequence[int]],
    alone: Sequence[bytes],
    limits: Limits,
) -> list[bytes]:
    """The pages of `groups`; those of one block are there already."""
    joined = [group for group in groups if len(group) > 1]
    if not joined:
        return [alone[group[0]] for group in groups]
    pages = iter(await draw_pages(TEMPLATE, arranged(spec, Mode.BLOCKS, joined)))
    drawn = [next(pages) if len(group) > 1 else alone[group[0]] for group in groups]
    return list(await asyncio.gather(*(_fitting(page, limits) for page in drawn)))


async def _fitting(page: bytes, limits: Limits) -> bytes:
    if len(page) <= limits.max_bytes:
        return page
    return await asyncio.to_thread(reduced, page)


def _slice(spec: InfographicSpec, page: bytes, group: tuple[int, ...]) -> Slice:
    return Slice(
        picture=page, width=WIDTH, height=_height(page), blocks=group, alt=alt_text(spec, group)
    )


def _height(page: bytes) -> int:
    with Image.open(io.BytesIO(page)) as image:
        return image.height


def _refuse_large(number: int, block: _Block, limits: Limits, count: int) -> None:
    if block.size <= limits.max_bytes and block.height <= limits.max_height:
        return
    field = "hero" if number == 0 else f"sections[{number - 1}]"
    is_end = number == count - 1
    raise InvalidInput(
        Words(
            f"这一部分有 {block.size} 字节、{block.height} 像素高，"
            f"上限为 {limits.max_bytes} 字节、{limits.max_height} 像素",
            f"this part has {block.size} bytes and is {block.height} pixels high, "
            f"the limits are {limits.max_bytes} and {limits.max_height}",
        ),
        field="footer" if is_end else field,
        remedy=Words("拆成两个部分", "split it into two sections"),
    )


def _too_many(count: int, limits: Limits) -> InvalidInput:
    return InvalidInput(
        Words(
            f"要切成 {count} 张，平台只收 {limits.max_count} 张",
            f"{count} slices, the platform takes {limits.max_count}",
        ),
        field="sections",
        remedy=Words("删减内容，或改发长图", "show less, or post the long picture"),
    )
