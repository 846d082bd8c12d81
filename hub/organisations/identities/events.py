"""What happens to linked identities."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["IDENTITY_LINKED", "IDENTITY_UNLINKED"]

IDENTITY_LINKED = Kind("organisations.identity.linked", Words("关联统一身份", "identity linked"))
IDENTITY_UNLINKED = Kind(
    "organisations.identity.unlinked", Words("解除统一身份", "identity unlinked")
)
