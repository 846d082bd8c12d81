"""What happens to tokens."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.kernel.events import Kind

__all__ = ["TOKEN_ISSUED", "TOKEN_REFUSED", "TOKEN_REVOKED"]

TOKEN_ISSUED = Kind("organisations.token.issued", Words("签发令牌", "token issued"))
TOKEN_REVOKED = Kind("organisations.token.revoked", Words("撤销令牌", "token revoked"))
TOKEN_REFUSED = Kind("organisations.token.refused", Words("令牌被拒", "token refused"))
