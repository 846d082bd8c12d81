"""Accounts whose platform does not call: what a look brings is kept before the next begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from hub.conversation.models import Arrival, InboundKind, Polled
from hub.conversation.polling import Polling
from hub.organisations.models import Account
from hub.organisations.service import Organisations
from hub.publishing.ports import Access
from tests.hub.conversation.conftest import Talk


class Pages:
    """A poller whose platform has these texts, each look one more page."""

    def __init__(self, *pages: Sequence[str]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def rest(self, settings: Mapping[str, Any]) -> timedelta:
        return timedelta(0)

    def wanted(self, settings: Mapping[str, Any]) -> bool:
        return True

    async def poll(self, access: Access, cursor: str) -> Polled:
        self.asked.append(cursor)
        number = int(cursor or 0)
        found = self.pages[number] if number < len(self.pages) else ()
        arrivals = [
            Arrival(
                external_key=f"{number}.{place}",
                address="o1",
                kind=InboundKind.TEXT,
                text=text,
            )
            for place, text in enumerate(found)
        ]
        return Polled(arrivals=tuple(arrivals), cursor=str(number + 1))

    async def close(self) -> None: ...


async def test_a_message_that_can_be_none_holds_up_nothing_behind_it(
    talk: Talk, organisations: Organisations
) -> None:
    account = await organisations.account(talk.account)

    async def accounts(channel: str) -> Sequence[Account]:
        return [account]

    poller = Pages(["一", "字" * 20_001, "二"], ["三"])
    polling = Polling(
        talk.database,
        talk.clock,
        pollers={"weibo": poller},
        accounts=accounts,
        access=lambda one: Access(account_id=one.id, handle="h", base_url="https://a.cn"),
        take=talk.conversations.take,
    )
    for _ in range(2):
        await polling.look()
        await polling.quiet()
        await talk.quiet()
        talk.clock.advance(1)
    await polling.close()
    assert poller.asked == ["", "1"]
    assert [one.text for one in talk.script.asked] == ["一", "二", "三"]
