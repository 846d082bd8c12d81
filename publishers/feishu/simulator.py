"""Feishu's webhook for custom robots as documented: a code in every answer.

Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. Types text and post; an image
needs an image_key that no webhook gives, so every key is unknown here. Which refusals come with
HTTP 400 (here 9499 alone) is believed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.simulation import Enrolment
from publishers.simulation_robots import GroupRobot, RobotPlatform, as_uuid, read_object

__all__ = ["Platform"]

_BODY_BYTES = 20_000
_SIGNED_S = 3600
_DONE = {
    "StatusCode": 0,
    "StatusMessage": "success",
    "code": 0,
    "data": {},
    "msg": "success",
    "Extra": None,
}
_TOO_FAST = "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"
_SIGN = "sign match fail or timestamp is not within one hour from current time"


class _Refused(Exception):
    def __init__(self, code: int, words: str, status: int = 200) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.status = status


class Platform(RobotPlatform):
    """Switches (`tune`): `per_second`, `per_minute`, `clock_ahead_s` (its clock against ours)."""

    name = "feishu"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.per_second = 5
        self.per_minute = 100
        self.clock_ahead_s = 0.0

    def new_token(self, handle: str) -> str:
        return as_uuid(self.name, handle)

    def enrol(self, handle: str) -> Enrolment:
        robot = self.robot_of(handle)
        return Enrolment(handle=handle, credentials={"token": robot.token, "secret": robot.secret})

    def protect(
        self,
        handle: str,
        *,
        signed: bool = False,
        keywords: tuple[str, ...] = (),
        addresses: frozenset[str] = frozenset(),
    ) -> None:
        """The group's owner changes the security settings; here a robot may have none."""
        robot = self.robot_of(handle)
        robot.signed, robot.keywords, robot.addresses = signed, keywords, addresses

    def over_limit(self) -> web.Response:
        return web.json_response({"code": 11232, "msg": _TOO_FAST, "data": {}})

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/open-apis/bot/v2/hook/{token}", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        try:
            await self._take(request)
        except _Refused as refused:
            body = {"code": refused.code, "msg": refused.words, "data": {}}
            return web.json_response(body, status=refused.status)
        return web.json_response(_DONE)

    async def _take(self, request: web.Request) -> None:
        robot = self.known(request.match_info["token"])
        if robot is None:
            raise _Refused(19001, "param invalid: incoming webhook access token invalid")
        raw, body = await request.read(), await read_object(request)
        if body is None or len(raw) > _BODY_BYTES:
            raise _Refused(9499, "Bad Request", 400)
        if robot.signed:
            self._check_signature(robot, body)
        title, words = _checked(body)
        if not robot.admits_address(request.remote):
            raise _Refused(19022, "Ip Not Allowed")
        if not robot.admits_words(f"{title}\n{words}"):
            raise _Refused(19024, "Key Words Not Found")
        self._count(robot)
        self.post(robot, words, title=title)

    def _check_signature(self, robot: GroupRobot, body: dict[str, Any]) -> None:
        timestamp = str(body.get("timestamp", ""))
        now = self.clock.now().timestamp() + self.clock_ahead_s
        if not timestamp.isdecimal() or abs(now - int(timestamp)) > _SIGNED_S:
            raise _Refused(19021, _SIGN)
        key = f"{timestamp}\n{robot.secret}".encode()
        expected = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        if body.get("sign") != expected:
            raise _Refused(19021, _SIGN)

    def _count(self, robot: GroupRobot) -> None:
        now, window = self.clock.monotonic(), robot.window
        if not (
            window.has_room(now, self.per_second, 1.0)
            and window.has_room(now, self.per_minute, 60.0)
        ):
            raise _Refused(11232, _TOO_FAST)
        window.take(now)


def _checked(body: dict[str, Any]) -> tuple[str, str]:
    """Title and text of a message of a known type."""
    content = body.get("content")
    if not isinstance(content, dict):
        raise _Refused(19002, "params error, content need")
    match body.get("msg_type"):
        case "text":
            words = content.get("text")
            if not isinstance(words, str) or not words:
                raise _Refused(19002, "params error, text need")
            return "", words
        case "post":
            return _read_post(content.get("post"))
        case "image" | "share_chat" | "interactive":
            raise _Refused(19002, "params error, no such key")
    raise _Refused(19002, "params error, msg_type need")


def _read_post(post: Any) -> tuple[str, str]:
    """A post has languages, each with a title and paragraphs of tagged pieces."""
    try:
        written = post["zh_cn"]
        lines = ["".join(_shown(piece) for piece in line) for line in written["content"]]
    except (KeyError, TypeError):
        raise _Refused(9499, "Bad Request", 400) from None
    if not lines:
        raise _Refused(19002, "params error, content need")
    return str(written.get("title", "")), "\n".join(lines)


def _shown(piece: dict[str, Any]) -> str:
    match piece["tag"]:
        case "text":
            return str(piece["text"])
        case "a":
            if not str(piece["href"]).startswith(("http://", "https://")):
                raise _Refused(9499, "Bad Request", 400)
            return str(piece["text"])
    raise _Refused(9499, "Bad Request", 400)
