"""What the simulated work messengers share: robots in groups, and who was how fast."""

from __future__ import annotations

import hashlib
import uuid
from abc import abstractmethod
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from hub.kernel.clock import Clock
from publishers.simulation import Platform, Shown

__all__ = ["GroupRobot", "RobotPlatform", "Window", "as_uuid", "digest", "read_object"]


@dataclass(slots=True)
class Window:
    """Calls in a sliding window, in seconds of the platform's clock."""

    calls: deque[float] = field(default_factory=deque)

    def has_room(self, now: float, count: int, per_s: float) -> bool:
        """Whether fewer than `count` calls were taken in the last `per_s` seconds."""
        return sum(1 for at in self.calls if at > now - per_s) < count

    def take(self, now: float) -> None:
        self.calls.append(now)
        while self.calls[0] <= now - 3600.0:
            self.calls.popleft()


@dataclass(slots=True, kw_only=True)
class GroupRobot:
    """A robot of one group and what its owner switched on to protect it."""

    account: str
    token: str
    secret: str
    signed: bool = False
    keywords: tuple[str, ...] = ()
    addresses: frozenset[str] = frozenset()  # of callers; empty: any
    removed: bool = False
    resting_until: float = 0.0
    window: Window = field(default_factory=Window)

    def admits_address(self, remote: str | None) -> bool:
        return not self.addresses or remote in self.addresses

    def admits_words(self, words: str) -> bool:
        return not self.keywords or any(keyword in words for keyword in self.keywords)


@dataclass(frozen=True, slots=True)
class _Message:
    robot: GroupRobot
    title: str
    text: str
    pictures: int
    at: datetime


class RobotPlatform(Platform):
    """A platform of robots. `shown` numbers what the groups hold; no caller is told a number."""

    signs = True  # whether a new robot here is protected by a signature

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._robots: dict[str, GroupRobot] = {}
        self._messages: list[_Message] = []

    @abstractmethod
    def new_token(self, handle: str) -> str:
        """A token in the platform's form, always the same for one handle."""

    def robot_of(self, handle: str) -> GroupRobot:
        """The robot of the group `handle`, added when it has none."""
        token = self.new_token(handle)
        secret = f"SEC{digest(self.name, handle, 'secret')}"
        robot = GroupRobot(account=handle, token=token, secret=secret, signed=self.signs)
        return self._robots.setdefault(token, robot)

    def known(self, token: str) -> GroupRobot | None:
        robot = self._robots.get(token)
        return None if robot is None or robot.removed else robot

    def post(self, robot: GroupRobot, text: str, *, title: str = "", pictures: int = 0) -> None:
        self._messages.append(_Message(robot, title, text, pictures, self.clock.now()))

    def shown(self) -> list[Shown]:
        return [
            Shown(
                account=message.robot.account,
                remote_id=str(number),
                title=message.title,
                text=message.text,
                at=message.at,
                pictures=message.pictures,
            )
            for number, message in enumerate(self._messages, start=1)
        ]


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def as_uuid(*parts: str) -> str:
    return str(uuid.UUID(digest(*parts)[:32]))


async def read_object(request: web.Request) -> dict[str, Any] | None:
    """The JSON object of a request; None where it holds none or does not say it is JSON."""
    if request.content_type != "application/json":
        return None
    try:
        found = await request.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
