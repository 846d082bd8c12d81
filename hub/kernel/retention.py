"""How the audit chain is archived."""

from __future__ import annotations

from hub.kernel.archiving.models import Kept
from hub.kernel.errors import Words
from hub.kernel.events import audit_events

__all__ = ["KEPT"]

KEPT = (
    Kept(
        name="audit",
        table=audit_events,
        words=Words("审计链", "the audit chain"),
        rule=Words(
            "《网络安全法》：网络日志留存不少于六个月；国家档案局令第8号：10年或30年",
            "Cybersecurity Law: logs for six months at least; State Archives order 8: 10 or 30"
            " years",
        ),
        chained=True,
    ),
)
