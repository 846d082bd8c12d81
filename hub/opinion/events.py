"""What happens to signals, topics and cases, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "IDENTITIES_FORGOTTEN",
    "IDENTITY_REVEALED",
    "KEY_MADE",
    "KEY_RESEALED",
    "SIGNALS_COLLECTED",
]

SIGNALS_COLLECTED = Kind("opinion.signals.collected", Words("收集舆情信息", "signals collected"))
IDENTITY_REVEALED = Kind(
    "opinion.identity.revealed",
    Words("查看了留言人身份或原文", "an author's identity was looked at"),
)
IDENTITIES_FORGOTTEN = Kind(
    "opinion.identities.forgotten", Words("到期删除身份与原文", "identities and originals deleted")
)
KEY_MADE = Kind("opinion.key.made", Words("生成化名密钥", "key of pseudonyms made"))
KEY_RESEALED = Kind("opinion.key.resealed", Words("化名密钥重新加封", "key of pseudonyms resealed"))
