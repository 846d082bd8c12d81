"""The keys that seal credentials at rest: from the settings, or a file the embedded hub makes."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.settings import Settings
from hub.kernel.errors import Misconfigured, Words

__all__ = ["KEY_FILE", "load_keys", "new_key"]

KEY_FILE = "secret.key"
_BYTES = 32  # AES-256
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def load_keys(settings: Settings) -> Mapping[str, bytes]:
    """Every key by its id, in order: the first one seals, all of them open.

    With no key set, the embedded hub reads `home/secret.key` and makes it on first use. Raises
    Misconfigured for a key that is not `ID:BASE64` of 32 bytes, a file others may read, and a
    scaled installation without a key: its processes could not open each other's secrets.
    """
    if settings.secret_keys:
        return _parse(key.get_secret_value() for key in settings.secret_keys)
    if not settings.embedded:
        raise Misconfigured(
            Words("使用 PostgreSQL 时必须设置密钥", "PostgreSQL needs a key to be set"),
            field="secret_keys",
            remedy=Words(
                "用 gongkai config key 生成并设置 GONGKAI_SECRET_KEYS",
                "make one with gongkai config key and set GONGKAI_SECRET_KEYS",
            ),
        )
    return _parse(_read_or_make(settings.home / KEY_FILE).split())


def new_key(key_id: str = "k1") -> str:
    """A fresh key as `ID:BASE64`."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(_BYTES)).decode()}"


def _parse(lines: Iterable[str]) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        key_id, _, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not _KEY_ID.fullmatch(key_id) or key_id in keys or len(key) != _BYTES:
            raise Misconfigured(
                Words(f"第 {number} 个密钥无效", f"key number {number} is not usable"),
                field="secret_keys",
                remedy=Words(
                    "格式为 ID:BASE64，ID 不重复，解码后 32 字节",
                    "write ID:BASE64, each id once, 32 bytes when decoded",
                ),
            )
        keys[key_id] = key
    return keys


def _read_or_make(file: Path) -> str:
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        _make(file)
        return file.read_text("ascii")
    if stat.S_IMODE(mode) & 0o077:
        raise Misconfigured(
            Words(f"密钥文件 {file} 可被他人读取", f"others may read the key file {file}"),
            field="secret_keys",
            remedy=Words(f"执行 chmod 600 {file}", f"run chmod 600 {file}"),
        )
    return file.read_text("ascii")


def _make(file: Path) -> None:
    """Write a new key whole or not at all; when two processes start at once, one key wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(new_key() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
