"""What sending notices needs from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from hub.conversation.models import Outgoing
from hub.conversation.notices.models import Reach
from hub.publishing.errors import DeliveryError

__all__ = ["NoticeCourier", "Permits"]


class NoticeCourier(Protocol):
    """Takes notices to the platforms."""

    async def send(self, channel: str, account_id: str, outgoing: Outgoing) -> None:
        """Send once; raises what `hub.conversation.ports.Courier.send` raises."""
        ...

    async def key_window(self, channel: str, account_id: str) -> timedelta | None:
        """For how long the account's platform knows an `Outgoing.id` again, so that sending it
        once more does nothing; None where a repeat is a second message, or nobody knows."""
        ...

    def reach(self, channel: str) -> Reach | None:
        """What the channel permits; None where nobody can be written to."""
        ...


class Permits(Protocol):
    """Keeps the sender within the platform's rates."""

    async def wait(self, channel: str, account_id: str, sender: str) -> float:
        """Take a permit for one message to one person, or the seconds until it is worth asking
        again, with none taken. Raises Unavailable while nobody knows."""
        ...

    async def obey(self, channel: str, account_id: str, sender: str, error: DeliveryError) -> None:
        """The platform refused for now: leave what it names alone for as long as it says."""
        ...
