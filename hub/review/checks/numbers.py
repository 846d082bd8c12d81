"""What a row of digits is: the check digits and shapes of identity, card and credit-code numbers.

GB 11643-1999 (citizen number, ISO 7064 mod 11-2), GB 32100-2015 (unified social credit code, mod
31), ISO/IEC 7812-1 (Luhn).
"""

from __future__ import annotations

from datetime import date

__all__ = [
    "is_card_number",
    "is_citizen_number",
    "is_credit_code",
    "is_mobile_number",
    "is_old_citizen_number",
]

# the first two digits of GB/T 2260, and of the residence permits for Hong Kong, Macau, Taiwan
_REGIONS = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"
    " 71 81 82 83"
)
_PROVINCES = frozenset(_REGIONS.split())
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_OLDEST = 1880


def is_citizen_number(text: str) -> bool:
    """18 characters: region, date of birth and check digit agree; the last may be an X."""
    if len(text) != 18 or not text[:17].isdigit() or text[:2] not in _PROVINCES:
        return False
    total = sum(int(d) * w for d, w in zip(text, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == text[17].upper() and _is_date(text[6:14])


def is_old_citizen_number(text: str) -> bool:
    """15 digits, as given out until 1999: no check digit, so only region and date can tell."""
    plausible = len(text) == 15 and text.isdigit() and text[:2] in _PROVINCES
    return plausible and text[2:6] != "0000" and _is_date(f"19{text[6:12]}")


def is_mobile_number(text: str) -> bool:
    return len(text) == 11 and text[0] == "1" and text[1] in "3456789"


def is_card_number(text: str) -> bool:
    """13 to 19 digits whose Luhn sum is right, and not one digit again and again."""
    if not 13 <= len(text) <= 19 or len(set(text)) < 3:
        return False
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_credit_code(text: str) -> bool:
    """Whether these 18 characters are an organisation's code, which is no secret."""
    text = text.upper()
    if len(text) != 18 or any(sign not in _CREDIT_SIGNS for sign in text):
        return False
    pairs = zip(text[:17], _CREDIT_WEIGHTS, strict=True)
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in pairs)
    return _CREDIT_SIGNS[(31 - total % 31) % 31] == text[17]


def _is_date(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).year >= _OLDEST
    except ValueError:
        return False
