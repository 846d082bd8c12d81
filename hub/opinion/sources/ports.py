"""What reading sources needs from the outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["Fetched", "Fetcher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a server gave; `etag` and `last_modified` as it said them, else empty."""

    body: bytes = field(repr=False)
    etag: str = ""
    last_modified: str = ""


class Fetcher(Protocol):
    """Gets what is at an address on the open internet.

    An implementation follows few redirects, reads no more than it was told, waits no longer than
    it was told, speaks http and https only, and refuses addresses within the installation's own
    network: an analyst's feed must not become a way into it.
    """

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched | None:
        """None where the server says that nothing has changed since `etag` or `last_modified`.

        Raises SourceUnreachable for anything that went wrong outside, and BadSource for an
        address that is refused.
        """
        ...
