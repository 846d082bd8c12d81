"""Credentials at rest: sealed with AES-256-GCM, bound to their account, keys replaceable.

A seal is `gk1.<key id>.<base64url of nonce and ciphertext>`. The account's id is associated data,
so a seal copied to another account does not open. Nonces are 96 random bits (NIST SP 800-38D,
8.2.2); far fewer than 2^32 seals are ever made under one key.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.kernel.errors import Misconfigured, Words
from hub.organisations.errors import SealBroken

__all__ = ["KEY_BYTES", "Vault"]

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORM = "gk1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Vault:
    """Seals with the first of `keys` (key id → 32 bytes), opens with any of them.

    To change keys, put the new one first, keep the old ones, and reseal.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise Misconfigured(
                Words("没有凭据密钥", "there is no key for credentials"),
                field="vault.keys",
                remedy=Words("给出至少一个密钥", "give at least one key"),
            )
        for name, key in keys.items():
            if not _KEY_ID.fullmatch(name) or len(key) != KEY_BYTES:
                raise Misconfigured(
                    Words(f"密钥“{name}”格式不对", f"key '{name}' has the wrong form"),
                    field="vault.keys",
                    remedy=Words("密钥为 32 字节", "a key is 32 bytes, its id letters and digits"),
                )
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._current = next(iter(keys))

    def __repr__(self) -> str:
        return f"Vault(keys={sorted(self._ciphers)}, current={self._current!r})"

    def seal(self, account_id: str, credentials: Mapping[str, str]) -> str:
        """The credentials of one account as text that only this vault opens."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = msgspec.json.encode(dict(credentials), order="sorted")
        sealed = self._ciphers[self._current].encrypt(nonce, plain, _bound_to(account_id))
        return f"{_FORM}.{self._current}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, account_id: str, sealed: str) -> dict[str, str]:
        """The credentials; an account without any gives an empty dict. Raises SealBroken."""
        if not sealed:
            return {}
        form, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if form != _FORM or cipher is None:
            raise _broken(account_id, f"密钥“{key_id}”不在", f"key '{key_id}' is not here")
        try:
            raw = urlsafe_b64decode(body)
            plain = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(account_id))
        except (InvalidTag, ValueError):
            raise _broken(account_id, "内容被改动或密钥不对", "altered, or another key") from None
        return msgspec.json.decode(plain, type=dict[str, str])

    def is_current(self, sealed: str) -> bool:
        """Whether a seal was made with the current key (an empty one needs no key)."""
        return not sealed or sealed.startswith(f"{_FORM}.{self._current}.")


def _bound_to(account_id: str) -> bytes:
    return f"gongkai-account:{account_id}".encode()


def _broken(account_id: str, zh: str, en: str) -> SealBroken:
    return SealBroken(
        Words(
            f"账号 {account_id} 的凭据无法解开：{zh}", f"account {account_id} stays sealed: {en}"
        ),
        field="credentials",
        remedy=Words(
            "恢复原密钥，或用 gongkai account connect 重新授权",
            "restore the key, or reconnect with gongkai account connect",
        ),
    )
