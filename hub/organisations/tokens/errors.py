"""Why a token is not made, or opens nothing.

GongkaiError
├── NotFound → UnknownToken
└── Forbidden → TokenRefused, ScopeNeeded
"""

from __future__ import annotations

from hub.kernel.errors import Forbidden, NotFound, Words
from hub.organisations.tokens.scopes import SCOPES, Scope

__all__ = ["ScopeNeeded", "TokenRefused", "UnknownToken"]


class UnknownToken(NotFound):
    code = "unknown-token"

    def __init__(self, token_id: str) -> None:
        super().__init__(
            Words(f"没有令牌“{token_id}”", f"no token '{token_id}'"),
            field="token",
            remedy=Words("用 gongkai person tokens 查看", "see gongkai person tokens"),
        )


class TokenRefused(Forbidden):
    """No token, or one that does not work. The words never say which, for whoever guesses would
    learn from it; `why` and `token_id` are for the audit log."""

    code = "token-refused"

    def __init__(self, why: str, token_id: str = "", login: str = "") -> None:
        super().__init__(
            Words("没有有效的令牌", "no token that works"),
            field="Authorization",
            remedy=Words(
                "用 gongkai person token 签发，写作 Authorization: Bearer gk_…",
                "issue one with gongkai person token, send Authorization: Bearer gk_…",
            ),
        )
        self.why = why
        self.token_id = token_id
        self.login = login


class ScopeNeeded(Forbidden):
    """The key works, and was not made for this."""

    code = "scope-needed"

    def __init__(self, scope: Scope) -> None:
        words = SCOPES[scope]
        super().__init__(
            Words(f"此密钥无“{words.zh}”权限", f"this key was not made to: {words.en}"),
            field="scopes",
            remedy=Words(f"签发含 {scope.value} 的密钥", f"make a key with {scope.value}"),
        )
