"""The installation's own keys: each made once, kept sealed, resealed when the vault changes.

A key lies in the database sealed by the vault, so the vault's keys may change without anything
changing that was derived from it, and a copy of the database alone opens nothing.
"""

from __future__ import annotations

import asyncio
import base64
import secrets

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.organisations.keys import events, store
from hub.organisations.vault import KEY_BYTES, Vault

__all__ = ["InstallationKeys"]

_ACTOR = "system:keys"


class InstallationKeys:
    """Opens a key when it is first needed and remembers it while the process lives."""

    def __init__(self, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._lock = asyncio.Lock()
        self._opened: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"InstallationKeys(opened={sorted(self._opened)})"

    async def key(self, name: str) -> bytes:
        """The 32 bytes of the key `name` (at most 32 letters), made at the first call in the
        life of the installation. Raises SealBroken where the vault's key is lost."""
        async with self._lock:
            if name not in self._opened:
                sealed = await self._database.read(lambda c: store.get_sealed(c, name))
                sealed = sealed or await self._made(name)
                if not self._vault.is_current(sealed):
                    sealed = await self._resealed(name, sealed)
                values = self._vault.open(_bound(name), sealed)
                self._opened[name] = base64.b64decode(values["key"])
            return self._opened[name]

    async def _made(self, name: str) -> str:
        """A new key, or the one that another process made at the same moment."""
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        sealed = self._vault.seal(_bound(name), {"key": key})

        def keep(tx: Transaction) -> str:
            if store.keep_sealed(tx, name, sealed, self._clock.now()):
                self._record(tx, events.KEY_MADE, name)
            return store.get_sealed(tx.connection, name)

        return await self._database.write(keep)

    async def _resealed(self, name: str, sealed: str) -> str:
        anew = self._vault.seal(_bound(name), self._vault.open(_bound(name), sealed))

        def keep(tx: Transaction) -> str:
            if store.replace_sealed(tx, name, anew, instead_of=sealed):
                self._record(tx, events.KEY_RESEALED, name)
            return store.get_sealed(tx.connection, name)

        return await self._database.write(keep)

    def _record(self, tx: Transaction, kind: Kind, name: str) -> None:
        tx.record(Event(kind=kind, subject=name, actor=_ACTOR, at=self._clock.now()))


def _bound(name: str) -> str:
    return f"installation-key:{name}"
