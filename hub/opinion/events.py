"""What happens to signals, topics and cases, with the sentence people read."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "IDENTITIES_FORGOTTEN",
    "IDENTITY_REVEALED",
    "ISSUES_LOOKED_OVER",
    "ISSUES_MERGED",
    "ISSUE_BURST",
    "MODEL_CHOSEN",
    "MODEL_TRAINED",
    "RUMOUR_VERIFIED",
    "SIGNALS_COLLECTED",
    "SIGNALS_ERASED",
    "SIGNALS_JUDGED",
    "SIGNALS_PLACED",
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
SIGNALS_ERASED = Kind(
    "opinion.signals.erased", Words("已应要求删除舆情信息的内容", "signals erased on request")
)
SIGNALS_JUDGED = Kind("opinion.signals.judged", Words("研判舆情信息", "signals judged"))
SIGNAL_CORRECTED = Kind(
    "opinion.signal.corrected", Words("分析员更正研判", "an analyst corrected a judgement")
)
MODEL_TRAINED = Kind("opinion.model.trained", Words("训练研判模型", "a model was trained"))
MODEL_CHOSEN = Kind("opinion.model.chosen", Words("选用研判模型", "a model was chosen"))
SIGNALS_PLACED = Kind("opinion.signals.placed", Words("归入事项", "signals put under issues"))
ISSUES_MERGED = Kind("opinion.issues.merged", Words("合并事项", "issues merged"))
ISSUES_LOOKED_OVER = Kind(
    "opinion.issues.looked-over", Words("夜间复核事项归并", "issues looked over at night")
)
ISSUE_BURST = Kind("opinion.issue.burst", Words("事项突增", "an issue burst"))
RUMOUR_VERIFIED = Kind("opinion.rumour.verified", Words("核实传闻", "a rumour was looked into"))
