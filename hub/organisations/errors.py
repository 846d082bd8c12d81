"""What can go wrong with bodies, people and accounts.

GongkaiError
├── NotFound → UnknownBody, UnknownPerson, UnknownAccount, UnknownGroup
├── InvalidInput → EmptyCredential
├── Conflict → AlreadyThere
├── Forbidden → RoleNeeded
└── Misconfigured → SealBroken
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, Forbidden, InvalidInput, Misconfigured, NotFound, Words

__all__ = [
    "AlreadyThere",
    "EmptyCredential",
    "RoleNeeded",
    "SealBroken",
    "UnknownAccount",
    "UnknownBody",
    "UnknownGroup",
    "UnknownPerson",
]


class UnknownBody(NotFound):
    code = "unknown-body"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有单位“{name}”", f"no body '{name}'"),
            field="body",
            remedy=Words("用 gongkai body list 查看", "see gongkai body list"),
        )


class UnknownPerson(NotFound):
    code = "unknown-person"

    def __init__(self, login: str) -> None:
        super().__init__(
            Words(f"没有人员“{login}”，或已停用", f"no active person '{login}'"),
            field="login",
            remedy=Words("用 gongkai person list 查看", "see gongkai person list"),
        )


class UnknownAccount(NotFound):
    code = "unknown-account"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有账号“{name}”", f"no account '{name}'"),
            field="account",
            remedy=Words("用 gongkai account list 查看", "see gongkai account list"),
        )


class UnknownGroup(NotFound):
    code = "unknown-group"

    def __init__(self, name: str) -> None:
        super().__init__(Words(f"没有账号组“{name}”", f"no account group '{name}'"), field="group")


class AlreadyThere(Conflict):
    code = "already-there"


class RoleNeeded(Forbidden):
    """The person holds no role in the body that lets them do this."""

    code = "role-needed"


class EmptyCredential(InvalidInput):
    """A credential is never replaced by an empty value."""

    code = "empty-credential"


class SealBroken(Misconfigured):
    """Sealed credentials cannot be opened: wrong or missing key, or altered bytes."""

    code = "seal-broken"
