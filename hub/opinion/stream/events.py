"""What happens to the stream as a whole."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["SIGNALS_EXPORTED"]

SIGNALS_EXPORTED = Kind("opinion.signals.exported", Words("导出舆情信息", "signals exported"))
