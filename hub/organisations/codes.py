"""What identifies an organisation: its code (GB 11714), its unified social credit code (GB 32100).

Both end in a check character, so a mistyped one is known without asking anybody.
"""

from __future__ import annotations

import re

__all__ = ["is_credit_code", "is_organisation_code", "normalised_code", "wrong_code"]

_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_CREDIT = re.compile(f"[{_ALPHABET}]{{18}}")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def normalised_code(text: str) -> str:
    """Upper case, without spaces and the hyphen of `01427686-8`."""
    return re.sub(r"[\s\-]", "", text).upper()


def is_organisation_code(code: str) -> bool:
    """Whether nine characters are an organisation code with the right check character."""
    if not _ORGANISATION.fullmatch(code):
        return False
    total = sum(int(c, 36) * w for c, w in zip(code[:8], _ORGANISATION_WEIGHTS, strict=True))
    return code[8] == "0123456789X"[-total % 11]


def is_credit_code(code: str) -> bool:
    """Whether eighteen characters are a unified social credit code with the right check
    character."""
    if not _CREDIT.fullmatch(code):
        return False
    values = [_ALPHABET.index(c) for c in code[:17]]
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    return code[17] == _ALPHABET[-total % 31]


def wrong_code(code: str) -> bool:
    """Whether a normalised, non-empty code is neither of the two."""
    return not (is_organisation_code(code) or is_credit_code(code))
