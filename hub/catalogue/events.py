"""What happens to items."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "ATTACHMENT_STORED",
    "FEED",
    "ITEMS_IMPORTED",
    "ITEM_CONFIRMED",
    "ITEM_EDITED",
    "ITEM_ENTERED",
    "ITEM_PUBLISHED",
    "ITEM_RENUMBERED",
    "ITEM_WITHDRAWN",
    "PICTURE_STORED",
    "THEMES_IMPORTED",
    "VALIDITY_CHANGED",
]

ITEM_ENTERED = Kind("catalogue.item.entered", Words("录入信息", "item entered"))
ITEMS_IMPORTED = Kind("catalogue.items.imported", Words("批量导入信息", "items imported"))
ITEM_EDITED = Kind(
    "catalogue.item.edited", Words("修改信息，原签审失效", "item edited, former approvals are void")
)
ITEM_CONFIRMED = Kind(
    "catalogue.item.confirmed", Words("导入内容与现行一致", "an import says what the item says")
)
ITEM_RENUMBERED = Kind(
    "catalogue.item.renumbered", Words("改索引号", "item has another index number")
)
VALIDITY_CHANGED = Kind(
    "catalogue.item.validity-changed", Words("变更有效性", "validity of an item changed")
)
ITEM_PUBLISHED = Kind("catalogue.item.published", Words("信息已公开", "item became public"))
ITEM_WITHDRAWN = Kind("catalogue.item.withdrawn", Words("信息撤下", "item is no longer public"))
THEMES_IMPORTED = Kind("catalogue.themes.imported", Words("导入主题分类", "themes imported"))
ATTACHMENT_STORED = Kind("catalogue.attachment.stored", Words("存入附件", "attachment stored"))
PICTURE_STORED = Kind("catalogue.picture.stored", Words("存入图片", "picture stored"))

# What changes an item, in the order in which readers of the feed are told.
FEED = (
    ITEM_ENTERED,
    ITEMS_IMPORTED,
    ITEM_EDITED,
    ITEM_RENUMBERED,
    VALIDITY_CHANGED,
    ITEM_PUBLISHED,
    ITEM_WITHDRAWN,
)
