"""What happens to groups of accounts once they are there."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["GROUP_CHANGED", "GROUP_DELETED"]

GROUP_CHANGED = Kind("publishing.group.changed", Words("修改账号组", "account group changed"))
GROUP_DELETED = Kind("publishing.group.deleted", Words("删除账号组", "account group deleted"))
