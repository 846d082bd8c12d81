"""Letters are found in a mailbox, answered in their thread, once, and never by way of a loop."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest

from hub.catalogue import store as catalogue
from hub.conversation.models import Answer, Choice, Picture
from hub.organisations.models import NewAccount
from publishers.email.simulator import Platform
from tests.journeys.asking.conftest import PROVINCE, Asking
from tests.publishers.doubles import picture

LI = "li@home.example"


@dataclass
class Post:
    """A mailbox that citizens write to."""

    asking: Asking
    world: Platform
    own: str
    number: int = 0

    def write(self, body: str, subject: str = "", *, by: str = LI, **headers: str) -> str:
        """A letter arrives; its Message-ID."""
        self.number += 1
        made = EmailMessage(policy=email.policy.SMTP)
        given = {
            "From": by,
            "To": self.own,
            "Message-ID": f"<{self.number}@home.example>",
            "Subject": subject or "来信",
            "Return-Path": f"<{by}>",
        }
        for name, value in {**given, **headers}.items():
            made[name] = value
        made.set_content(body)
        self.world.arrive(self.own, made.as_bytes())
        return given["Message-ID"]

    async def look(self) -> None:
        await self.asking.hub.database.write(
            lambda tx: tx.connection.exec_driver_sql("UPDATE poll_cursors SET polled_at = 0"),
            audited=False,
        )
        await self.asking.conversing.polling.look()
        await self.asking.quiet()

    def sent(self) -> list[EmailMessage]:
        return [mail.parsed for mail in self.world.mails]


def said(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.fixture
async def post(asking: Asking) -> AsyncIterator[Post]:
    world: Any = asking.platform("email")
    async with world.listening() as address:
        enrolled = world.enrol("zwgk")
        await asking.hub.organisations.add_account(
            NewAccount(
                channel="email",
                name="政务公开信箱",
                handle=enrolled.handle,
                body_code=PROVINCE,
                base_url=address,
                settings={**enrolled.settings, "receive": "poll", "imap": world.imap},
                credentials=dict(enrolled.credentials),
            ),
            actor="admin",
        )
        opened = Post(asking, world, enrolled.handle)
        opened.write("以前的旧信")
        await opened.look()
        yield opened


async def test_a_letter_is_answered_in_its_thread_and_as_what_it_is(post: Post) -> None:
    number = post.write("停车怎么收费？", "咨询", References="<0@home.example>")
    await post.look()
    await post.look()
    [answer] = post.sent()
    assert post.asking.answerer.asked[0].text == "咨询\n停车怎么收费？"
    assert str(answer["Subject"]) == "Re: 咨询"
    assert (answer["To"], answer["In-Reply-To"]) == (LI, number)
    assert str(answer["References"]).split() == ["<0@home.example>", number]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert said(answer).startswith("答：咨询\n停车怎么收费？")
    assert await post.asking.states() == ["answered"]


async def test_the_mailbox_is_left_as_it_was(post: Post) -> None:
    post.write("你好")
    await post.look()
    assert set(post.world.mailbox(post.own).opened) == {"EXAMINE"}


async def test_a_mailbox_made_anew_is_read_again_and_nobody_answered_twice(post: Post) -> None:
    post.write("第一封")
    await post.look()
    post.world.made_anew(post.own)
    post.write("第二封")
    await post.look()
    await post.look()
    texts = [one.text for one in post.asking.answerer.asked]
    # what lay there before the account listened is of the last two days, and is answered now
    assert sorted(texts) == ["来信\n以前的旧信", "来信\n第一封", "来信\n第二封"]
    assert len(post.sent()) == 3


async def test_two_robots_do_not_write_to_each_other(post: Post) -> None:
    post.write("我在休假", **{"Auto-Submitted": "auto-replied"})
    post.write("退信", by="mailer-daemon@home.example")
    post.write("我写给自己", by=post.own)
    post.write("答复的答复")
    await post.look()
    [answer] = post.sent()
    post.world.arrive(post.own, answer.as_bytes())
    await post.look()
    assert len(post.sent()) == 1


async def test_a_number_alone_in_an_answer_is_a_choice_and_a_picture_is_attached(
    post: Post,
) -> None:
    data = picture(side=40)
    sha256 = hashlib.sha256(data).hexdigest()
    await post.asking.hub.database.write(
        lambda tx: catalogue.put_blob(tx, sha256, "image/png", data), audited=False
    )
    post.asking.answerer.says = lambda inbound: Answer(
        paragraphs=(inbound.event_key or "请看图",),
        media=() if inbound.event_key else (Picture(sha256=sha256, alt="一图读懂"),),
        choices=(Choice(label="甲", payload="a"), Choice(label="乙", payload="b")),
    )
    post.write("图解")
    await post.look()
    post.write(f"2\n\n在 2026年，{post.own} 写道：\n> 1. 甲\n> 2. 乙", "Re: 来信")
    await post.look()
    first, second = post.sent()
    [shown] = list(first.iter_attachments())
    assert shown.get_content_type() == "image/png"
    assert shown.get_content() == data
    assert "1. 甲\n2. 乙" in said(first)
    assert said(second).startswith("b")


async def test_a_server_that_is_down_or_lies_about_sizes_costs_nothing(post: Post) -> None:
    post.write("等一下")
    box = post.world.mailbox(post.own)
    box.oversized = True
    await post.look()
    assert post.asking.answerer.asked == []
    box.oversized = False
    await post.look()
    assert len(post.sent()) == 1


async def test_a_letter_of_a_megabyte_is_read_as_far_as_words_go(post: Post) -> None:
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"], made["Subject"], made["Message-ID"] = LI, "大附件", "<big@home.example>"
    made.set_content("请看附件")
    made.add_attachment(b"\0" * 1_000_000, "application", "zip", filename="材料.zip")
    post.world.arrive(post.own, made.as_bytes())
    await post.look()
    assert post.asking.answerer.asked[0].text == "大附件\n请看附件\n［附件：材料.zip］"
