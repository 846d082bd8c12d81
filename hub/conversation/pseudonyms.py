"""Pseudonyms: the same person on the same account is always the same 26 signs.

HMAC-SHA-256 under a random key of this installation, cut to 104 bits. The key is sealed in the
database, so a copy of the database alone leads nobody from a pseudonym to a person; the account
is part of what is signed, so one person's conversations with two bodies cannot be joined.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from hub.conversation import store
from hub.kernel.database import Database, Transaction
from hub.organisations.vault import Vault

__all__ = ["Pseudonyms", "open_pseudonyms"]

_SUBJECT = "conversation-pseudonyms"
_LENGTH = 26
_KEY_BYTES = 32


class Pseudonyms:
    def __init__(self, key: bytes) -> None:
        self._start = hmac.new(key, digestmod=hashlib.sha256)

    def of(self, account_id: str, address: str) -> str:
        signer = self._start.copy()
        signer.update(f"{account_id}\n{address}".encode())
        return signer.hexdigest()[:_LENGTH]


async def open_pseudonyms(database: Database, vault: Vault) -> Pseudonyms:
    """The pseudonyms of this installation; makes their key at the first start, and seals it anew
    where the vault has a newer key. Raises SealBroken."""

    def work(tx: Transaction) -> bytes:
        sealed = store.read_key(tx.connection)
        if sealed is None:
            fresh = {"key": base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}
            store.keep_key(tx, vault.seal(_SUBJECT, fresh))
            sealed = store.read_key(tx.connection) or ""
        opened = vault.open(_SUBJECT, sealed)
        if not vault.is_current(sealed):
            store.replace_key(tx, vault.seal(_SUBJECT, opened))
        return base64.b64decode(opened["key"])

    return Pseudonyms(await database.write(work, audited=False))
