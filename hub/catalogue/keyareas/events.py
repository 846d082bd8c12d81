"""What happens to lists of the key areas."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["LIST_OPENED", "VERSION_CARRIED", "VERSION_PREPARED"]

LIST_OPENED = Kind("keyareas.list.opened", Words("建立清单", "list opened"))
VERSION_PREPARED = Kind(
    "keyareas.version.prepared", Words("编制清单新版", "a version of the list was prepared")
)
VERSION_CARRIED = Kind(
    "keyareas.version.carried", Words("由信息载明清单版本", "an item carries the version")
)
