"""Answers to followers: in the answer to the platform's own call, or as customer-service messages.

Sources: 被动回复用户消息 (five seconds; text up to 2,048 bytes; one article since 2018-10),
客服接口发消息 (message/custom/send). The platform counts what may follow on each thing a follower
does, see `WINDOWS`; the account's setting `reply_hours` changes how long a message may be answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.conversation.models import Answer, Arrival, InboundKind, Outgoing, Picture
from hub.conversation.notices.models import Reach, Window
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Exhausted, Rejected
from hub.publishing.models import Rate
from hub.publishing.ports import Access, MediaSource
from publishers.answering import in_words
from publishers.callbacks import cdata
from publishers.wechat.client import Client
from publishers.wechat.codes import Refused, error_for
from publishers.wire import Wire

__all__ = ["NOTICES", "WINDOWS", "WeChatReplier", "passive_xml"]

_TEXT_BYTES = 2_000  # the documents say 2,048; an emoji at the edge was seen to lose the message
_TITLE, _DIGEST = 64, 120
_MOST_PICTURES = 3  # with the words four of the five messages that may follow a follower's
_MOST_CHOICES = 10


_MINUTE = timedelta(minutes=1)
# 客服消息 since 2023-06-12; before, 20 messages within 48 hours whatever it was
WINDOWS: Mapping[str, Window] = {
    "message": Window(5, timedelta(hours=48)),
    "CLICK": Window(3, _MINUTE),
    "scancode_push": Window(3, _MINUTE),
    "scancode_waitmsg": Window(3, _MINUTE),
    "subscribe": Window(3, _MINUTE),
    "SCAN": Window(3, _MINUTE),
}
# Customer-service messages are counted by themselves: 500,000 a day for an account of any size
# (接口调用频次说明). Template and subscription messages need templates, approved for one purpose
# each, that news of any kind do not fit: a notice waits for a window.
NOTICES = Reach(
    windows=WINDOWS,
    rates=(Rate(count=300, per=_MINUTE),),
    shares=False,
    answer_bytes=1_800,
)


def fits_text(text: str) -> bool:
    return len(text.encode()) <= _TEXT_BYTES


def passive_xml(arrival: Arrival, answer: Answer, now: datetime) -> str:
    """The answer in the platform's XML: an article where there is one source to open and nothing
    to choose, else text."""
    head = (
        f"<xml><ToUserName>{cdata(arrival.address)}</ToUserName>"
        f"<FromUserName>{cdata(arrival.context.get('account', ''))}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
    )
    article = article_of(answer)
    if article is None:
        content = cdata(in_words(answer, fits_text))
        return f"{head}<MsgType><![CDATA[text]]></MsgType><Content>{content}</Content></xml>"
    item = "".join(
        f"<{name}>{cdata(article[key])}</{name}>"
        for name, key in (("Title", "title"), ("Description", "description"), ("Url", "url"))
    )
    return (
        f"{head}<MsgType><![CDATA[news]]></MsgType><ArticleCount>1</ArticleCount>"
        f"<Articles><item>{item}<PicUrl></PicUrl></item></Articles></xml>"
    )


def article_of(answer: Answer) -> Mapping[str, str] | None:
    """The answer as one card with a link; None where words say more than a card holds."""
    if len(answer.cites) != 1 or answer.choices:
        return None
    cite = answer.cites[0]
    said = "\n".join(answer.paragraphs) or cite.passage
    if not cite.url.startswith(("https://", "http://")):
        return None
    if len(cite.title) > _TITLE or not said or len(said) > _DIGEST:
        return None
    return {"title": cite.title, "description": said, "url": cite.url}


class WeChatReplier:
    """`Replier` by customer-service messages; accounts that are not verified have none: 48001."""

    def __init__(self, wire: Wire, clock: Clock, *, timeout: timedelta | None = None) -> None:
        self._wire = wire
        self._clock = clock
        self._timeout = timeout or timedelta(seconds=20)
        self._clients: dict[str, tuple[Access, Client]] = {}

    async def reply(self, access: Access, outgoing: Outgoing, media: MediaSource) -> None:
        self._check_window(access.settings, outgoing)
        client, to = self._client(access), {"touser": outgoing.address}
        try:
            for picture in outgoing.answer.media[:_MOST_PICTURES]:
                media_id = await _uploaded(client, picture, media)
                image = {"msgtype": "image", "image": {"media_id": media_id}}
                await client._request("POST", "message/custom/send", data=to | image)
            if said := _message(outgoing.answer):
                await client._request("POST", "message/custom/send", data={**to, **said})
        except Refused as refused:
            if refused.errcode in (45015, 45047):
                raise _too_late(str(refused.errcode)) from None
            raise error_for(refused, self._clock.now()) from None

    async def close(self) -> None:
        self._clients.clear()

    def _check_window(self, settings: Mapping[str, Any], outgoing: Outgoing) -> None:
        window = _window(settings, outgoing)
        if window is None or window.count < 1:
            raise _too_late("no-window")
        if self._clock.now() - outgoing.received_at > window.within:
            raise _too_late("window-over")

    def _client(self, access: Access) -> Client:
        known = self._clients.get(access.account_id)
        if known is not None and known[0] == access:
            return known[1]
        client = Client(
            self._wire,
            self._clock,
            base_url=access.base_url,
            appid=access.credentials.get("appid", ""),
            secret=access.credentials.get("secret", ""),
            timeout=self._timeout,
        )
        self._clients[access.account_id] = (access, client)
        return client


def _message(answer: Answer) -> Mapping[str, Any]:
    """The words as a card, as a menu to be pressed, or as text; nothing where there are none."""
    article = article_of(answer)
    if article is not None:
        return {"msgtype": "news", "news": {"articles": [article]}}
    if 0 < len(answer.choices) <= _MOST_CHOICES:
        return {"msgtype": "msgmenu", "msgmenu": _menu(answer)}
    text = in_words(answer, fits_text)
    return {"msgtype": "text", "text": {"content": text}} if text else {}


def _menu(answer: Answer) -> Mapping[str, Any]:
    """Each choice comes back as a text with its id; who types its number is understood, too."""
    labels = [f"{number}. {one.label}" for number, one in enumerate(answer.choices, 1)]
    room = "".join(labels)
    return {
        "head_content": in_words(answer, lambda text: fits_text(text + room), numbered=False),
        "list": [
            {"id": one.payload, "content": label}
            for one, label in zip(answer.choices, labels, strict=True)
        ],
        "tail_content": "",
    }


async def _uploaded(client: Client, picture: Picture, media: MediaSource) -> str:
    """The id of a picture, good for three days; nobody sees it."""
    try:
        data = await media.read(picture.sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {picture.sha256[:12]} 不在素材库", "the picture is missing"),
            field="media",
        ) from error
    png = data.startswith(b"\x89PNG")
    file = ("picture.png", data, "image/png") if png else ("picture.jpg", data, "image/jpeg")
    return str((await client.media.upload("image", file))["media_id"])


def _window(settings: Mapping[str, Any], outgoing: Outgoing) -> Window | None:
    if outgoing.kind is not InboundKind.EVENT:
        trigger = "message"
    else:
        trigger = outgoing.context.get("trigger", "")
    found = WINDOWS.get(trigger)
    hours = str(settings.get("reply_hours") or "")
    if found and trigger == "message" and hours:
        if not (hours.isascii() and hours.isdecimal()):
            raise Rejected(
                Words("reply_hours 应为小时数", "reply_hours must be a number of hours"),
                field="reply_hours",
            )
        return Window(found.count, timedelta(hours=int(hours)))
    return found


def _too_late(code: str) -> Exhausted:
    return Exhausted(
        Words("已超出客服消息的时限或条数", "the window for customer-service messages is over"),
        platform_code=code,
    )
