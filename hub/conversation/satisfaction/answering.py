"""`Answerer` that hears an answer to the question before anybody else answers."""

from __future__ import annotations

from hub.conversation.models import Answer, Inbound
from hub.conversation.ports import Answerer
from hub.conversation.satisfaction.service import Satisfaction

__all__ = ["HearsRatings"]


class HearsRatings:
    """Wraps another answerer, which is asked where the message is no rating."""

    def __init__(self, inner: Answerer, satisfaction: Satisfaction) -> None:
        self._inner = inner
        self._satisfaction = satisfaction

    async def answer(self, inbound: Inbound) -> Answer:
        heard = await self._satisfaction.hear(inbound)
        return heard if heard is not None else await self._inner.answer(inbound)
