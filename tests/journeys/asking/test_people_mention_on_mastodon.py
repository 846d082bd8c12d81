"""Mentions are polled, answered under the mention, and never more publicly than they were."""

from __future__ import annotations

import hashlib

from hub.catalogue import store as catalogue
from hub.conversation.models import Answer, Choice, Picture
from tests.journeys.asking.conftest import Asking
from tests.publishers.doubles import picture

BY = "alice@social.example"


async def look(asking: Asking) -> None:
    """One look, as if the account had rested."""
    await asking.hub.database.write(
        lambda tx: tx.connection.exec_driver_sql("UPDATE poll_cursors SET polled_at = 0"),
        audited=False,
    )
    await asking.conversing.polling.look()
    await asking.quiet()


def answers(asking: Asking) -> list[tuple[str, str, str]]:
    world = asking.platform("mastodon")
    own = [post for post in world.shown() if post.account == "mastodon-sichuan"]
    statuses = [world.status(post.remote_id) for post in own]
    return [(status.text, status.visibility, status.in_reply_to) for status in statuses]


async def test_a_mention_is_answered_under_it_and_out_of_the_public_timelines(
    asking: Asking,
) -> None:
    await asking.account("mastodon", {"receive": "poll"})
    world = asking.platform("mastodon")
    world.mention("mastodon-sichuan", BY, "以前的旧事")
    await look(asking)
    asked = world.mention("mastodon-sichuan", BY, "第一行\n<b>第二行</b>")
    await look(asking)
    await look(asking)
    assert [inbound.text for inbound in asking.answerer.asked] == ["第一行\n<b>第二行</b>"]
    assert answers(asking) == [(f"@{BY} 答：第一行\n<b>第二行</b>", "unlisted", asked)]
    assert await asking.states() == ["answered"]


async def test_a_private_question_stays_private_and_programs_are_not_answered(
    asking: Asking,
) -> None:
    await asking.account("mastodon", {"receive": "poll"})
    world = asking.platform("mastodon")
    await look(asking)
    world.mention("mastodon-sichuan", BY, "悄悄问", visibility="direct")
    world.mention("mastodon-sichuan", "robot@social.example", "hi", bot=True)
    await look(asking)
    assert [visibility for _, visibility, _ in answers(asking)] == ["direct"]


async def test_choices_are_numbers_where_there_are_no_buttons(asking: Asking) -> None:
    asking.answerer.says = lambda inbound: Answer(
        paragraphs=(inbound.event_key or "菜单",),
        choices=(Choice(label="甲", payload="a"), Choice(label="乙", payload="b")),
    )
    await asking.account("mastodon", {"receive": "poll"})
    world = asking.platform("mastodon")
    await look(asking)
    world.mention("mastodon-sichuan", BY, "你好")
    await look(asking)
    world.mention("mastodon-sichuan", BY, "2")
    await look(asking)
    assert [text.split("\n")[0] for text, _, _ in answers(asking)] == [f"@{BY} 菜单", f"@{BY} b"]


async def test_an_infographic_is_shown_with_its_description(asking: Asking) -> None:
    data = picture(side=40)
    sha256 = hashlib.sha256(data).hexdigest()
    await asking.hub.database.write(
        lambda tx: catalogue.put_blob(tx, sha256, "image/png", data), audited=False
    )
    shown = Picture(sha256=sha256, alt="一图读懂")
    asking.answerer.says = lambda inbound: Answer(paragraphs=("请看图",), media=(shown,))
    await asking.account("mastodon", {"receive": "poll"})
    world = asking.platform("mastodon")
    await look(asking)
    world.mention("mastodon-sichuan", BY, "图解")
    await look(asking)
    [post] = [post for post in world.shown() if post.account == "mastodon-sichuan"]
    assert post.pictures == 1
