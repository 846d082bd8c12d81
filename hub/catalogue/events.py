"""What happens to items."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["ITEM_CONFIRMED", "ITEM_EDITED", "ITEM_ENTERED", "PICTURE_STORED"]

ITEM_ENTERED = Kind("catalogue.item.entered", Words("录入信息", "item entered"))
ITEM_EDITED = Kind(
    "catalogue.item.edited", Words("修改信息，原签审失效", "item edited, former approvals are void")
)
ITEM_CONFIRMED = Kind(
    "catalogue.item.confirmed", Words("导入内容与现行一致", "an import says what the item says")
)
PICTURE_STORED = Kind("catalogue.picture.stored", Words("存入图片", "picture stored"))
