"""An account before the simulated homeserver, and posts with pictures to give it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.publishing.models import MediaRef, Part
from publishers.matrix.simulator import Platform
from publishers.registry import find_channel
from tests.publishers.doubles import MemoryJob, Stage, open_stage, picture
from tests.publishers.protocol import parts_of

Draw = Callable[..., MediaRef]


@pytest.fixture
async def stage(clock: ManualClock) -> AsyncIterator[Stage]:
    async with open_stage(find_channel("matrix"), clock) as opened:
        yield opened


@pytest.fixture
def platform(stage: Stage) -> Platform:
    assert isinstance(stage.platform, Platform)
    return stage.platform


@pytest.fixture
def draw(stage: Stage) -> Draw:
    def one(colour: str = "red") -> MediaRef:
        return stage.media.add(picture(side=32, colour=colour), side=32)

    return one


@pytest.fixture
def job(stage: Stage) -> Callable[..., MemoryJob]:
    """A delivery whose attempt begins now."""

    def make(
        words: str = "放假通知", *media: MediaRef, name: str = "one", **more: Any
    ) -> MemoryJob:
        made = stage.job(finished(stage, words, *media), name)
        for field, value in more.items():
            setattr(made, field, value)
        return made

    return make


def finished(stage: Stage, words: str, *media: MediaRef) -> Part:
    (part,) = parts_of(stage, f"<p>{words}</p>", *media)
    return part
