"""A drawing goes on when somebody would not wait for it, and is drawn once for all who ask."""

from __future__ import annotations

import asyncio

import pytest

from graphics.easel import Easel
from graphics.errors import DrawingFailed, StillDrawing
from graphics.typesetting import failed


class Brush:
    def __init__(self) -> None:
        self.strokes = 0
        self.dry = asyncio.Event()

    async def paint(self) -> bytes:
        self.strokes += 1
        await self.dry.wait()
        return b"picture"


async def test_who_does_not_wait_finds_it_later_and_it_is_drawn_once() -> None:
    easel, brush = Easel(), Brush()
    patient = asyncio.ensure_future(easel.once("a", brush.paint))
    for _ in range(2):
        with pytest.raises(StillDrawing):
            await easel.once("a", brush.paint, within=0.0)
    brush.dry.set()
    assert await patient == b"picture"
    assert brush.strokes == 1
    assert await easel.once("a", brush.paint, within=60.0) == b"picture"
    assert brush.strokes == 2, "what is kept is somebody else's matter"


async def test_somebody_who_leaves_takes_nothing_from_the_others() -> None:
    easel, brush = Easel(), Brush()
    leaving = asyncio.ensure_future(easel.once("a", brush.paint))
    staying = asyncio.ensure_future(easel.once("a", brush.paint))
    await asyncio.sleep(0)
    leaving.cancel()
    brush.dry.set()
    assert await staying == b"picture"


async def test_what_fails_fails_for_who_waits_and_may_be_tried_again() -> None:
    async def spoil() -> bytes:
        raise failed("排版失败", "spoilt")

    easel = Easel()
    for _ in range(2):
        with pytest.raises(DrawingFailed):
            await easel.once("a", spoil, within=60.0)
