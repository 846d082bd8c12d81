"""Messages come in once and answers go out in time.

A message is durable before anybody thinks about an answer, and is answered once however often the
platform delivers it: a repeat shares the exchange that is under way, also on another machine.
Where the platform waits for an answer to its own call and it comes in time, that is the answer;
else the platform is told "received" and the answer follows by a call of ours, written ahead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from hub.conversation import store
from hub.conversation.errors import Overrun
from hub.conversation.exchange import Exchange
from hub.conversation.journal import Journal
from hub.conversation.models import (
    OPEN_STATES,
    Answer,
    Arrival,
    Choice,
    EventType,
    Inbound,
    Message,
    MessageEvent,
    MessageState,
)
from hub.conversation.pace import Pace, Speed
from hub.conversation.ports import Answerer
from hub.conversation.privacy import CONFIRMED, wish_of
from hub.conversation.pseudonyms import Pseudonyms
from hub.conversation.records import Records
from hub.conversation.rules import chosen, cleaned, is_number
from hub.conversation.sending import Sending
from hub.conversation.store import Settled
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError, Words
from hub.kernel.ids import IdSource
from hub.kernel.patience import Patience
from hub.kernel.remembering import Remembered
from hub.kernel.tracing import Span, span, tell
from hub.organisations.vault import Vault

__all__ = ["Conversations", "Paces"]

_log = structlog.get_logger(__name__)
# remembered in memory; the database remembers all
_RECENT, _RECENT_FOR = 20_000, timedelta(minutes=15)
_OFFERS, _OFFERED_FOR = 50_000, timedelta(minutes=30)
_POLL_S = 0.25
_POLLS = 6
_SORRY = Words("暂时无法答复，请稍后再问。", "No answer is possible now, please ask again later.")
_TOO_FAST = Words("您发送得太快，请稍等一分钟。", "You are writing too fast, please wait a minute.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How much one person may ask, and how many may be answered at a time."""

    count: int = 20
    per: timedelta = timedelta(minutes=1)
    most_open: int = 1_000


class Conversations:
    """One process' part in all conversations. `start` before, `close` after everything else."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        pseudonyms: Pseudonyms,
        answerer: Answerer,
        sending: Sending,
        paces: Paces | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._vault = vault
        self._pseudonyms = pseudonyms
        self.answerer = answerer
        self._sending = sending
        self._paces = paces or Paces()
        self._pace = Pace(clock, self._paces.count, self._paces.per)
        self._journal = Journal(database)
        self._records = Records(database, clock)
        self._recent: Remembered[tuple[str, str, str], Exchange] = Remembered(
            clock, _RECENT_FOR, _RECENT
        )
        self._offers: Remembered[tuple[str, str], tuple[Choice, ...]] = Remembered(
            clock, _OFFERED_FOR, _OFFERS
        )
        self._patiences: dict[float, Patience] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        """How many messages are being answered now."""
        return len(self._tasks)

    async def quiet(self) -> None:
        """Wait until everything that came in so far has been answered."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let what is being answered end, as far as it does within its own limits."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=10)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._journal.close()

    async def take(
        self, channel: str, account_id: str, arrival: Arrival, *, within: float = 0.0
    ) -> Answer | None:
        """Keep `arrival`, and have it answered. The answer to say in the platform's own call where
        it comes within `within` seconds; None for nothing to say there: not yet, not this way, or
        nothing at all. With `within` 0 it returns as soon as the message is durable.

        Raises InvalidInput for what cannot be a message, Unavailable when it could not be kept:
        then the platform must deliver it again.
        """
        arrival = cleaned(arrival)
        sender = self._pseudonyms.of(account_id, arrival.address)
        key = (account_id, sender, arrival.external_key)
        known = self._recent.get(key)
        if known is None:
            speed = self._pace.judge(sender)
            if speed is not Speed.FINE:
                told = speed is Speed.WARNED and within > 0
                return Answer(paragraphs=(_TOO_FAST.zh, _TOO_FAST.en)) if told else None
            if len(self._tasks) >= self._paces.most_open:
                raise Overrun
            known = self._begin(channel, key, arrival, within)
        return await known.told()

    def _begin(
        self, channel: str, key: tuple[str, str, str], arrival: Arrival, within: float
    ) -> Exchange:
        account_id, sender, external_key = key
        now = self._clock.now()
        inbound = Inbound(
            id=self._ids.new(now),
            channel=channel,
            account=account_id,
            external_key=external_key,
            sender=sender,
            kind=arrival.kind,
            received_at=now,
            text=arrival.text,
            location=arrival.location,
            event=arrival.event,
            event_key=arrival.event_key,
            language=arrival.language,
        )
        exchange = Exchange(inbound=inbound, arrival=arrival, waits=within > 0)
        self._recent.put(key, exchange)
        if within > 0:
            exchange.watch = self._patience(within).watch(partial(self._give_up, exchange))
        self._spawn(self._converse(key, exchange))
        return exchange

    def _patience(self, seconds: float) -> Patience:
        """Of a kind of platform: there are as many as they differ."""
        if seconds not in self._patiences:
            self._patiences[seconds] = Patience(seconds)
        return self._patiences[seconds]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _give_up(self, exchange: Exchange) -> None:
        """The platform's patience ends: it is told that the message is here, once that an answer
        is owed is durable."""
        exchange.waits = False
        self._spawn(self._promise(exchange))

    async def _promise(self, exchange: Exchange) -> None:
        try:
            await self._settle(exchange.inbound, MessageEvent.PROMISED)
        except GongkaiError as error:
            exchange.settle(None, error)
        exchange.settle(None)

    async def _converse(self, key: tuple[str, str, str], exchange: Exchange) -> None:
        try:
            with _tracing(exchange.inbound):
                if await self._keep(exchange):
                    await self._answer(exchange)
        except Exception as error:
            self._recent.forget(key)  # delivered again, it is begun again
            if exchange.settled:
                _log.exception("conversation.failed", message=exchange.inbound.id)
            exchange.settle(None, error)
        finally:
            exchange.end()

    async def _keep(self, exchange: Exchange) -> bool:
        """Make the message durable; whether it is ours to answer."""
        inbound, arrival = exchange.inbound, exchange.arrival
        sealed = self._vault.seal(inbound.account, {"address": arrival.address})
        message = Message(
            inbound=inbound,
            state=MessageState.RECEIVED if exchange.waits else MessageState.PROMISED,
            address=sealed,
            context=arrival.context,
            manner=arrival.manner,
        )
        new = await self._journal.keep(message)
        if not exchange.waits:
            exchange.settle(None)
        return new or await self._takes_over(exchange)

    async def _takes_over(self, exchange: Exchange) -> bool:
        """A repeat of what another process, or this one before it was started anew, has kept.

        Its answer is shared. Where none comes soon, whoever kept it may be gone: then it is
        answered here; the states let only one of two answers through.
        """
        for _ in range(_POLLS):
            first = await self._database.read(lambda c: store.find_same(c, exchange.inbound))
            if first is None or first.state not in OPEN_STATES:
                exchange.settle(None if first is None else first.answer)
                return False
            if not exchange.waits or first.state is not MessageState.RECEIVED:
                return False
            exchange.first = False
            exchange.inbound = replace(exchange.inbound, id=first.inbound.id)
            await self._clock.sleep(_POLL_S)
        return True

    async def _answer(self, exchange: Exchange) -> None:
        inbound = await self._understood(exchange.inbound)
        answer = await self._said(inbound)
        exchange.waiting_ends()
        if answer.choices:
            self._offer(inbound, answer.choices)
        if answer.silent:
            await self._settle(inbound, MessageEvent.LEFT)
        elif exchange.waits and not (answer.media and exchange.arrival.pictures_by_call):
            await self._reply(exchange, inbound, answer)
        else:
            if exchange.waits:
                exchange.waits = False
                await self._promise(exchange)
            await self._sending.send(inbound, exchange.arrival, answer, self._settle)

    async def _reply(self, exchange: Exchange, inbound: Inbound, answer: Answer) -> None:
        """Answer in the platform's own call. That this was done is written behind it: should it be
        lost in a crash, the message counts as missed and is answered by nobody a second time."""
        tell(event=MessageEvent.REPLIED)
        if exchange.first:
            exchange.settle(answer)
        won = await self._journal.settle(
            Settled(inbound.id, MessageEvent.REPLIED, self._clock.now(), "", answer),
            urgent=not exchange.first,
        )
        exchange.settle(answer if won else None)

    async def resume(self, message: Message, *, too_late: bool) -> None:
        """Answer a message that was kept and left alone; by a call of ours, once."""
        inbound = message.inbound
        key = (inbound.account, inbound.sender, inbound.external_key)
        if (known := self._recent.get(key)) is not None and known.open:
            return
        if (
            too_late
            or not message.address
            or not (inbound.text or inbound.event or inbound.location)
        ):
            await self._settle(inbound, MessageEvent.LAPSED, reason="too-late")
            return
        arrival = Arrival(
            external_key=inbound.external_key,
            address=self._vault.open(inbound.account, message.address)["address"],
            kind=inbound.kind,
            event=inbound.event,
            context=message.context,
        )
        with _tracing(inbound):
            await self._answer(Exchange(inbound=inbound, arrival=arrival, waits=False))

    async def _said(self, inbound: Inbound) -> Answer:
        if inbound.event is EventType.UNSUBSCRIBE:
            return Answer()  # nobody is there to read it
        wish = wish_of(inbound)
        if wish:
            await self._records.grant(wish, inbound)
            return CONFIRMED[wish]
        try:
            with span("bot.answer", channel=inbound.channel):
                return await self.answerer.answer(inbound)
        except Exception as error:
            code = error.code if isinstance(error, GongkaiError) else type(error).__name__
            _log.error("conversation.unanswered", message=inbound.id, code=code)
            return Answer(paragraphs=(_SORRY.zh, _SORRY.en), unanswered=True)

    async def _settle(
        self,
        inbound: Inbound,
        event: MessageEvent,
        answer: Answer | None = None,
        reason: str = "",
    ) -> bool:
        tell(event=event)
        return await self._journal.settle(
            Settled(inbound.id, event, self._clock.now(), reason, answer)
        )

    async def _understood(self, inbound: Inbound) -> Inbound:
        """A number that stands alone is the choice that was offered last under it."""
        if not is_number(inbound.text):
            return inbound
        offered = self._offers.get((inbound.account, inbound.sender))
        if offered is None:
            offered = await self._records.offered(inbound)
        return chosen(inbound, offered)

    def _offer(self, inbound: Inbound, choices: tuple[Choice, ...]) -> None:
        self._offers.put((inbound.account, inbound.sender), choices)


def _tracing(inbound: Inbound) -> AbstractContextManager[Span]:
    """The span of a message, from the door to what became of it."""
    return span(
        "conversation.message",
        message=inbound.id,
        channel=inbound.channel,
        account=inbound.account,
        kind=inbound.kind,
    )
