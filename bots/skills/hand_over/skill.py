"""A person goes on; until then the office's telephone is told."""

from __future__ import annotations

import re

from bots import texts
from bots.contract import Asked, Grounds, Reply
from bots.desk import Desk

__all__ = ["answer", "fits"]

_ME = "hand_over"
_WORDS = re.compile(
    r"^(?:我要|我想|请|帮我|能不能|可以)?(?:转|找|要|联系|跟|和)?(?:一?个|下)?(?:人工|"
    r"真人|客服|活人|工作人员)"
    r"(?:客服|服务|坐席|说话|聊|谈|电话)*(?:吗|么|行不行)?[。.!！?？]*$|转人工|"
    r"\b(?:talk|speak|chat) (?:to|with) (?:a |an |some)?(?:real |live )?(?:person|"
    r"human|agent|someone|staff)|"
    r"^(?:human|operator|agent|person)[.!?]*$"
)


def fits(asked: Asked) -> float:
    return 0.96 if _WORDS.search(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    told = texts.fill(_ME, asked.language, "handed", office=desk.office)
    return Reply(paragraphs=(told,), grounds=Grounds.CONVERSATION, handover=True)
