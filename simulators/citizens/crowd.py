"""Citizens live their day: each writes, waits for the answer, thinks, and writes again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from hub.kernel.clock import Clock
from simulators.citizens.following import next_word
from simulators.citizens.handsets import Handset
from simulators.citizens.models import Citizen, Door, Heard, Purpose, Saying, Spoken
from simulators.citizens.office import ANSWER_TITLE
from simulators.citizens.reading import HANDED, OUTCOME_PROMISED, is_notice
from simulators.citizens.wording import simplified

__all__ = ["Crowd"]

_LISTEN_S = 0.03
_PATIENCE_S = 45.0
_GLANCE_S = 0.8  # to find the choice in an answer
_MOST_STEPS = 5
_BACK = Saying(Purpose.BACK, "菜单")
_AT_ONCE = 400  # citizens whose messages are under way on the platforms


class Crowd:
    """`length` is how many seconds the day takes. What was said and read is kept in order."""

    def __init__(
        self,
        handsets: Mapping[Door, Handset],
        clock: Clock,
        length: float,
    ) -> None:
        self._handsets = handsets
        self._clock = clock
        self._length = length
        self._begun = clock.monotonic()
        self._open: dict[int, Spoken] = {}
        self._answered: dict[int, asyncio.Event] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self.spoken: list[Spoken] = []
        self.heard: list[Heard] = []
        self.failures: list[str] = []

    @property
    def now(self) -> float:
        """Seconds since the day began."""
        return self._clock.monotonic() - self._begun

    def moment(self, at: datetime) -> float:
        """The second of the day in which something was at `at`."""
        return self.now - (self._clock.now() - at).total_seconds()

    def begin(self) -> None:
        self._begun = self._clock.monotonic()

    async def live(self, citizens: Sequence[Citizen]) -> None:
        """Until everybody has said everything and was answered, or gave up."""
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.gather(*(self._live(citizen) for citizen in citizens))
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def linger(self, seconds: float) -> None:
        """Go on reading for a while, without a word."""
        end = self.now + seconds
        while self.now < end:
            self.read()
            await asyncio.sleep(_LISTEN_S)

    def read(self) -> None:
        """Read what is new on every platform."""
        now = self.now
        for handset in self._handsets.values():
            for number, text in handset.news():
                self._hear(Heard(number, text, now))

    def _hear(self, heard: Heard) -> None:
        self.heard.append(heard)
        spoken = self._open.get(heard.citizen)
        if spoken is None or is_notice(heard.text):
            return
        del self._open[heard.citizen]
        spoken.answer = heard
        self._answered[heard.citizen].set()

    async def _listen(self) -> None:
        while True:
            self.read()
            await asyncio.sleep(_LISTEN_S)

    async def _live(self, citizen: Citizen) -> None:
        await asyncio.sleep(max(0.0, citizen.arrives * self._length - self.now))
        heard = ""
        for number, saying in enumerate(citizen.sayings):
            if number:
                await asyncio.sleep(citizen.thinks[number])
            if HANDED.search(heard):
                await self._exchange(citizen, _BACK)
            heard = await self._exchange(citizen, saying)
            if saying.purpose is Purpose.INCIDENT:
                heard = await self._press_on(citizen, saying, heard)

    async def _press_on(self, citizen: Citizen, saying: Saying, heard: str) -> str:
        """Who is in trouble wants to hear of the outcome: they take the choice that leads there,
        and where there is none they complain; unless they have just read what they wanted. What
        they read last."""
        for _ in range(_MOST_STEPS):
            if ANSWER_TITLE in heard or OUTCOME_PROMISED.search(heard):
                break
            await asyncio.sleep(_GLANCE_S)
            number = next_word(heard)
            if HANDED.search(heard):
                following = _BACK
            elif number:
                following = Saying(Purpose.FOLLOW, number)
            else:
                following = replace(saying, text=f"我要投诉：{saying.text}", cut_after=0.0)
            heard = await self._exchange(citizen, following)
        return heard

    async def _exchange(self, citizen: Citizen, saying: Saying) -> str:
        """Say it and wait; what was answered, empty where nothing came in time."""
        answered = self._answered.setdefault(citizen.number, asyncio.Event())
        answered.clear()
        async with self._places:
            spoken = Spoken(citizen, saying, self.now)
            self.spoken.append(spoken)
            self._open[citizen.number] = spoken
            try:
                await self._handsets[citizen.door].say(citizen, saying)
            except Exception as error:  # a citizen does not end the day of the others
                self.failures.append(f"{citizen.door} {type(error).__name__}: {error}")
            self.read()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await answered.wait()
        return simplified(spoken.answer.text) if spoken.answer else ""
