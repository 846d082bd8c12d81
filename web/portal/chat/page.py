"""Asking, with scripts and without: the page, what is sent from it, and what its answers show.

GET  /chat                 the conversation so far
POST /chat                 a form was sent: kept, waited for a little, shown by a redirect
POST /chat/say             the same from the script: the line it became
GET  /chat/stream          answers as they come (server-sent events)
POST /chat/erase           everything this visitor said and was told goes
GET  /chat/media/…         a picture in an answer, for who was given that answer
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from hub.conversation.models import Message
from hub.conversation.pace import Speed
from hub.conversation.webchat.errors import BadMessage, NoSuchChoice, WritesTooFast
from hub.conversation.webchat.service import LONGEST
from hub.kernel.errors import GongkaiError, NotFound, Words
from web.portal.answers import HEADERS
from web.portal.chat.bubbles import bubble_of
from web.portal.chat.door import ChatDoor
from web.portal.chat.streams import Streams
from web.portal.chat.visitors import (
    check_origin,
    form_token,
    give_word,
    network_of,
    new_word,
    word_of,
)
from web.portal.desk import HTML, Desk, PageHandler
from web.portal.manner import MANNERS, Manner
from web.portal.templating import SCRIPT_ADDRESS, rendered, script, words_of
from web.statuses import TooLarge, status_of

__all__ = ["chat_routes"]

# the page's own script, and its calls to where it comes from
CHAT_HEADERS: Mapping[str, str] = {
    **HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-store",
}
_LARGEST = 16 * 1024  # bytes of a form: a thousand characters as percent-encoded UTF-8, and more
_PATIENCE_S = 4.0  # how long somebody without scripts is kept waiting for the answer
_FOR_EVER = 365 * 24 * 3600


class ChatPage:
    def __init__(self, desk: Desk, door: ChatDoor) -> None:
        self._desk = desk
        self._door = door

    async def show(self, request: web.Request, manner: Manner) -> web.Response:
        notice = ""
        if request.query.get("erased") in {"yes", "nothing"}:
            erased = request.query["erased"] == "yes"
            notice = "chat-erased" if erased else "chat-nothing-to-erase"
        return await self._page(
            request, manner, notice=notice and words_of(manner.language)[notice]
        )

    async def send(self, request: web.Request, manner: Manner) -> web.StreamResponse:
        """A form without scripts. What is wrong is said on the page, beside what was written."""
        form: Mapping[str, str] = {}
        try:
            form = await _form(request)
            message = await self._take(request, manner, form)
        except GongkaiError as error:
            return await self._page(
                request,
                manner,
                status=status_of(error),
                trouble=_told(error, manner),
                written=form.get("text", "")[:LONGEST],
            )
        word = word_of(request, self._door.limits)
        account_id, message_id = self._door.account(), message.inbound.id
        await self._door.pages.answered(account_id, word, message_id, _PATIENCE_S)
        return _to(f"{manner.link('/chat')}#end")

    async def say(self, request: web.Request, manner: Manner) -> web.StreamResponse:
        """The same from the script: the line, or what is wrong in words."""
        try:
            message = await self._take(request, manner, await _form(request))
        except GongkaiError as error:
            return web.Response(
                text=_told(error, manner), status=status_of(error), headers=CHAT_HEADERS
            )
        line = bubble_of(message, manner, self._desk.site.url)
        text = rendered("chat-line.html", manner, {"line": line, "site": self._desk.site})
        return web.Response(body=text.encode(), headers={**CHAT_HEADERS, "Content-Type": HTML})

    async def erase(self, request: web.Request, manner: Manner) -> web.StreamResponse:
        word = self._checked(request, await _form(request))
        try:
            await self._door.pages.erase(self._door.account(), word)
            erased = "yes"
        except NotFound:
            erased = "nothing"
        return _to(manner.link("/chat", erased=erased))

    async def media(self, request: web.Request, manner: Manner) -> web.Response:
        """A picture, for who was given the answer that shows it."""
        found, word = request.match_info, word_of(request, self._door.limits)
        told = None
        if word:
            told = await self._door.pages.told(self._door.account(), word, found["told"])
        if told is None or found["sha256"] not in {one.sha256 for one in told.answer.media}:
            raise NotFound(Words("没有这张图片", "There is no such picture"))
        data = await self._door.media(found["sha256"])
        held = {**CHAT_HEADERS, "Cache-Control": f"private, max-age={_FOR_EVER}, immutable"}
        return web.Response(body=data, content_type=_type_of(data), headers=held)

    async def _take(self, request: web.Request, manner: Manner, form: Mapping[str, str]) -> Message:
        door, word = self._door, self._checked(request, form)
        account_id = door.account()
        if door.pace.judge(network_of(request, door.limits)) is not Speed.FINE:
            raise WritesTooFast
        key, choice = form.get("key", ""), form.get("choice", "")
        if not choice:
            return await door.service.say(
                account_id, word, key=key, text=form.get("text", ""), language=manner.tag
            )
        told_id, _, number = choice.partition(".")
        if not (number.isascii() and number.isdecimal() and len(number) <= 3):
            raise NoSuchChoice
        return await door.service.choose(
            account_id,
            word,
            key=key,
            told_id=told_id,
            number=int(number),
            language=manner.tag,
        )

    def _checked(self, request: web.Request, form: Mapping[str, str]) -> str:
        """The visitor's word; raises Foreign for a form that is not of their own page."""
        word = word_of(request, self._door.limits)
        check_origin(request, word, form.get("token", ""), self._desk.site.url)
        return word

    async def _page(
        self,
        request: web.Request,
        manner: Manner,
        *,
        status: int = 200,
        notice: str = "",
        trouble: str = "",
        written: str = "",
    ) -> web.Response:
        door, site = self._door, self._desk.site
        account_id = door.account()
        known = word_of(request, door.limits)
        word = known or new_word()
        lines = await door.pages.lines(account_id, word) if known else []
        bubbles = [bubble_of(line, manner, site.url) for line in lines]
        values = {
            "lines": bubbles,
            "waits": bool(bubbles) and bubbles[-1].mine,
            "notice": notice,
            "trouble": trouble,
            "written": written,
            "token": form_token(word),
            "key": secrets.token_urlsafe(18),
            "longest": LONGEST,
            "days": door.limits.keep.days,
            "script": SCRIPT_ADDRESS,
        }
        text = self._desk.filled(request, manner, "chat", values, section="chat")
        response = web.Response(
            body=text.encode(), status=status, headers={**CHAT_HEADERS, "Content-Type": HTML}
        )
        give_word(response, word, door.limits)  # again, so that it lasts from the last visit on
        return response


async def _form(request: web.Request) -> Mapping[str, str]:
    """The fields of a form; raises TooLarge, BadMessage."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise BadMessage(Words("不是表单", "This is no form"), field="body")
    body = await request.content.read(_LARGEST + 1)
    while len(body) <= _LARGEST and not request.content.at_eof():
        body += await request.content.read(_LARGEST + 1 - len(body))
    if len(body) > _LARGEST:
        raise TooLarge(
            Words("内容过长", "This is too long"),
            remedy=Words(f"请写至 {LONGEST} 字以内", f"write up to {LONGEST} characters"),
        )
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=8)
    except ValueError as error:
        raise BadMessage(Words("不是表单", "This is no form"), field="body") from error
    return dict(fields)


def _told(error: GongkaiError, manner: Manner) -> str:
    """What is wrong and what to do, in the visitor's language; nothing of what is ours to mend."""
    if status_of(error) >= 500:
        return words_of(manner.language)["unavailable-text"]
    said = [getattr(error.words, manner.language)]
    if error.remedy:
        said.append(getattr(error.remedy, manner.language))
    return ("；" if manner.language == "zh" else "; ").join(said)


def _to(address: str) -> web.Response:
    headers = {**CHAT_HEADERS, "Location": address}
    return web.Response(status=303, headers=headers)


def _type_of(data: bytes) -> str:
    """Of a picture that was examined when it came in; anything else is not shown in our name."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else _BYTES


_BYTES = "application/octet-stream"


async def _script(request: web.Request) -> web.Response:
    held = {**HEADERS, "Cache-Control": f"public, max-age={_FOR_EVER}, immutable"}
    return web.Response(
        body=script(), headers=held | {"Content-Type": "text/javascript; charset=utf-8"}
    )


def chat_routes(desk: Desk) -> list[web.RouteDef]:
    """The page in every language and version; nothing where the portal has no chat."""
    if desk.chat is None:
        return []
    page, streams = ChatPage(desk, desk.chat), Streams(desk, desk.chat)
    media = "/chat/media/{told:[0-9A-HJKMNP-TV-Z]{26}}/{sha256:[0-9a-f]{64}}"
    return [
        *desk.in_every_manner("/chat", page.show),
        *_posts(desk, "/chat", page.send),
        *_posts(desk, "/chat/say", page.say),
        *_posts(desk, "/chat/erase", page.erase),
        *desk.in_every_manner("/chat/stream", streams.open),
        *desk.in_every_manner(media, page.media)[:1],
        web.get(SCRIPT_ADDRESS, _script),
    ]


def _posts(desk: Desk, path: str, handler: PageHandler) -> list[web.RouteDef]:
    return [desk.route(manner, path, handler, method="POST") for manner in MANNERS]
