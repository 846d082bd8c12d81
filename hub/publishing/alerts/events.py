"""What happens to alerts."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["TRIED"]

TRIED = Kind("publishing.alert.tried", Words("试发告警", "alert tried out"))
