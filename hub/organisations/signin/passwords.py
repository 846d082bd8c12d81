"""Passwords at rest: argon2id, checked beside the loop, a few at a time."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["Passwords"]

_AT_ONCE = 2  # each takes 64 MiB and a core for some hundredths of a second


class Passwords:
    """`hasher` is argon2id with RFC 9106's second recommended parameters unless a test brings a
    cheap one."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hashed(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def good(self, password: str, held: str | None) -> bool:
        """Whether it is the password of `held`; for nobody's, the same time goes by."""
        if held is None:
            if self._nobody is None:
                self._nobody = await self.hashed("nobody has this password")
            await self._verified(password, self._nobody)
            return False
        return await self._verified(password, held)

    def outdated(self, held: str) -> bool:
        """Whether it was hashed with other parameters than now."""
        return self._hasher.check_needs_rehash(held)

    async def _verified(self, password: str, held: str) -> bool:
        async with self._gate:
            try:
                return await asyncio.to_thread(self._hasher.verify, held, password)
            except (VerificationError, InvalidHashError):
                return False
