"""What a citizen wants an office to hear."""

from __future__ import annotations

import re

from bots import texts
from bots.citing import choice
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk, Outcomes, Said, SaidKind
from hub.conversation.subscriptions.models import Reader
from hub.kernel.errors import NotFound

__all__ = ["answer", "fits"]

_ME = "give_opinion"
_COMPLAINT = re.compile(r"投诉|举报|反映|反应一下|控告|complain|complaint|report a problem")
_BEGINS = re.compile(
    r"^(?:我|本人|我们)?(?:要|想|来|有|提|对)?(?:一?[个条点些])?.{0,4}?(?:投诉|"
    r"举报|反映|建议|意见|吐槽|反馈|呼吁|希望)|"
    r"^(?:i (?:want|would like) to |i |my )?(?:make a |give |file a )?(?:complain|"
    r"complaint|suggest|suggestion|opinion|feedback|report a problem)"
)
# What is asked about complaints and opinions is a question; 意见 is also a kind of document.
_QUESTION = re.compile(
    r"怎么规定|多久|多长时间|条例|办法|规定|法律|若干意见|实施意见|指导意见|指导的意见|"
    r"意见(?:稿|》)|关于.{2,}的意见|"
    r"电话是|电话多少|受理部门|由谁|如何处理投诉"
)
_BARE = re.compile(
    r"^(?:我|本人|我们)?(?:要|想|来|有|提)*(?:个|条|点|一下|些)*(?:投诉|举报|"
    r"反映|建议|意见|吐槽|反馈|问题|情况|和|与|、|举报投诉)+"
    r"(?:一下|问题|情况|要?怎么.{0,4}|在?哪里.{0,3})?[。!！?？]*$|"
    r"^(?:i (?:want|would like) to )?(?:make a |give (?:an |my )?|file a |have a )?"
    r"(?:complain|complaint|suggest|suggestion|opinion|feedback)[.!?]*$"
)
_TELL = "tell/"
_LEAST = 8  # characters that say something
_QUIT = re.compile(r"^(?:算了|取消|不用了|没有了?|不说了|cancel|never ?mind|nothing)[。.!！]*$")


def fits(asked: Asked) -> float:
    plain = asked.plain
    if _QUESTION.search(plain):
        return 0.0
    if _BARE.match(plain):
        return 0.92
    return 0.86 if _BEGINS.match(plain) and not plain.endswith(("吗", "吗?", "吗？")) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    waiting = asked.session.waiting == _ME
    if asked.payload and asked.payload.startswith(_TELL) and desk.outcomes:
        return await _wanted(asked, desk.outcomes, asked.payload.removeprefix(_TELL))
    if asked.payload == "keep" and asked.session.text:
        return await _kept(asked, desk, asked.session.text)
    if waiting and _QUIT.match(asked.plain):
        return _say(asked, "dropped")
    if asked.payload is None and _says_something(asked, waiting):
        return await _kept(asked, desk, asked.said)
    text = texts.fill(_ME, asked.language, "what")
    wanted = SaidKind.COMPLAINT if _COMPLAINT.search(asked.plain) else SaidKind.OPINION
    memory = Memory(waiting=_ME, wanted=wanted.value)
    return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION, memory=memory)


def _says_something(asked: Asked, waiting: bool) -> bool:
    if _BARE.match(asked.plain):
        return False
    return waiting or len(asked.plain) >= _LEAST


async def _kept(asked: Asked, desk: Desk, text: str) -> Reply:
    kind = SaidKind.COMPLAINT if _COMPLAINT.search(text) else SaidKind.OPINION
    if asked.session.waiting == _ME and asked.session.wanted:
        kind = SaidKind(asked.session.wanted)
    reference = await desk.signals.collect(Said(kind=kind, text=text, inbound=asked.inbound))
    told = texts.fill(_ME, asked.language, "kept", reference=reference, kind=kind.value)
    urgent = texts.fill(_ME, asked.language, "urgent")
    hand = choice("hand_over", "asked", texts.fill(_ME, asked.language, "person"), asked.language)
    tell = choice(
        _ME, f"{_TELL}{reference}", texts.fill(_ME, asked.language, "tell"), asked.language
    )
    choices = (tell, hand) if desk.outcomes else (hand,)
    return Reply(paragraphs=(told, urgent), grounds=Grounds.CONVERSATION, choices=choices)


async def _wanted(asked: Asked, outcomes: Outcomes, reference: str) -> Reply:
    inbound = asked.inbound
    reader = Reader(channel=inbound.channel, account=inbound.account, sender=inbound.sender)
    try:
        await outcomes.want(reference, reader)
    except NotFound:
        return _say(asked, "unknown")
    return _say(asked, "will-tell")


def _say(asked: Asked, name: str) -> Reply:
    return Reply(paragraphs=(texts.fill(_ME, asked.language, name),), grounds=Grounds.CONVERSATION)
