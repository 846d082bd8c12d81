"""What happens to leases."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["LEAD_TAKEN", "LEAD_YIELDED"]

LEAD_TAKEN = Kind("kernel.lead.taken", Words("接任主进程", "a process began to lead"))
LEAD_YIELDED = Kind("kernel.lead.yielded", Words("交出主进程", "a process ceased to lead"))
