"""Conversations over a scripted answerer and a courier that keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from hub.conversation.models import Answer, Arrival, Inbound, InboundKind, Manner, Outgoing
from hub.conversation.pseudonyms import Pseudonyms
from hub.conversation.records import Records
from hub.conversation.resuming import Resuming
from hub.conversation.sending import Sending
from hub.conversation.service import Conversations, Paces
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.organisations.models import Body, NewAccount
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault


class Script:
    """`Answerer` that repeats the question, when it is let go."""

    def __init__(self) -> None:
        self.asked: list[Inbound] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.answers: Callable[[Inbound], Answer] = lambda inbound: Answer(
            paragraphs=(f"答：{inbound.text or inbound.event_key}",)
        )

    async def answer(self, inbound: Inbound) -> Answer:
        self.asked.append(inbound)
        await self.gate.wait()
        return self.answers(inbound)


@dataclass
class Post:
    """`Courier` that keeps what it carries; `failures` are raised first."""

    sent: list[Outgoing] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(outgoing)


@dataclass
class Talk:
    """One account that citizens write to."""

    database: Database
    clock: ManualClock
    conversations: Conversations
    records: Records
    resuming: Resuming
    script: Script
    post: Post
    account: str

    async def says(self, text: str, *, who: str = "o1", key: str = "", within: float = 5) -> str:
        """What a citizen reads at once."""
        answer = await self.take(text, who=who, key=key, within=within)
        return "" if answer is None else "|".join(answer.paragraphs)

    async def take(
        self,
        text: str,
        *,
        who: str = "o1",
        key: str = "",
        within: float = 5,
        manner: Manner = Manner.DIRECT,
    ) -> Answer | None:
        arrival = Arrival(
            external_key=key or f"m:{who}:{text}"[:96],
            address=who,
            kind=InboundKind.TEXT,
            text=text,
            manner=manner,
        )
        return await self.conversations.take("weibo", self.account, arrival, within=within)

    async def quiet(self) -> None:
        """Until nothing is being answered any more."""
        await self.conversations.quiet()

    async def states(self) -> list[str]:
        """Of all messages, oldest first, when nothing is under way any more."""
        if self.script.gate.is_set():
            await self.quiet()
        return [str(m.state) for m in reversed(await self.records.messages())]


def open_conversations(
    talk_database: Database,
    clock: ManualClock,
    ids: IdSource,
    vault: Vault,
    script: Script,
    post: Post,
    paces: Paces | None = None,
) -> Conversations:
    return Conversations(
        database=talk_database,
        clock=clock,
        ids=ids,
        vault=vault,
        pseudonyms=Pseudonyms(b"k" * 32),
        answerer=script,
        sending=Sending(post, clock),
        paces=paces,
    )


@pytest.fixture
async def talk(
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    vault: Vault,
    organisations: Organisations,
    bodies: dict[str, Body],
    weibo: NewAccount,
) -> AsyncIterator[Talk]:
    account = await organisations.add_account(weibo, actor="admin")
    script, post = Script(), Post()
    conversations = open_conversations(database, clock, ids, vault, script, post)
    yield Talk(
        database=database,
        clock=clock,
        conversations=conversations,
        records=Records(database, clock),
        resuming=Resuming(database, clock, conversations, timedelta(hours=48)),
        script=script,
        post=post,
        account=account.id,
    )
    script.gate.set()
    await conversations.close()
