"""WeCom's webhook for group robots as documented: HTTP 200 and an errcode for everything.

Source: work.weixin.qq.com/api/doc/90000/90136/91770. Types text, markdown and image; news, files
and cards are refused as unknown types. What is too long is refused. That it is 40058, and 45009
for more than 20 messages a minute, is believed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from hub.kernel.clock import Clock
from publishers.simulation import Enrolment
from publishers.simulation_robots import GroupRobot, RobotPlatform, as_uuid, read_object

__all__ = ["Platform"]

_LIMITS = {"text": 2048, "markdown": 4096}  # bytes
_PICTURE_BYTES = 2 * 1024 * 1024
_WINDOW_S = 60.0


class _Refused(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Platform(RobotPlatform):
    """Switches (`tune`): `per_minute`, `busy` (so many next calls are answered -1)."""

    name = "wecom_robot"
    signs = False

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.per_minute = 20
        self.busy = 0

    def new_token(self, handle: str) -> str:
        return as_uuid(self.name, handle)

    def enrol(self, handle: str) -> Enrolment:
        return Enrolment(handle=handle, credentials={"key": self.robot_of(handle).token})

    def over_limit(self) -> web.Response:
        return web.json_response({"errcode": 45009, "errmsg": "api freq out of limit"})

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/cgi-bin/webhook/send", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        try:
            await self._take(request)
        except _Refused as refused:
            return web.json_response({"errcode": refused.code, "errmsg": refused.words})
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _take(self, request: web.Request) -> None:
        robot = self.known(request.query.get("key", ""))
        if robot is None:
            raise _Refused(93000, "invalid webhook url, hint: [1700000000]")
        if self.busy > 0:
            self.busy -= 1
            raise _Refused(-1, "system busy")
        body = await read_object(request)
        if body is None:
            raise _Refused(40033, "invalid charset. json body should be utf8")
        now = self.clock.monotonic()
        if not robot.window.has_room(now, self.per_minute, _WINDOW_S):
            raise _Refused(45009, "api freq out of limit")
        self._post(robot, body)
        robot.window.take(now)

    def _post(self, robot: GroupRobot, body: dict[str, Any]) -> None:
        kind = body.get("msgtype")
        content = body.get(str(kind))
        if kind == "image" and isinstance(content, dict):
            _check_picture(content)
            self.post(robot, "", pictures=1)
        elif kind in _LIMITS and isinstance(content, dict):
            self.post(robot, _checked_words(content, _LIMITS[str(kind)]))
        else:
            raise _Refused(40008, "invalid message type")


def _checked_words(content: dict[str, Any], limit: int) -> str:
    words = content.get("content")
    if not isinstance(words, str) or not words:
        raise _Refused(44004, "empty content")
    size = len(words.encode())
    if size > limit:
        raise _Refused(
            40058, f"content exceed max length {limit}. invalid Request Parameter, current {size}"
        )
    mentioned = content.get("mentioned_list", [])
    if not isinstance(mentioned, list) or not all(isinstance(name, str) for name in mentioned):
        raise _Refused(40058, "mentioned_list: invalid Request Parameter")
    return words


def _check_picture(content: dict[str, Any]) -> None:
    try:
        picture = base64.b64decode(str(content.get("base64", "")), validate=True)
    except binascii.Error:
        raise _Refused(40058, "base64: invalid Request Parameter") from None
    if not picture or len(picture) > _PICTURE_BYTES:
        raise _Refused(40009, "invalid image size")
    if hashlib.md5(picture).hexdigest() != content.get("md5"):
        raise _Refused(301019, "file md5 not match")
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as image:
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise _Refused(40008, "invalid message type: only jpg and png") from None
