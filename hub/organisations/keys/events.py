"""What happens to the installation's keys. The chain names a key and holds nothing of it."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["KEY_MADE", "KEY_RESEALED"]

KEY_MADE = Kind("organisations.key.made", Words("生成系统密钥", "key of the installation made"))
KEY_RESEALED = Kind(
    "organisations.key.resealed", Words("系统密钥重新加封", "key of the installation resealed")
)
