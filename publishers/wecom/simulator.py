"""WeCom's interface for applications as documented: HTTP 200 and an errcode for everything.

Calls: gettoken, message/send (text, markdown, image), message/recall, media/upload; what it calls
itself is in simulator_callbacks. Sources:
developer.work.weixin.qq.com/document/path/91039, 90236, 94867, 90253. What a repeat is answered,
and the codes for a recall that is refused, are believed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from hub.kernel.clock import CHINA, Clock
from publishers import simulation
from publishers.simulation import Enrolment, Shown
from publishers.simulation_robots import digest, read_object
from publishers.wecom.simulator_corp import Application, Member, Message, Refused, Upload

__all__ = ["Platform"]

_TEXT_BYTES = 2048
_PICTURE_BYTES = 2 * 1024 * 1024
_LONGEST_CHECK_S = 4 * 3600
_TOKEN_S = 7200
_MEDIA_LIVES, _RECALLABLE = timedelta(days=3), timedelta(hours=24)
_MOST = {"touser": 1000, "toparty": 100, "totag": 100}
_Answer = Callable[[Application, web.Request], Awaitable[dict[str, Any]]]


class Platform(simulation.Platform):
    """Switches (`tune`): `busy` (so many next messages are refused with -1), `busy_done` (…are
    delivered and answered -1), `crowded` (…45033), `repeat_renames` (a repeat is answered with a
    msgid of its own), `per_seat` (person-times a seat and day)."""

    name = "wecom"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.busy = 0
        self.busy_done = 0
        self.crowded = 0
        self.repeat_renames = False
        self.per_seat = 200
        self._apps: dict[str, Application] = {}
        self._count = 0

    # --- what people do on the admin site -----------------------------------------------------

    def enrol(self, handle: str) -> Enrolment:
        """An application that three members see; two of them are department 1 and tag 1."""
        application = self._apps.setdefault(handle, self._founded(handle))
        return Enrolment(
            handle=handle,
            credentials={
                "corpid": application.corpid,
                "secret": application.secret,
                "token": application.callback_token,
                "aes_key": application.aes_key,
            },
            settings={"agent_id": str(application.agent_id), "to_user": "@all"},
        )

    def app(self, handle: str) -> Application:
        return self._apps[handle]

    def kill_token(self, handle: str) -> None:
        """The platform ends the token before its time."""
        application = self._apps[handle]
        application.old_tokens.add(application.token)
        application.token = ""

    def over_limit(self) -> web.Response:
        return _told(45009, "api freq out of limit")

    def end_tokens(self) -> None:
        for handle in self._apps:
            self.kill_token(handle)

    def shown(self) -> list[Shown]:
        posts = [
            Shown(
                account=application.account,
                remote_id=message.msgid,
                title="",
                text=message.text,
                at=message.at,
                pictures=message.pictures,
                state=_state(message),
                readers={"reached": message.reached, "dropped": message.dropped},
            )
            for application in self._apps.values()
            for message in application.messages
        ]
        return sorted(posts, key=lambda post: post.at)

    # --- the interface ------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/cgi-bin/gettoken", self._give_token),
            web.post("/cgi-bin/message/send", self._open(self._send)),
            web.post("/cgi-bin/message/recall", self._open(self._recall)),
            web.post("/cgi-bin/media/upload", self._open(self._upload)),
        ]

    async def _give_token(self, request: web.Request) -> web.Response:
        corpid, secret = request.query.get("corpid", ""), request.query.get("corpsecret", "")
        known = [app for app in self._apps.values() if app.corpid == corpid]
        found = next((app for app in known if app.secret == secret), None)
        if found is None:
            code, words = (40001, "invalid credential") if known else (40013, "invalid corpid")
            return _told(code, words)
        now = self.clock.monotonic()
        if not found.token or now >= found.token_until:
            found.old_tokens.add(found.token)
            found.tokens_given += 1
            found.token = digest(self.name, found.secret, str(found.tokens_given))
            found.token_until = now + _TOKEN_S
        left = int(found.token_until - now)
        return _told(0, "ok", access_token=found.token, expires_in=left)

    def _open(self, answer: _Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                return _told(0, "ok", **await answer(self._caller(request), request))
            except Refused as refused:
                return _told(refused.code, refused.words)

        return handle

    def _caller(self, request: web.Request) -> Application:
        token = request.query.get("access_token", "")
        if not token:
            raise Refused(41001, "access_token missing")
        for application in self._apps.values():
            if token in application.old_tokens:
                raise Refused(42001, "access_token expired")
            if token == application.token:
                if self.clock.monotonic() >= application.token_until:
                    raise Refused(42001, "access_token expired")
                if application.trusted and request.remote not in application.trusted:
                    raise Refused(60020, f"not allow to access from your ip {request.remote}")
                return application
        raise Refused(40014, "invalid access_token")

    async def _send(self, app: Application, request: web.Request) -> dict[str, Any]:
        raw, body = await request.read(), await read_object(request)
        if body is None:
            raise Refused(40033, "invalid charset")
        if self.crowded > 0:
            self.crowded -= 1
            raise Refused(45033, "api concurrent out of limit")
        if self.busy > 0:
            self.busy -= 1
            raise Refused(-1, "system busy")
        if body.get("agentid") != app.agent_id:
            raise Refused(301002, "not allow operate another agent with this accesstoken")
        people, missed = _recipients(app, body)
        text, pictures = self._content(app, body)
        earlier = self._earlier(app, raw, body)
        if earlier and not self.repeat_renames:
            return {"msgid": earlier, **missed}
        msgid = self._new_id()
        if not earlier:
            self._deliver(app, msgid, people, text, pictures)
            app.requests[raw] = (self.clock.monotonic(), msgid)
        if self.busy_done > 0:
            self.busy_done -= 1
            raise Refused(-1, "system busy")
        return {"msgid": msgid, **missed}

    def _deliver(
        self, app: Application, msgid: str, people: list[Member], text: str, pictures: int
    ) -> None:
        """Count person-times, then let everybody have it who has not had too much."""
        day = self.clock.now().astimezone(CHINA).strftime("%F")
        if app.person_times.get(day, 0) + len(people) > app.seats * self.per_seat:
            raise Refused(45009, "api freq out of limit")
        app.person_times[day] = app.person_times.get(day, 0) + len(people)
        now = self.clock.monotonic()
        taken = {member.name: member.takes(now) for member in people}
        app.messages.append(
            Message(
                msgid=msgid,
                at=self.clock.now(),
                text=text,
                pictures=pictures,
                reached=tuple(name for name, takes in taken.items() if takes),
                dropped=tuple(name for name, takes in taken.items() if not takes),
            )
        )

    def _earlier(self, app: Application, raw: bytes, body: dict[str, Any]) -> str:
        """The msgid of the same request within the interval it names; "" for a new one."""
        interval = body.get("duplicate_check_interval", 1800)
        if type(interval) is not int or not 0 < interval <= _LONGEST_CHECK_S:
            raise Refused(40058, "duplicate_check_interval: invalid Request Parameter")
        at, msgid = app.requests.get(raw, (0.0, ""))
        checked = body.get("enable_duplicate_check") == 1
        return msgid if checked and msgid and self.clock.monotonic() - at < interval else ""

    def _content(self, app: Application, body: dict[str, Any]) -> tuple[str, int]:
        kind = body.get("msgtype")
        content = body.get(str(kind))
        if kind not in ("text", "markdown", "image") or not isinstance(content, dict):
            raise Refused(40008, "invalid message type")
        if kind == "image":
            self._check_media(app, str(content.get("media_id")))
            return "", 1
        words = content.get("content")
        if not isinstance(words, str) or not words:
            raise Refused(44004, "empty content")
        encoded = words.encode()
        if kind == "markdown" and len(encoded) > _TEXT_BYTES:
            raise Refused(40058, f"content exceed max length {_TEXT_BYTES}")
        return encoded[:_TEXT_BYTES].decode(errors="ignore"), 0  # a longer text is cut, silently

    def _check_media(self, app: Application, media_id: str) -> None:
        upload = app.uploads.get(media_id)
        if upload is None or self.clock.now() - upload.at >= _MEDIA_LIVES:
            raise Refused(40007, "invalid media_id")

    async def _recall(self, app: Application, request: web.Request) -> dict[str, Any]:
        body = await read_object(request)
        if body is None:
            raise Refused(40033, "invalid charset")
        for message in app.messages:
            if message.msgid == body.get("msgid"):
                if self.clock.now() - message.at > _RECALLABLE:
                    raise Refused(40058, "msgid: over 24 hours")
                message.recalled = True
                return {}
        raise Refused(40058, "msgid: invalid Request Parameter")

    async def _upload(self, app: Application, request: web.Request) -> dict[str, Any]:
        if request.query.get("type") != "image":
            raise Refused(40004, "invalid media type")
        form = await request.post()
        file = form.get("media")
        if not isinstance(file, web.FileField) or not file.filename:
            raise Refused(41005, "missing media data")
        content = file.file.read()
        if not 5 < len(content) <= _PICTURE_BYTES:
            raise Refused(40009, "invalid image size")
        try:
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
                image.verify()
        except (UnidentifiedImageError, OSError, SyntaxError):
            raise Refused(40004, "invalid media type") from None
        self._count += 1
        media_id = hashlib.sha256(content + str(self._count).encode()).hexdigest()[:48]
        at = self.clock.now()
        app.uploads[media_id] = Upload(media_id=media_id, size=len(content), at=at)
        return {"type": "image", "media_id": media_id, "created_at": str(int(at.timestamp()))}

    def _new_id(self) -> str:
        self._count += 1
        return f"msg-{digest(self.name, str(self._count))[:40]}"

    def _founded(self, handle: str) -> Application:
        names = ("zhangsan", "lisi", "wangwu")
        return Application(
            account=handle,
            corpid=f"ww{digest(self.name, handle)[:16]}",
            secret=digest(self.name, handle, "secret")[:43],
            agent_id=1_000_002,
            callback_token=digest(self.name, handle, "token")[:24],
            aes_key=f"{digest(self.name, handle, 'key')[:42]}A",
            seats=200,
            members={name: Member(name=name) for name in names},
            parties={"1": frozenset(names[:2])},
            tags={"1": frozenset(names[:2])},
        )


def _recipients(app: Application, body: dict[str, Any]) -> tuple[list[Member], dict[str, str]]:
    """Who gets the message, and the answer's members about who does not."""
    asked = {name: [v for v in str(body.get(name, "")).split("|") if v] for name in _MOST}
    for name, most in _MOST.items():
        if len(asked[name]) > most:
            raise Refused(40058, f"{name}: invalid Request Parameter")
    if asked["touser"] == ["@all"]:
        asked = {"touser": list(app.members), "toparty": [], "totag": []}
    if not any(asked.values()):
        raise Refused(82001, "no recipient")
    wanted = set(asked["touser"])
    wanted |= {name for party in asked["toparty"] for name in app.parties.get(party, ())}
    wanted |= {name for tag in asked["totag"] for name in app.tags.get(tag, ())}
    people = [member for name, member in app.members.items() if name in wanted and member.licensed]
    if not people:
        raise Refused(81013, "user & party & tag all invalid")
    bare = [name for name in asked["touser"] if name in app.members]
    missed = {
        "invaliduser": [name for name in asked["touser"] if name not in app.members],
        "invalidparty": [party for party in asked["toparty"] if party not in app.parties],
        "invalidtag": [tag for tag in asked["totag"] if tag not in app.tags],
        "unlicenseduser": [name for name in bare if not app.members[name].licensed],
    }
    return people, {member: "|".join(names) for member, names in missed.items()}


def _state(message: Message) -> str:
    if message.recalled:
        return "withdrawn"
    return "public" if message.reached else "dropped"


def _told(code: int, words: str, **more: Any) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": words, **more})
