"""Why an approval cannot be opened, signed or used.

GongkaiError
├── NotFound → UnknownApproval
├── Conflict → ApprovalClosed, NotItsTurn, ManifestChanged, NotPublic, Unsigned, ClockExpired
└── Forbidden → WrongRole, SamePerson, AuthorSigns
"""

from __future__ import annotations

from hub.kernel.errors import Conflict, Forbidden, NotFound, Words

__all__ = [
    "ApprovalClosed",
    "AuthorSigns",
    "ClockExpired",
    "ManifestChanged",
    "NotItsTurn",
    "NotPublic",
    "SamePerson",
    "UnknownApproval",
    "Unsigned",
    "WrongRole",
]


class UnknownApproval(NotFound):
    code = "unknown-approval"

    def __init__(self, approval_id: str) -> None:
        super().__init__(
            Words(f"没有签审单“{approval_id}”", f"no approval '{approval_id}'"),
            field="approval",
            remedy=Words("用 gongkai review list 查看", "see gongkai review list"),
        )


class ApprovalClosed(Conflict):
    """Replaced, returned, complete, or about a version that is no longer current."""

    code = "approval-closed"


class NotItsTurn(Conflict):
    """Another step comes first."""

    code = "not-its-turn"


class ManifestChanged(Conflict):
    """The signature is over something other than what would be published."""

    code = "manifest-changed"


class NotPublic(Conflict):
    """The item's attribute is not proactive disclosure: it cannot be approved for publication."""

    code = "not-public"


class Unsigned(Conflict):
    """These bytes are not the ones that three people signed."""

    code = "unsigned"


class ClockExpired(Conflict):
    """The time limit is over: signing it off needs a remark that says why it is late."""

    code = "clock-expired"


class WrongRole(Forbidden):
    code = "wrong-role"


class SamePerson(Forbidden):
    """One person signs one step at most."""

    code = "same-person"


class AuthorSigns(Forbidden):
    """The body demands that whoever wrote an item does not sign its first step."""

    code = "author-signs"
