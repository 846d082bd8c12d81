"""Every channel that is reached over the wire, each with an approved item before its platform."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.contract import Channel
from publishers.registry import channels
from tests.badinput.installation import Installation, Prepared, installation, prepare
from tests.publishers.doubles import simulator_of

OVER_HTTP = [channel for channel in channels().values() if simulator_of(channel).over_http]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "channel" in metafunc.fixturenames:
        metafunc.parametrize("channel", OVER_HTTP, ids=[one.name for one in OVER_HTTP])


@pytest.fixture
def hasty() -> Iterator[Channel]:
    """A channel that declares to wait a few seconds for an answer: all of them wait with the same
    wire, the least hasty a minute."""
    channel = min(OVER_HTTP, key=lambda channel: channel.declaration.call_timeout)
    usual = channel.declaration.call_timeout
    object.__setattr__(channel.declaration, "call_timeout", timedelta(seconds=3))
    yield channel
    object.__setattr__(channel.declaration, "call_timeout", usual)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Channel], Prepared]:
    known: dict[str, Prepared] = {}

    def give(channel: Channel) -> Prepared:
        if channel.name not in known:
            home = tmp_path_factory.mktemp(channel.name) / "home"
            with ThreadPoolExecutor(1) as thread:  # the test's loop is already running
                known[channel.name] = thread.submit(asyncio.run, prepare(channel, home)).result()
        return known[channel.name]

    return give


@pytest.fixture
async def stage(
    channel: Channel, prepared: Callable[[Channel], Prepared], tmp_path: Path
) -> AsyncIterator[Installation]:
    async with installation(channel, prepared(channel), tmp_path / "home") as opened:
        yield opened
