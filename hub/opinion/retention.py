"""How what citizens say is archived, with what was made of it: masked, as it stands.

Who wrote it and what masking took are apart, sealed, and gone long before (`opinion_keep_days`). A
signal that a case refers to stays: the case's file would be incomplete without it.
"""

from __future__ import annotations

from hub.kernel.archiving.models import Kept
from hub.kernel.errors import Words
from hub.opinion.cases.results.tables import result_requests
from hub.opinion.cases.tables import cases
from hub.opinion.issues.tables import issue_signals
from hub.opinion.judging.tables import judgements, signal_labels
from hub.opinion.rumours.tables import clarified
from hub.opinion.signals.models import SignalState
from hub.opinion.signals.tables import signal_originals, signals
from hub.opinion.watches.tables import watch_signals

__all__ = ["KEPT"]

KEPT = (
    Kept(
        name="signals",
        table=signals,
        words=Words("舆情信息", "signals"),
        rule=Words(
            "《个人信息保护法》第19条：保存期限为实现处理目的所必要的最短时间",
            "Personal Information Protection Law art. 19: no longer than the purpose needs",
        ),
        finished=f"state = '{SignalState.PLACED.value}'",
        parts=(
            issue_signals.c.signal_id,
            judgements.c.signal_id,
            signal_labels.c.signal_id,
            watch_signals.c.signal_id,
        ),
        holds=(
            cases.c.signal_id,
            clarified.c.subject_id,
            issue_signals.c.copy_of,  # what a copy is shown as a copy of
            result_requests.c.signal_id,
            signal_originals.c.signal_id,
        ),
    ),
)
