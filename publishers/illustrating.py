"""Covers and cards for the renderer: drawn once, kept, and stood in for while they are drawn."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

from PIL import Image

from graphics.card import render_card
from graphics.cover import render_cover
from graphics.easel import Easel
from graphics.errors import StillDrawing
from graphics.models import CardData, CoverData

__all__ = ["Drawing", "Pictures"]

_KEPT = 24  # some 100 KB each
_COVER, _CARD = (900, 383), (1080, 1080)  # pixels, as graphics/ draws them
_BLANK = (226, 229, 233)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A PNG; `stands_in`: the picture itself is still being drawn."""

    picture: bytes
    stands_in: bool = False


class Pictures:
    """The same data gives the same bytes, so the last ones are kept for whoever previews a text
    while it is being written.

    `patience_s`: after so long an empty picture of the same size is given in place of one that is
    still being drawn; None waits for the picture itself.
    """

    def __init__(self, patience_s: float | None = None) -> None:
        self._patience_s = patience_s
        self._easel = Easel()
        self._kept: OrderedDict[CoverData | CardData, bytes] = OrderedDict()

    async def cover(self, data: CoverData) -> Drawing:
        return await self._drawn(data, lambda: render_cover(data), _COVER)

    async def card(self, data: CardData) -> Drawing:
        return await self._drawn(data, lambda: render_card(data), _CARD)

    async def _drawn(
        self,
        data: CoverData | CardData,
        make: Callable[[], Awaitable[bytes]],
        size: tuple[int, int],
    ) -> Drawing:
        async def kept() -> bytes:
            picture = await make()
            self._kept[data] = picture
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return picture

        if data in self._kept:
            return Drawing(self._kept[data])
        try:
            return Drawing(await self._easel.once(data, kept, self._patience_s))
        except StillDrawing:
            return Drawing(_blank(size), stands_in=True)


@cache
def _blank(size: tuple[int, int]) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, _BLANK).save(made, "PNG", optimize=True)
    return made.getvalue()
