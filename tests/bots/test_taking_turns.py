"""Many people ask at once: a few answers are made side by side, the others keep their turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bots.contract import Asked, Grounds, Reply, Skill
from bots.desk import Desk
from bots.engine import Engine
from hub.kernel.errors import Words
from tests.bots.conftest import Town


@dataclass
class Slow:
    """A skill that answers when it is let; `begun` are the messages in the order of their turns."""

    begun: list[str] = field(default_factory=list)
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, asked: Asked, _desk: Desk) -> Reply:
        self.begun.append(asked.said)
        await self.let.wait()
        if asked.said == "broken":
            raise RuntimeError("a defect")
        return Reply(paragraphs=(asked.said,), grounds=Grounds.CONVERSATION)

    def engine(self, town: Town, at_once: int) -> Engine:
        words = Words("慢", "slow")
        skill = Skill(
            name="slow", words=words, about=words, examples=(), fits=lambda _: 1.0,
            answer=self.answer,
        )  # fmt: skip
        return Engine(town.engine.desk, town.engine._sessions, {"slow": skill}, at_once=at_once)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def asked(town: Town, engine: Engine, said: str) -> asyncio.Task[object]:
    inbound = town.inbound(said, sender=said, received_at=datetime.now(UTC))
    task: asyncio.Task[object] = asyncio.create_task(engine.answer(inbound))
    await turns(20)
    return task


async def test_no_more_are_answered_at_once_than_there_are_places(town: Town) -> None:
    slow = Slow()
    engine = slow.engine(town, 2)
    await town.ask("你好")  # what is read once for all questions is there
    tasks = [await asked(town, engine, name) for name in ("a", "b", "c", "d")]
    assert slow.begun == ["a", "b"]
    slow.let.set()
    await asyncio.gather(*tasks)
    assert slow.begun == ["a", "b", "c", "d"]  # whoever came first is answered first


async def test_an_answer_that_breaks_gives_its_place_back(town: Town) -> None:
    slow = Slow()
    engine = slow.engine(town, 1)
    broken, after = await asked(town, engine, "broken"), await asked(town, engine, "after")
    slow.let.set()
    assert isinstance((await asyncio.gather(broken, return_exceptions=True))[0], RuntimeError)
    await after
    assert slow.begun == ["broken", "after"]
