"""What an emergency leaves behind."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ORDERED"]

ORDERED = Kind("publishing.emergency.ordered", Words("应急发布令下达", "an emergency was ordered"))
