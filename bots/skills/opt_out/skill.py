"""Ends every subscription, and forgets the conversation."""

from __future__ import annotations

import re

from bots import texts
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from hub.conversation.subscriptions.models import Reader

__all__ = ["answer", "fits"]

_ME = "opt_out"
_WORDS = re.compile(
    r"(?:td|t|退订|取消(?:全部|所有|一切)(?:订阅|推送)|退订(?:全部|所有)|拒收(?:推送|消息)?|"
    r"(?:不要|别|请勿)(?:再)?(?:给我)?(?:发|推送)(?:消息|信息|短信|了)*|"
    r"stop(?: all)?|unsubscribe(?: (?:me|all|from all))?|opt[ -]?out)[了。.!！]*"
)


def fits(asked: Asked) -> float:
    return 0.98 if _WORDS.fullmatch(asked.plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    reader = Reader(
        channel=asked.inbound.channel, account=asked.inbound.account, sender=asked.inbound.sender
    )
    ended = await desk.subscriptions.opt_out(reader)
    left = asked.payload == "left"  # nobody reads it any more
    told = texts.fill(_ME, asked.language, "done", count=ended)
    return Reply(
        paragraphs=() if left else (told,), grounds=Grounds.CONVERSATION, memory=Memory(forget=True)
    )
