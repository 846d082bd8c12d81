"""What can go wrong with interpretations.

GongkaiError
├── InvalidInput → BadPlan
└── Conflict → Incomplete → NotInterpreted, CannotInterpret
"""

from __future__ import annotations

from collections.abc import Iterable

from hub.interpretation import events
from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.review.returning import Incomplete

__all__ = ["BadPlan", "CannotInterpret", "NotInterpreted"]


class BadPlan(InvalidInput):
    """A part of the plan is missing or cannot be."""

    code = "bad-interpretation-plan"


class NotInterpreted(Incomplete):
    """The document is to be interpreted, and something of that is missing."""

    code = "not-interpreted"
    returned = events.RETURNED

    def __init__(self, item_id: str, missing: Iterable[Words]) -> None:
        lacking = tuple(missing)
        super().__init__(
            item_id,
            Words(
                "应当解读的文件缺少：" + "、".join(words.zh for words in lacking),
                "the document is to be interpreted and lacks: "
                + ", ".join(words.en for words in lacking),
            ),
            field="interpretation",
            remedy=Words(
                "与文件一并报送解读方案和解读材料，或在属性认定中说明不解读的理由",
                "submit the plan and the material together with the draft, or give the reason for"
                " not interpreting it in the determination",
            ),
            recorded=[words.zh for words in lacking],
        )
        self.missing = lacking


class CannotInterpret(Conflict):
    """The one item cannot be the interpretation of the other."""

    code = "cannot-interpret"
