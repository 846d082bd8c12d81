"""The installation's key of pseudonyms: made once, kept sealed, resealed when the vault changes."""

from __future__ import annotations

import asyncio
import base64
import secrets

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.events import Event, Kind
from hub.opinion import events
from hub.opinion.signals import store
from hub.opinion.signals.pseudonyms import KEY_BYTES, Pseudonyms
from hub.organisations.vault import Vault

__all__ = ["Keeping"]

_ABOUT = "opinion-key"
_ACTOR = "system:opinion"


class Keeping:
    """Opens the key when it is first needed and remembers it while the process lives."""

    def __init__(self, database: Database, clock: Clock, vault: Vault) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._lock = asyncio.Lock()
        self._opened: Pseudonyms | None = None

    async def pseudonyms(self) -> Pseudonyms:
        """The pseudonyms of this installation. Raises SealBroken where the vault's key is lost."""
        async with self._lock:
            if self._opened is None:
                sealed = await self._database.read(store.get_key) or await self._made()
                if not self._vault.is_current(sealed):
                    sealed = await self._resealed(sealed)
                key = self._vault.open(_ABOUT, sealed)["key"]
                self._opened = Pseudonyms(base64.b64decode(key))
            return self._opened

    async def _made(self) -> str:
        """A new key, or the one that another process made at the same moment."""
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        sealed = self._vault.seal(_ABOUT, {"key": key})

        def keep(tx: Transaction) -> str:
            if store.put_key(tx, sealed, self._clock.now()):
                self._record(tx, events.KEY_MADE)
            return store.get_key(tx.connection)

        return await self._database.write(keep)

    async def _resealed(self, sealed: str) -> str:
        anew = self._vault.seal(_ABOUT, self._vault.open(_ABOUT, sealed))

        def keep(tx: Transaction) -> str:
            if store.put_key(tx, anew, self._clock.now(), instead_of=sealed):
                self._record(tx, events.KEY_RESEALED)
            return store.get_key(tx.connection)

        return await self._database.write(keep)

    def _record(self, tx: Transaction, kind: Kind) -> None:
        tx.record(Event(kind=kind, subject=_ABOUT, actor=_ACTOR, at=self._clock.now()))
