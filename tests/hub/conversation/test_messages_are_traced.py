"""A message that comes in is one span, over the bot to what became of it."""

from __future__ import annotations

from tests.hub.conversation.conftest import Talk
from tests.traced import collected


async def test_a_message_tells_what_became_of_it_and_nothing_that_was_said(talk: Talk) -> None:
    with collected() as spans:
        assert await talk.says("我的身份证号是多少", who="openid-of-somebody")
        await talk.quiet()
    (kept,) = await talk.records.messages()
    assert spans.told("conversation.message") == {
        "gongkai.message": kept.inbound.id,
        "gongkai.channel": "weibo",
        "gongkai.account": talk.account,
        "gongkai.kind": "text",
        "gongkai.event": "replied",
    }
    assert spans.below(spans.one("conversation.message")) == {"bot.answer"}
    for secret in ("身份证", "openid-of-somebody", kept.inbound.sender):
        assert secret not in spans.text()


async def test_an_answer_by_a_call_of_ours_is_in_the_same_span(talk: Talk) -> None:
    with collected() as spans:
        await talk.says("问", within=0)
        await talk.quiet()
    assert spans.told("conversation.message")["gongkai.event"] == "sent"
