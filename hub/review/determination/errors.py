"""Why an item may not go to review as it was determined.

GongkaiError
├── NotFound → NotDetermined
└── Conflict → Incomplete → Undetermined
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.kernel.errors import NotFound, Words
from hub.review.determination import events
from hub.review.determination.models import Missing
from hub.review.returning import Incomplete

__all__ = ["NotDetermined", "Undetermined"]


class NotDetermined(NotFound):
    code = "not-determined"

    def __init__(self, item_id: str) -> None:
        super().__init__(
            Words(f"信息 {item_id} 未认定属性", f"the attribute of {item_id} is not determined"),
            field="item",
            remedy=Words("用 gongkai item determine 认定", "see gongkai item determine"),
        )


class Undetermined(Incomplete):
    """The determination is not there or lacks parts: the item goes back to its drafter (退文)."""

    code = "undetermined"
    returned = events.RETURNED

    def __init__(self, item_id: str, missing: Sequence[Missing]) -> None:
        listed = "、".join(part.words.zh for part in missing)
        told = ", ".join(part.words.en for part in missing)
        super().__init__(
            item_id,
            Words(f"属性认定不完整，缺：{listed}", f"the determination lacks: {told}"),
            field=missing[0].field,
            remedy=Words(
                "用 gongkai item determine 补齐后送审",
                "complete it with gongkai item determine, then submit",
            ),
            recorded=[{"field": part.field, "zh": part.words.zh} for part in missing],
        )
        self.missing = tuple(missing)
