"""What happens to approvals."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = [
    "COMPLETED",
    "EMERGENCY",
    "LOOKED_AFTER",
    "REFUSED",
    "RETURNED",
    "SENT_BACK",
    "SIGNED",
    "SUBMITTED",
    "VOIDED",
]

SUBMITTED = Kind("review.approval.submitted", Words("送审", "submitted for approval"))
VOIDED = Kind("review.approval.voided", Words("签审单作废", "approval voided"))
SIGNED = Kind("review.approval.signed", Words("签署", "signed"))
COMPLETED = Kind("review.approval.completed", Words("三审完成", "signed by all three"))
RETURNED = Kind("review.approval.returned", Words("退文", "returned"))
SENT_BACK = Kind(
    "review.approval.sent-back", Words("退回前一审，其后签署作废", "sent back to a lower step")
)
REFUSED = Kind("review.attempt.refused", Words("拒绝操作", "an attempt was refused"))
EMERGENCY = Kind("review.approval.emergency", Words("列为紧急", "marked as an emergency"))
LOOKED_AFTER = Kind("review.approval.looked-after", Words("事后复核", "looked at afterwards"))
