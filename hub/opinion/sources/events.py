"""What happens to sources, with the sentence people read."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Words
from hub.kernel.events import Kind
from hub.opinion.sources.models import SourceEvent

__all__ = ["SOURCE_ADDED", "SOURCE_FAILED", "SOURCE_READ", "SOURCE_STEPS"]

SOURCE_ADDED = Kind("opinion.source.added", Words("登记舆情来源", "a source was added"))
SOURCE_READ = Kind("opinion.source.read", Words("读取舆情来源", "a source was read"))
SOURCE_FAILED = Kind("opinion.source.failed", Words("来源读取失败", "a source could not be read"))
SOURCE_STEPS: Mapping[SourceEvent, Kind] = {
    SourceEvent.PAUSED: Kind("opinion.source.paused", Words("暂停来源", "a source was paused")),
    SourceEvent.RESUMED: Kind("opinion.source.resumed", Words("恢复来源", "a source goes on")),
}
