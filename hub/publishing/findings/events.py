"""What a written word about a finding leaves behind."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ACKNOWLEDGED"]

ACKNOWLEDGED = Kind(
    "publishing.finding.acknowledged", Words("检查发现已书面知悉", "a finding was acknowledged")
)
