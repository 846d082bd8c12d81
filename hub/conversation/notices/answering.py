"""`Answerer` with whose answers goes what had to wait until the person writes."""

from __future__ import annotations

from collections.abc import Callable

from hub.conversation.models import Answer, Inbound
from hub.conversation.notices import store
from hub.conversation.notices.beginning import Beginning
from hub.conversation.notices.composing import joined, size_of
from hub.conversation.notices.models import Carrier, MessageState, Reach
from hub.conversation.ports import Answerer
from hub.conversation.subscriptions.models import Reader
from hub.kernel.clock import Clock
from hub.kernel.database import Database

__all__ = ["CarriesNotices"]


class CarriesNotices:
    """Wraps another answerer, whose answer always goes first. Only where the platform lets us
    write after the person did is anything asked of the database."""

    def __init__(
        self,
        inner: Answerer,
        *,
        database: Database,
        clock: Clock,
        reach: Callable[[str], Reach | None],
        beginning: Beginning,
    ) -> None:
        self._inner = inner
        self._database = database
        self._clock = clock
        self._reach = reach
        self._beginning = beginning

    async def answer(self, inbound: Inbound) -> Answer:
        answer = await self._inner.answer(inbound)
        reach = self._reach(inbound.channel)
        if reach is None or not reach.windows:
            return answer
        reader = Reader(channel=inbound.channel, account=inbound.account, sender=inbound.sender)
        waiting, begun = await self._database.read(
            lambda c: (store.wait_for_window(c, reader), store.message(c, inbound.id))
        )
        if begun is not None:  # the same message is answered again after an interruption
            same = begun.state is MessageState.SENDING and begun.carrier is Carrier.ANSWER
            return joined(answer, begun.answer) if same else answer
        if not waiting:
            return answer
        notice = await self._joined(inbound, reader, reach, answer)
        return answer if notice is None else joined(answer, notice)

    async def _joined(
        self, inbound: Inbound, reader: Reader, reach: Reach, answer: Answer
    ) -> Answer | None:
        def fits(notice: Answer) -> bool:
            return size_of(answer) + size_of(notice) <= reach.answer_bytes

        return await self._database.write(
            lambda tx: self._beginning.join(
                tx,
                reader,
                reach,
                self._clock.now(),
                message_id=inbound.id,
                fits=fits,
                may_ask=not answer.choices,
            )
        )
