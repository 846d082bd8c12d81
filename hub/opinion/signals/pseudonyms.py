"""Authors under pseudonyms, and what would tell who they are under seal.

Both are made with a key of this installation that outlives the vault's keys. A pseudonym is an
HMAC: without the key nobody can try out account ids against it (a plain hash of a phone number
falls in a minute).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from hub.organisations.keys.service import InstallationKeys
from hub.organisations.vault import Vault

__all__ = ["Pseudonyms", "open_pseudonyms"]

_KEY = "opinion"
_LENGTH = 32  # hexadecimal digits of a pseudonym: 128 bits, no two authors meet


class Pseudonyms:
    """Pseudonyms and seals under one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        self._naming = _derived(key, "pseudonym")
        self._vault = Vault({"opinion": _derived(key, "seal")})

    def __repr__(self) -> str:
        return "Pseudonyms()"

    def of(self, channel: str, author: str) -> str:
        """The pseudonym of an author on a channel, always the same; empty for nobody."""
        if not author:
            return ""
        message = f"{channel}\0{author}".encode()
        return hmac.new(self._naming, message, hashlib.sha256).hexdigest()[:_LENGTH]

    def seal(self, about: str, values: Mapping[str, str]) -> str:
        """`values` as text that opens only here and only for `about`."""
        return self._vault.seal(f"opinion:{about}", values)

    def open(self, about: str, sealed: str) -> dict[str, str]:
        """The values; raises SealBroken for what was altered or belongs to another."""
        return self._vault.open(f"opinion:{about}", sealed)


async def open_pseudonyms(keys: InstallationKeys) -> Pseudonyms:
    """The pseudonyms of this installation. Raises SealBroken."""
    return Pseudonyms(await keys.key(_KEY))


def _derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose: HMAC-SHA256 is the expanding step of HKDF (RFC 5869, 2.3)."""
    return hmac.new(key, f"gongkai-opinion-{purpose}\x01".encode(), hashlib.sha256).digest()
