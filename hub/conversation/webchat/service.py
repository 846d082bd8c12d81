"""What citizens send from a page of ours goes through the same door as every channel's messages."""

from __future__ import annotations

import hashlib
import re

from hub.conversation import store as messages
from hub.conversation.models import Arrival, EventType, InboundKind, Message
from hub.conversation.service import Conversations
from hub.conversation.webchat import store
from hub.conversation.webchat.errors import BadMessage, NoSuchChoice, WritesTooFast
from hub.conversation.webchat.pages import Pages, address_of
from hub.kernel.database import Database
from hub.kernel.errors import Words

__all__ = ["CHANNEL", "LONGEST", "WebChat"]

CHANNEL = "website"  # whose accounts a page belongs to
LONGEST = 1_000  # characters of one message
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


class WebChat:
    """Takes what is written on a page; `pages` has what is answered."""

    def __init__(self, database: Database, conversations: Conversations, pages: Pages) -> None:
        self._database = database
        self._conversations = conversations
        self.pages = pages

    async def say(
        self,
        account_id: str,
        word: str,
        *,
        key: str,
        text: str,
        language: str,
    ) -> Message:
        """Keep what somebody wrote, and have it answered. The same `key` is
        the same message. Raises BadMessage, WritesTooFast, Unavailable."""
        said = text.strip()
        if not said or len(said) > LONGEST:
            raise BadMessage(
                Words(f"请写 1 至 {LONGEST} 字", f"Please write 1 to {LONGEST} characters"),
                field="text",
            )
        arrival = Arrival(
            external_key=_keyed(key, said),
            address=address_of(word),
            kind=InboundKind.TEXT,
            text=said,
            language=language,
        )
        return await self._take(account_id, arrival)

    async def choose(
        self,
        account_id: str,
        word: str,
        *,
        key: str,
        told_id: str,
        number: int,
        language: str,
    ) -> Message:
        """Take choice `number`, from 0, of an answer on this person's page. What stands behind it
        is what was offered: nobody sends one of their own. Raises NoSuchChoice beside the rest."""
        told = await self.pages.told(account_id, word, told_id)
        if told is None or not 0 <= number < len(told.answer.choices):
            raise NoSuchChoice
        choice = told.answer.choices[number]
        arrival = Arrival(
            external_key=_keyed(key, f"{told_id}.{number}"),
            address=address_of(word),
            kind=InboundKind.EVENT,
            event=EventType.CHOICE,
            event_key=choice.payload,
            language=language,
            context={"label": choice.label},
        )
        return await self._take(account_id, arrival)

    async def _take(self, account_id: str, arrival: Arrival) -> Message:
        sender = self.pages.sender_at(account_id, arrival.address)
        await self._conversations.take(CHANNEL, account_id, arrival)
        kept = await self._database.read(
            lambda c: store.kept_as(c, account_id, sender, arrival.external_key)
        )
        message = await self._database.read(lambda c: messages.get(c, kept)) if kept else None
        if message is None:  # who is over the pace is neither kept nor answered
            raise WritesTooFast
        return message


def _keyed(key: str, content: str) -> str:
    """What a repeat has in common with its first: the page's key and what was sent under it. Who
    goes back to a page and sends something else from it has sent something else."""
    if not _KEY.fullmatch(key):
        raise BadMessage(
            Words("缺少提交标识", "The key of the message is missing"),
            field="key",
            remedy=Words("请重新打开本页", "please open the page again"),
        )
    return f"w:{key}:{hashlib.sha256(content.encode()).hexdigest()[:20]}"
