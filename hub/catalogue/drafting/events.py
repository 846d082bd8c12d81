"""What happens to working drafts; keeping what was typed is no event of its own."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["DRAFT_BEGUN", "DRAFT_DISCARDED"]

DRAFT_BEGUN = Kind("catalogue.draft.begun", Words("开始修改文稿", "a working draft begun"))
DRAFT_DISCARDED = Kind("catalogue.draft.discarded", Words("放弃文稿", "a working draft discarded"))
