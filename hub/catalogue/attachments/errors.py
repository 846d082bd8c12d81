"""Why a file cannot be attached.

GongkaiError
├── NotFound → UnknownAttachment
└── InvalidInput → BadAttachment → Encrypted, Dangerous, TooLarge
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Words

__all__ = ["BadAttachment", "Dangerous", "Encrypted", "TooLarge", "UnknownAttachment"]


class BadAttachment(InvalidInput):
    """It is none of the kinds that may be published, or not what its name says, or damaged."""

    code = "bad-attachment"


class Encrypted(BadAttachment):
    """Nobody can read it, so nobody can review it."""

    code = "encrypted-attachment"


class Dangerous(BadAttachment):
    """It runs something, or attacks whoever unpacks it: macros, programs, bombs, wrong paths."""

    code = "dangerous-attachment"


class TooLarge(BadAttachment):
    code = "attachment-too-large"


class UnknownAttachment(NotFound):
    """The item has no such file, or it was never stored as what its name says."""

    code = "unknown-attachment"

    def __init__(self, name: str) -> None:
        super().__init__(
            Words(f"没有附件“{name}”", f"no attachment '{name}'"),
            field="attachments",
            remedy=Words(
                "用 gongkai item attachments 查看，或先存入",
                "see gongkai item attachments, or attach it first",
            ),
        )
