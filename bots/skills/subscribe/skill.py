"""What a person wants to be told of, kept and cancelled at a word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots import texts
from bots.citing import choice
from bots.contract import Asked, Grounds, Memory, Reply
from bots.desk import Desk
from hub.catalogue.classification.models import SEPARATOR
from hub.catalogue.search.normalise import normalised
from hub.conversation.models import Choice
from hub.conversation.subscriptions.errors import UnknownSubscription
from hub.conversation.subscriptions.models import Pace, Reader, Subscription, Topic, Wish

__all__ = ["answer", "fits"]

_ME = "subscribe"
_LIST = re.compile(
    r"(?:查看|看看?|管理)?我(?:的)?(?:都)?(?:订阅|关注)(?:了)?(?:列表|哪些|什么|"
    r"管理)?[?？]?|订阅列表|"
    r"(?:show |list )?my subscriptions?"
)
_CANCEL = re.compile(
    r"^(?:我要|我想|请|帮我)?(?:取消|退掉|不要)(?:订阅|关注)\s*[:：]?\s*(?P<what>.+)$|"
    r"^退订\s*(?P<what2>.+)$|"
    r"^(?:unsubscribe from|cancel(?: subscription)?(?: to)?)\s+(?P<what3>.+)$"
)
_MAKE = re.compile(
    r"^(?:我要|我想|请|帮我|请帮我)?(?P<pace>每天|每日|按日|及时|实时)?(?:订阅|"
    r"关注)\s*(?:一下)?[:：]?\s*(?P<what>.*)$|"
    r"^(?:please )?(?P<pace2>daily )?(?:subscribe to|subscribe|follow)\s*(?P<what2>.*)$"
)
_DAILY = re.compile(r"每天|每日|按日|日报|汇总|daily|digest|once a day")
_AROUND = re.compile(
    r"每天|每日|按日|日报|汇总|及时|实时|的?(?:新)?(?:消息|信息|文件|政策|动态|通知)$|的$|"
    r"\b(?:daily|digest|news|updates|about|on|once a day|immediately)\b"
)
_ALL = re.compile(r"^(?:全部|所有|一切|all|everything)$")


def fits(asked: Asked) -> float:
    plain = asked.plain
    if _LIST.fullmatch(plain) or _CANCEL.match(plain):
        return 0.93
    return 0.93 if _MAKE.match(plain) else 0.0


async def answer(asked: Asked, desk: Desk) -> Reply | None:
    reader = Reader(
        channel=asked.inbound.channel, account=asked.inbound.account, sender=asked.inbound.sender
    )
    if asked.payload:
        return await _payload(asked, desk, reader, asked.payload)
    if _LIST.fullmatch(asked.plain):
        return await _listed(asked, desk, reader)
    if found := _CANCEL.match(asked.plain):
        what = next(group for group in found.groups() if group)
        return await _cancelled(asked, desk, reader, what)
    made = _MAKE.match(asked.plain)
    what = (made["what"] or made["what2"] or "") if made else asked.plain
    return await _made(asked, desk, reader, what)


async def _payload(asked: Asked, desk: Desk, reader: Reader, payload: str) -> Reply:
    """cancel/<id>, daily/<id>, immediate/<id> or list"""
    verb, _, subscription_id = payload.partition("/")
    if verb == "list":
        return await _listed(asked, desk, reader)
    try:
        if verb == "cancel":
            ended = await desk.subscriptions.cancel(reader, subscription_id)
            return _said(asked, "ended", labels=ended.wish.label)
        own = {one.id: one for one in await desk.subscriptions.of(reader)}
        wish = own[subscription_id].wish
        pace = Pace.DAILY if verb == "daily" else Pace.IMMEDIATE
        changed = Wish(topic=wish.topic, value=wish.value, label=wish.label, pace=pace)
        return _kept(asked, await desk.subscriptions.subscribe(reader, changed))
    except (KeyError, UnknownSubscription):
        return _said(asked, "unknown")


async def _made(asked: Asked, desk: Desk, reader: Reader, what: str) -> Reply:
    pace = Pace.DAILY if _DAILY.search(asked.plain) else Pace.IMMEDIATE
    subject = _AROUND.sub("", _AROUND.sub("", what).strip()).strip(' 。.!！?？“”"《》')
    if not subject:
        text = texts.fill(_ME, asked.language, "what")
        return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION, memory=Memory(waiting=_ME))
    wish = await _wish(asked, desk, subject, pace)
    return _kept(asked, await desk.subscriptions.subscribe(reader, wish))


async def _wish(asked: Asked, desk: Desk, subject: str, pace: Pace) -> Wish:
    """A body where the subject names one and nothing else, a theme of the list, else a word."""
    for place in desk.places.named_in(subject):
        body = desk.places.body_of(place)
        if body and (place.name == subject or subject.isascii()):
            return Wish(topic=Topic.BODY, value=body.id, label=body.name, pace=pace)
    themes = await desk.public.themes()
    for path in themes.paths:
        if normalised(path.rpartition(SEPARATOR)[2]) == subject:
            return Wish(
                topic=Topic.THEME, value=path, label=path.replace(SEPARATOR, "·"), pace=pace
            )
    word = subject
    if asked.english and not asked.query.isascii():
        word = asked.query.split()[0]
    return Wish(topic=Topic.KEYWORD, value=word, label=word, pace=pace)


def _kept(asked: Asked, made: Subscription) -> Reply:
    other = Pace.IMMEDIATE if made.wish.pace is Pace.DAILY else Pace.DAILY
    return Reply(
        paragraphs=(
            texts.fill(
                _ME, asked.language, "made",
                label=made.wish.label, pace=made.wish.pace.value, topic=made.wish.topic.value,
            ),
        ),
        grounds=Grounds.CONVERSATION,
        choices=(
            _choice(asked, f"{other.value}/{made.id}", f"to-{other.value}"),
            _choice(asked, f"cancel/{made.id}", "cancel"),
            _choice(asked, "list", "list"),
        ),
    )  # fmt: skip


async def _listed(asked: Asked, desk: Desk, reader: Reader) -> Reply:
    own = await desk.subscriptions.of(reader)
    if not own:
        return _said(asked, "none")
    rows = [(one.wish.label, one.wish.pace.value) for one in own]
    return Reply(
        paragraphs=(texts.fill(_ME, asked.language, "listed", rows=rows),),
        grounds=Grounds.CONVERSATION,
        choices=tuple(
            choice(_ME, f"cancel/{one.id}", _cancel_label(asked, one.wish.label), asked.language)
            for one in own
        ),
    )


async def _cancelled(asked: Asked, desk: Desk, reader: Reader, what: str) -> Reply:
    subject = what.strip(' 。.!！?？“”"《》')
    own = await desk.subscriptions.of(reader)
    meant = _meant(own, subject, asked.query)
    for one in meant:
        await desk.subscriptions.cancel(reader, one.id)
    if not meant:
        return _said(asked, "unknown") if not own else await _listed(asked, desk, reader)
    return _said(asked, "ended", labels="、".join(one.wish.label for one in meant))


def _meant(own: Sequence[Subscription], subject: str, query: str) -> list[Subscription]:
    if _ALL.match(subject):
        return list(own)
    return [
        one
        for one in own
        if subject in normalised(one.wish.label)
        or (subject.isascii() and normalised(one.wish.label) in query)
    ]


def _said(asked: Asked, name: str, **values: object) -> Reply:
    text = texts.fill(_ME, asked.language, name, **values)
    return Reply(paragraphs=(text,), grounds=Grounds.CONVERSATION)


def _choice(asked: Asked, argument: str, name: str) -> Choice:
    return choice(_ME, argument, texts.fill(_ME, asked.language, name), asked.language)


def _cancel_label(asked: Asked, label: str) -> str:
    return texts.fill(_ME, asked.language, "cancel-one", label=label)
