"""What the checks ask of the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hub.kernel.errors import Words
from hub.organisations.models import Account
from hub.publishing.models import Part
from hub.publishing.preflight.models import LinkAnswer

__all__ = ["Keyring", "Outside"]


class Keyring(Protocol):
    def credentials(self, account: Account) -> Mapping[str, str]:
        """The account's credentials, decrypted; raises a GongkaiError where they stay closed."""
        ...


class Outside(Protocol):
    """All but `ask` are quick, pure and may be called from any thread."""

    def refusals(
        self, channel: str, variation: Mapping[str, str], parts: Sequence[Part]
    ) -> Sequence[tuple[Words, Words]]:
        """(what, remedy) of every limit that `parts` break, as the channel declares them now for
        accounts that share `variation`."""
        ...

    def required_credentials(self, channel: str) -> tuple[str, ...]:
        """The names of the credentials without which nothing can be sent there."""
        ...

    async def ask(self, url: str) -> LinkAnswer:
        """Whether `url` (http or https) answers, within seconds; never raises for a dead link."""
        ...
