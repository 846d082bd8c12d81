"""A person goes on: who asks for one is told when somebody answers, and the office's telephone."""

from __future__ import annotations

import re

from bots import texts
from bots.contract import Asked, Grounds, Reply
from bots.desk import Desk
from hub.kernel.clock import CHINA

__all__ = ["answer", "fits"]

_ME = "hand_over"
_WORDS = re.compile(
    r"^(?:我要|我想|请|帮我|能不能|可以|有没有|有)?(?:转|找|要|联系|跟|和)?(?:一?个|下)?(?:人工|"
    r"真人|客服|活人|工作人员)"
    r"(?:客服|服务|坐席|说话|聊|谈|电话)*(?:吗|么|呢|行不行)?[。.!！?？]*$|转人工|"
    r"^(?:能不能|可以|我要|我想)?(?:找|跟|和)个?人(?:说话|聊聊?|谈谈?)(?:吗|么)?[。.!！?？]*$|"
    r"\b(?:talk|speak|chat) (?:to|with) (?:a |an |some)?(?:real |live )?(?:person|"
    r"human|agent|someone|staff)|"
    r"^(?:human|operator|agent|person)[.!?]*$"
)


def fits(asked: Asked) -> float:
    return 0.96 if _WORDS.search(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    handed = await desk.people.hand_over(asked.inbound)
    opens = handed.opens_at.astimezone(CHINA) if handed.opens_at else None
    told = texts.fill(
        _ME,
        asked.language,
        handed.kind.value,
        office=desk.office,
        hours=handed.hours,
        opens=opens.date() if opens else None,
        time=f"{opens:%H:%M}" if opens else "",
    )
    phone = texts.fill(_ME, asked.language, "phone", office=desk.office)
    paragraphs = tuple(filter(None, (told, phone)))
    return Reply(paragraphs=paragraphs, grounds=Grounds.CONVERSATION, handover=True)
