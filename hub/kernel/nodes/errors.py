"""GongkaiError
└── Unavailable
    └── LostLead   this process does not lead, or not any more
"""

from __future__ import annotations

from hub.kernel.errors import Unavailable, Words

__all__ = ["LostLead"]


class LostLead(Unavailable):
    code = "lost-lead"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"本进程不再负责“{name}”", f"this process does not lead {name!r} any more"),
            field="leases",
            remedy=Words(
                "无需处理：另一个进程已接替", "nothing to be done: another process has taken over"
            ),
        )
