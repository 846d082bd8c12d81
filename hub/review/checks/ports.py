"""What the checks ask of the outside."""

from __future__ import annotations

from typing import Protocol

__all__ = ["LinkAnswer", "LinkProbe"]


class LinkAnswer(Protocol):
    """`status` is HTTP's, 0 without an answer; `error` says why there was none."""

    @property
    def good(self) -> bool: ...

    @property
    def status(self) -> int: ...

    @property
    def error(self) -> str: ...


class LinkProbe(Protocol):
    async def ask(self, url: str) -> LinkAnswer:
        """Whether `url` (http or https) answers, within seconds; never raises for a dead link."""
        ...
