"""What happens to watches, with the sentence people read."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Words
from hub.kernel.events import Kind
from hub.opinion.watches.models import WatchEvent

__all__ = ["WATCH_CHANGED", "WATCH_MADE", "WATCH_STEPS"]

WATCH_MADE = Kind("opinion.watch.made", Words("建立监测方案", "a watch was made"))
WATCH_CHANGED = Kind("opinion.watch.changed", Words("修改监测方案", "a watch was changed"))
WATCH_STEPS: Mapping[WatchEvent, Kind] = {
    WatchEvent.PAUSED: Kind("opinion.watch.paused", Words("暂停监测方案", "a watch was paused")),
    WatchEvent.RESUMED: Kind("opinion.watch.resumed", Words("恢复监测方案", "a watch goes on")),
}
