"""What sending many again leaves behind."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["RETRIED_TOGETHER"]

RETRIED_TOGETHER = Kind(
    "publishing.delivery.retried-together",
    Words("人工批量重新投递", "a person started many deliveries again"),
)
