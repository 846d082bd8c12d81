"""What happens to determinations."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["DETERMINED", "PUBLISHED", "RETURNED", "STARTED"]

DETERMINED = Kind("review.determination.determined", Words("认定属性", "attribute determined"))
RETURNED = Kind(
    "review.determination.returned",
    Words("属性认定不完整，退文", "returned: the determination lacks parts"),
)
STARTED = Kind(
    "review.determination.started", Words("登记计时起点", "the start of the clock was entered")
)
PUBLISHED = Kind(
    "review.determination.published", Words("已发布，计时终止", "published: the clock has stopped")
)
