"""What a conversation needs from outside: somebody who answers."""

from __future__ import annotations

from typing import Protocol

from hub.conversation.models import Answer, Inbound

__all__ = ["Answerer"]


class Answerer(Protocol):
    """Answers citizens from what is published. Knows no platform and no limits of one."""

    async def answer(self, inbound: Inbound) -> Answer:
        """The answer to `inbound`; called once per message, several at a time.

        May be cancelled where the installation stops. Whatever it raises is told to the citizen
        as "try again later" and to the log, and the message stays kept as unanswered.
        """
        ...
