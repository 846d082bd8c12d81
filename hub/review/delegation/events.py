"""What happens to delegations."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["DELEGATED", "REVOKED"]

DELEGATED = Kind("review.role.delegated", Words("授权代签", "a review role was delegated"))
REVOKED = Kind("review.delegation.revoked", Words("撤销授权", "a delegation was revoked"))
