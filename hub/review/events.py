"""What happens to approvals."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["COMPLETED", "RETURNED", "SIGNED", "SUBMITTED", "VOIDED"]

SUBMITTED = Kind("review.approval.submitted", Words("送审", "submitted for approval"))
VOIDED = Kind("review.approval.voided", Words("签审单作废", "approval voided"))
SIGNED = Kind("review.approval.signed", Words("签署", "signed"))
COMPLETED = Kind("review.approval.completed", Words("三审完成", "signed by all three"))
RETURNED = Kind("review.approval.returned", Words("退文", "returned"))
