"""Why a file cannot be attached.

GongkaiError
└── InvalidInput → BadAttachment → Encrypted, Dangerous, TooLarge
"""

from __future__ import annotations

from hub.kernel.errors import InvalidInput

__all__ = ["BadAttachment", "Dangerous", "Encrypted", "TooLarge"]


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
