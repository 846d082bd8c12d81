"""The engine over a small province that has published things."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bots import open_answerer
from app.compose import Hub, open_hub
from bots.desk import Said
from bots.engine import Engine, Told
from hub.conversation.models import EventType, Inbound, InboundKind, Location
from hub.kernel.clock import ManualClock
from tests.bots.stage import settings_of, stock

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 on a working Monday in Shanghai


@dataclass
class Collecting:
    """`Signals` that keeps what it is told."""

    said: list[Said] = field(default_factory=list)

    async def collect(self, said: Said) -> str:
        self.said.append(said)
        return f"YJ-{len(self.said)}"


@dataclass
class Town:
    """An open installation with its engine; a citizen asks with `ask`."""

    hub: Hub
    engine: Engine
    clock: ManualClock
    ids: dict[str, str]
    signals: Collecting
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def inbound(self, text: str = "", **given: object) -> Inbound:
        key = f"m{next(self.numbers)}"
        one = Inbound(
            id=key,
            channel="paper",
            account="a1",
            external_key=key,
            sender="citizen",
            kind=InboundKind.TEXT,
            received_at=self.clock.now(),
            text=text,
        )
        return replace(one, **given)  # type: ignore[arg-type]

    async def ask(self, *texts: str, **given: object) -> Told:
        """The answer to the last of the messages."""
        told = None
        for text in texts:
            told = await self.engine.explain(self.inbound(text, **given))
        assert told is not None
        return told

    async def choose(self, payload: str) -> Told:
        event = {"kind": InboundKind.EVENT, "event": EventType.CHOICE, "event_key": payload}
        return await self.ask("", **event)

    async def at(self, latitude: float, longitude: float) -> Told:
        place = Location(latitude=latitude, longitude=longitude)
        return await self.ask("", kind=InboundKind.LOCATION, location=place)


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home that is filled once; tests get copies."""
    home = tmp_path_factory.mktemp("stocked")
    return home, stock(home, ManualClock(START))


@pytest.fixture
async def town(stocked: tuple[Path, dict[str, str]], tmp_path: Path) -> AsyncIterator[Town]:
    home, ids = stocked
    shutil.copytree(home, tmp_path / "home")
    clock = ManualClock(START)
    async with (
        open_hub(settings_of(tmp_path / "home"), clock=clock) as hub,
        open_answerer(hub) as engine,
    ):
        signals = Collecting()
        engine.desk = replace(engine.desk, signals=signals)
        yield Town(hub=hub, engine=engine, clock=clock, ids=ids, signals=signals)
