"""What briefs need from the outside: somebody who renders them, and somebody who sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hub.opinion.briefs.models import Brief, Message

__all__ = ["BriefRenderer", "Mailer"]


class BriefRenderer(Protocol):
    """Makes the files of a brief, deterministically: the same brief gives the same bytes."""

    async def render(self, brief: Brief, messages: Sequence[Message]) -> Mapping[str, bytes]:
        """File name → content. `messages` are listed in the workbook, each once."""
        ...


class Mailer(Protocol):
    """Sends one e-mail to one person."""

    async def send(
        self,
        address: str,
        *,
        subject: str,
        text: str,
        html: str,
        files: Mapping[str, bytes],
        key: str,
        date: datetime,
    ) -> None:
        """Returns when the server is responsible for it. `key` names the message for ever: the
        same one gives the same bytes.

        Raises NotSent, Busy, Throttled and Unauthorised (hub.publishing.errors) where it surely
        was not taken, Rejected where it never will be, and Unknown where nobody can say.
        """
        ...
