"""What happens to the audit chain itself."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["EXPORTED", "FOUND_BROKEN", "VERIFIED"]

VERIFIED = Kind("organisations.audit.verified", Words("审计链核对完好", "audit chain verified"))
FOUND_BROKEN = Kind(
    "organisations.audit.found-broken", Words("审计链核对发现断裂", "audit chain found broken")
)
EXPORTED = Kind("organisations.audit.exported", Words("导出审计记录", "audit events exported"))
