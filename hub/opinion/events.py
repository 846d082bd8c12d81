"""What happens to signals, topics and cases, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "IDENTITIES_FORGOTTEN",
    "IDENTITY_REVEALED",
    "KEY_MADE",
    "KEY_RESEALED",
    "MODEL_CHOSEN",
    "MODEL_TRAINED",
    "SIGNALS_COLLECTED",
    "SIGNALS_JUDGED",
    "SIGNAL_CORRECTED",
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
SIGNALS_JUDGED = Kind("opinion.signals.judged", Words("研判舆情信息", "signals judged"))
SIGNAL_CORRECTED = Kind(
    "opinion.signal.corrected", Words("分析员更正研判", "an analyst corrected a judgement")
)
MODEL_TRAINED = Kind("opinion.model.trained", Words("训练研判模型", "a model was trained"))
MODEL_CHOSEN = Kind("opinion.model.chosen", Words("选用研判模型", "a model was chosen"))
