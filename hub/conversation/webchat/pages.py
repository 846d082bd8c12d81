"""What is on citizens' pages: put there as to a platform, and read by nobody but themselves.

A page is found by the random word that its reader's browser keeps. From it comes the address, a
hash, and from that the pseudonym: the database holds neither the word nor anything that leads back
to it. What arrived stays here as a platform would keep it, so a page opened later shows it too.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.conversation.models import Outgoing
from hub.conversation.pseudonyms import Pseudonyms
from hub.conversation.records import Records
from hub.conversation.webchat import store
from hub.conversation.webchat.models import Line, Told
from hub.conversation.webchat.waiting import Waiting
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Unavailable
from hub.kernel.ids import IdSource
from hub.publishing.errors import Busy
from hub.publishing.ports import Access, MediaSource

__all__ = ["Pages", "address_of"]

_LINES = 60
# a row may become visible a little after one that was made later: so far is looked back
_OVERLAP = timedelta(seconds=30)
_AT_ONCE = 50
_STAYS = timedelta(hours=12)  # the shortest that an installation can keep it is a day


def address_of(word: str) -> str:
    """What a browser's word is known by; it does not lead back to the word."""
    return hashlib.sha256(word.encode()).hexdigest()


class Pages:
    """The pages of one process. Takes answers, the bots' and people's, as a channel's replier."""

    def __init__(
        self, *, database: Database, clock: Clock, ids: IdSource, pseudonyms: Pseudonyms
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._pseudonyms = pseudonyms
        self._records = Records(database, clock)
        self.waiting = Waiting(database, clock)

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        """Put an answer on the page of who is to read it; again, and it is there once."""
        now = self._clock.now()
        told = Told(
            id=self._ids.new(now),
            account_id=access.account_id,
            sender=self._pseudonyms.of(access.account_id, outgoing.address),
            source=outgoing.id,
            answer=outgoing.answer,
            told_at=now,
        )

        def work(tx: Transaction) -> bool:
            return store.add(tx, told)

        try:
            # what is sent, and that it arrived, is in the message's own events
            await self._database.write(work, audited=False)
        except Unavailable as error:
            raise Busy(error.words, platform_code=error.code) from error
        self.waiting.wake((told.account_id, told.sender))

    async def key_window(self, access: Access) -> timedelta | None:
        """What is on a page stays there longer than that, and a repeat finds it."""
        return _STAYS

    async def answered(self, account_id: str, word: str, message_id: str, within: float) -> bool:
        """Whether a message was answered within `within` seconds."""
        sender = self.sender(account_id, word)

        async def arrived() -> bool:
            found = await self._database.read(
                lambda c: store.answer_to(c, account_id, sender, message_id)
            )
            return found is not None

        with self.waiting.open((account_id, sender)) as change:
            try:
                async with asyncio.timeout(within):
                    while not await arrived():
                        await change.wait()
                        change.clear()
            except TimeoutError:
                return False
        return True

    async def lines(self, account_id: str, word: str) -> Sequence[Line]:
        """The last lines of somebody's page, oldest first."""
        sender = self.sender(account_id, word)
        said = await self._records.history(account_id, sender, _LINES)
        told = await self._database.read(lambda c: store.newest(c, account_id, sender, _LINES))
        lines: list[Line] = [*said, *told]
        return sorted(lines, key=_place)[-_LINES:]

    async def told_since(self, account_id: str, word: str, at: datetime) -> Sequence[Told]:
        """What somebody was told from a little before `at` on: some of it they may have."""
        sender = self.sender(account_id, word)
        return await self._database.read(
            lambda c: store.since(c, account_id, sender, at - _OVERLAP, _AT_ONCE)
        )

    async def told(self, account_id: str, word: str, told_id: str) -> Told | None:
        """An answer on this person's own page."""
        sender = self.sender(account_id, word)
        return await self._database.read(lambda c: store.get(c, account_id, sender, told_id))

    async def erase(self, account_id: str, word: str) -> int:
        """Delete everything somebody said and was told here; how many messages. Raises NotFound."""
        sender = self.sender(account_id, word)
        return await self._records.erase(account_id, sender, actor=f"citizen:{sender}")

    def sender(self, account_id: str, word: str) -> str:
        """The pseudonym of who has `word`."""
        return self.sender_at(account_id, address_of(word))

    def sender_at(self, account_id: str, address: str) -> str:
        return self._pseudonyms.of(account_id, address)

    async def close(self) -> None:
        await self.waiting.close()


def _place(line: Line) -> str:
    """Ids are in the order in which things came."""
    return line.id if isinstance(line, Told) else line.inbound.id
