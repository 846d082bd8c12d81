"""Why an identity is not linked, or lets nobody in.

GongkaiError
├── Conflict → LinkedElsewhere
├── NotFound → UnknownIdentity
└── Forbidden → NotLinked, ProviderRefused
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, Forbidden, NotFound, Words

__all__ = ["LinkedElsewhere", "NotLinked", "ProviderRefused", "UnknownIdentity"]


class LinkedElsewhere(Conflict):
    code = "linked-elsewhere"

    def __init__(self, subject: str) -> None:
        super().__init__(
            Words(f"“{subject}”已关联到另一个人", f"'{subject}' is linked to somebody else"),
            field="subject",
            remedy=Words(
                "先用 gongkai person unlink 解除",
                "unlink it first, with gongkai person unlink",
            ),
        )


class UnknownIdentity(NotFound):
    code = "unknown-identity"

    def __init__(self, subject: str) -> None:
        super().__init__(
            Words(f"没有关联“{subject}”", f"'{subject}' is not linked"),
            field="subject",
            remedy=Words("用 gongkai person identities 查看", "see gongkai identity list"),
        )


class NotLinked(Forbidden):
    """The provider vouched for somebody whom no administrator linked, or who is not active."""

    code = "not-linked"

    def __init__(self, subject: str) -> None:
        super().__init__(
            Words(
                f"统一身份“{subject}”尚未关联到本系统的在职人员",
                f"the identity '{subject}' is not linked to anybody who works here",
            ),
            field="subject",
            remedy=Words(
                "请把这个编号告诉管理员，由其用 gongkai person link 关联",
                "tell it to the administrator, who links it with gongkai person link",
            ),
        )


class ProviderRefused(Forbidden):
    """The provider did not vouch for anybody, or not as it must; `why` is for the audit log."""

    code = "provider-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            Words("统一身份认证没有通过", "the identity provider did not vouch for you"),
            field="provider",
            remedy=Words(
                "从登录页重新开始；反复出现请联系管理员，原因在操作记录里",
                "begin again at the sign-in; if it happens again tell the administrator, the "
                "reason is in the audit log",
            ),
        )
        self.why = why
