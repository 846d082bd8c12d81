"""What is on a citizen's page is there once, is theirs alone, and goes when it must."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.conversation.models import Answer, Choice, Citation, InboundKind, Outgoing
from hub.conversation.pseudonyms import Pseudonyms
from hub.conversation.webchat.errors import BadMessage, NoSuchChoice, WritesTooFast
from hub.conversation.webchat.models import Told
from hub.conversation.webchat.pages import Pages, address_of
from hub.conversation.webchat.service import WebChat
from hub.kernel.database import Database
from hub.kernel.errors import NotFound
from hub.kernel.ids import IdSource
from hub.publishing.ports import Access
from tests.hub.conversation.conftest import Talk
from tests.publishers.doubles import MemoryMedia

ANSWER = Answer(
    paragraphs=("第一段\x00", "第二段"),
    cites=(Citation(title="办法", index_no="1", published_on=None, url="https://a.cn/i"),),
    choices=(Choice(label="甲", payload="a"),),
)


@pytest.fixture
async def pages(talk: Talk, ids: IdSource):
    opened = Pages(
        database=talk.database, clock=talk.clock, ids=ids, pseudonyms=Pseudonyms(b"k" * 32)
    )
    yield opened
    await opened.close()


async def deliver(talk: Talk, pages: Pages, word: str, source: str) -> None:
    access = Access(account_id=talk.account, handle="portal", base_url="https://a.cn")
    outgoing = Outgoing(
        id=source,
        address=address_of(word),
        answer=ANSWER,
        kind=InboundKind.TEXT,
        received_at=talk.clock.now(),
    )
    await pages.reply(access, outgoing, MemoryMedia())


async def test_an_answer_delivered_twice_is_there_once_and_nobody_elses(
    talk: Talk, pages: Pages
) -> None:
    for word in ("甲", "甲", "乙"):
        await deliver(talk, pages, word, "m1")
    [told] = await pages.lines(talk.account, "甲")
    assert isinstance(told, Told)
    assert told.answer.paragraphs == ("第一段\ufffd", "第二段")
    assert told.answer.choices == ANSWER.choices
    assert await pages.told(talk.account, "甲", told.id) == told
    assert await pages.told(talk.account, "乙", told.id) is None
    assert await pages.lines(talk.account, "丙") == []


async def test_erasing_and_the_end_of_its_time_take_answers_along(talk: Talk, pages: Pages) -> None:
    for word in ("甲", "乙"):
        await deliver(talk, pages, word, "m1")
    await pages.erase(talk.account, "甲")
    assert await pages.lines(talk.account, "甲") == []
    with pytest.raises(NotFound):
        await pages.erase(talk.account, "甲")
    assert len(await pages.lines(talk.account, "乙")) == 1
    talk.clock.advance(31 * 86_400)
    await talk.records.mask_old(timedelta(days=30))
    assert await pages.lines(talk.account, "乙") == []


async def test_lines_stand_in_the_order_they_came(
    talk: Talk, pages: Pages, database: Database
) -> None:
    chat = WebChat(database, talk.conversations, pages)
    for said in ("一", "二"):
        message = await chat.say(talk.account, "甲", key="k" * 20, text=said, language="zh-Hans")
        await deliver(talk, pages, "甲", message.inbound.id)
        talk.clock.advance(1)
    kinds = [type(line).__name__ for line in await pages.lines(talk.account, "甲")]
    assert kinds == ["Message", "Told", "Message", "Told"]
    await talk.quiet()
    # the door has them like every channel's: by a call of ours, to the hash of the browser's word
    assert [one.address for one in talk.post.sent] == [address_of("甲")] * 2


async def test_what_was_not_offered_or_comes_too_fast_is_not_taken(
    talk: Talk, pages: Pages, database: Database
) -> None:
    chat = WebChat(database, talk.conversations, pages)
    given = {"key": "k" * 20, "language": "zh-Hans"}
    await deliver(talk, pages, "甲", "m1")
    [told] = await pages.lines(talk.account, "甲")
    assert isinstance(told, Told)
    await chat.choose(talk.account, "甲", told_id=told.id, number=0, **given)
    for word, number in (("甲", 1), ("甲", -1), ("乙", 0)):
        with pytest.raises(NoSuchChoice):
            await chat.choose(talk.account, word, told_id=told.id, number=number, **given)
    await talk.quiet()
    assert [one.event_key for one in talk.script.asked] == ["a"]
    with pytest.raises(BadMessage):
        await chat.say(talk.account, "甲", key="!" * 20, text="好", language="")
    for n in range(19):
        await chat.say(talk.account, "甲", text=f"第{n}句", **given)
    with pytest.raises(WritesTooFast):
        await chat.say(talk.account, "甲", text="再一句", **given)
