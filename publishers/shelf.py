"""Where the processes of an installation leave access tokens for each other."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Shelf"]


class Shelf(Protocol):
    """Nothing here raises: a shelf that is away has nothing and lets everybody take a turn."""

    async def find(self, name: str) -> tuple[str, float] | None:
        """The token of that name and for how many seconds it is good."""
        ...

    async def put(self, name: str, token: str, seconds: float) -> None: ...

    async def take_turn(self, name: str) -> str:
        """Of several that would ask the platform, one may: a mark; empty while another does."""
        ...

    async def end_turn(self, name: str, mark: str) -> None: ...
