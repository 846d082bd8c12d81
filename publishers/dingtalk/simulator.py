"""DingTalk's webhook for custom robots as documented: HTTP 200 and an errcode for everything.

Source: open.dingtalk.com/document/orgapp/custom-robot-access. Types text, markdown and link; cards
are refused as unknown. A robot has at least one of keywords, signature and list of addresses. What
happens beyond 20,000 bytes is believed to be 40035.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.simulation import Enrolment
from publishers.simulation_robots import GroupRobot, RobotPlatform, digest, read_object

__all__ = ["Platform"]

_BODY_BYTES = 20_000
_WINDOW_S, _REST_S, _SIGNED_MS = 60.0, 600.0, 3_600_000
_KEYWORDS = 10
# type → what it must have and what is not empty
_TYPES = {
    "text": ("content",),
    "markdown": ("title", "text"),
    "link": ("title", "text", "messageUrl"),
}


class _Refused(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class Platform(RobotPlatform):
    """Switches (`tune`): `per_minute`, `busy` (so many next calls are answered -1), `clock_ahead_s`
    (the platform's clock against ours)."""

    name = "dingtalk"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.per_minute = 20
        self.busy = 0
        self.clock_ahead_s = 0.0

    def new_token(self, handle: str) -> str:
        return digest(self.name, handle)

    def enrol(self, handle: str) -> Enrolment:
        robot = self.robot_of(handle)
        return Enrolment(
            handle=handle, credentials={"access_token": robot.token, "secret": robot.secret}
        )

    def protect(
        self,
        handle: str,
        *,
        signed: bool = False,
        keywords: tuple[str, ...] = (),
        addresses: frozenset[str] = frozenset(),
    ) -> None:
        """The group's owner changes the security settings; without any, a robot cannot be."""
        if not (signed or keywords or addresses) or len(keywords) > _KEYWORDS:
            raise ValueError("at least one protection, at most ten keywords")
        robot = self.robot_of(handle)
        robot.signed, robot.keywords, robot.addresses = signed, keywords, addresses

    def over_limit(self) -> web.Response:
        return web.json_response(
            {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        )

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/robot/send", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        try:
            await self._take(request)
        except _Refused as refused:
            return web.json_response({"errcode": refused.code, "errmsg": refused.words})
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _take(self, request: web.Request) -> None:
        robot = self.known(request.query.get("access_token", ""))
        if robot is None:
            raise _Refused(300001, "token is not exist")
        if self.busy > 0:
            self.busy -= 1
            raise _Refused(-1, "系统繁忙")
        if request.content_type != "application/json":
            raise _Refused(43004, "无效的HTTP HEADER Content-Type")
        raw, body = await request.read(), await read_object(request)
        if body is None or len(raw) > _BODY_BYTES:
            raise _Refused(40035, "缺少参数 json")
        title, words = _checked(body)
        self._guard(robot, request, f"{title}\n{words}")
        self._count(robot)
        self.post(robot, words, title=title)

    def _guard(self, robot: GroupRobot, request: web.Request, words: str) -> None:
        if robot.signed:
            self._check_signature(robot, request.query)
        if not robot.admits_words(words):
            raise _Refused(310000, "keywords not in content")
        if not robot.admits_address(request.remote):
            raise _Refused(310000, f"ip {request.remote} not in whitelist")

    def _check_signature(self, robot: GroupRobot, query: Any) -> None:
        timestamp = query.get("timestamp", "")
        now_ms = (self.clock.now().timestamp() + self.clock_ahead_s) * 1000
        if not timestamp.isdecimal() or abs(now_ms - int(timestamp)) > _SIGNED_MS:
            raise _Refused(310000, "invalid timestamp")
        message = f"{timestamp}\n{robot.secret}".encode()
        expected = hmac.new(robot.secret.encode(), message, hashlib.sha256).digest()
        if query.get("sign") != base64.b64encode(expected).decode():
            raise _Refused(310000, "sign not match")

    def _count(self, robot: GroupRobot) -> None:
        """The 21st of a minute makes the robot rest for ten; nothing is taken meanwhile."""
        now = self.clock.monotonic()
        if now < robot.resting_until or not robot.window.has_room(now, self.per_minute, _WINDOW_S):
            if now >= robot.resting_until:
                robot.resting_until = now + _REST_S
            raise _Refused(130101, "send too fast, exceed 20 times per minute")
        robot.window.take(now)


def _checked(body: dict[str, Any]) -> tuple[str, str]:
    """Title and text of a message of a known type."""
    kind = str(body.get("msgtype"))
    if kind not in _TYPES:
        raise _Refused(400105, "不支持的消息类型")
    content = body.get(kind)
    for name in _TYPES[kind]:
        value = content.get(name) if isinstance(content, dict) else None
        if not isinstance(value, str) or not value:
            raise _Refused(40035, f"缺少参数 {name}")
    at = body.get("at", {})
    if not isinstance(at, dict) or not isinstance(at.get("isAtAll", False), bool):
        raise _Refused(40035, "不合法的参数 at")
    found: dict[str, str] = body[kind]
    return found.get("title", ""), found.get("content") or found["text"]
