"""Pseudonyms: the same person on the same account is always the same 26 signs.

HMAC-SHA-256 under a key of this installation, cut to 104 bits. The key is sealed in the database,
so a copy of the database alone leads nobody from a pseudonym to a person; the account is part of
what is signed, so one person's conversations with two bodies cannot be joined.
"""

from __future__ import annotations

import hashlib
import hmac

from hub.organisations.keys.service import InstallationKeys

__all__ = ["Pseudonyms", "open_pseudonyms"]

_KEY = "conversation"
_LENGTH = 26


class Pseudonyms:
    def __init__(self, key: bytes) -> None:
        self._start = hmac.new(key, digestmod=hashlib.sha256)

    def of(self, account_id: str, address: str) -> str:
        signer = self._start.copy()
        signer.update(f"{account_id}\n{address}".encode())
        return signer.hexdigest()[:_LENGTH]


async def open_pseudonyms(keys: InstallationKeys) -> Pseudonyms:
    """The pseudonyms of this installation. Raises SealBroken."""
    return Pseudonyms(await keys.key(_KEY))
