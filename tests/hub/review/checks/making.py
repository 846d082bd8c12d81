"""Numbers of nobody, valid by their check digits, and the sloppy ways in which people type."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from hub.review.checks.models import Finding, Passage
from hub.review.checks.rules import examine

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
GAPS = ("", " ", "-", "－", "\u200b", "\u3000", "—")


def citizen(region: str, born: date, order: int) -> str:
    front = f"{region}{born:%Y%m%d}{order:03d}"
    total = sum(int(d) * w for d, w in zip(front, _WEIGHTS, strict=True))
    return front + "10X98765432"[total % 11]


def card(front: str) -> str:
    """`front` and its Luhn digit."""
    total = 0
    for place, digit in enumerate(reversed(front)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return front + str(-total % 10)


citizens = st.builds(
    citizen,
    st.sampled_from(["110101", "510104", "350481", "650102", "440305"]),
    st.dates(date(1900, 1, 1), date(2025, 12, 31)),
    st.integers(1, 999),
)
mobiles = st.builds(
    lambda second, rest: f"1{second}{rest:09d}", st.integers(3, 9), st.integers(0, 10**9 - 1)
)
cards = st.builds(
    lambda issuer, rest: card(f"{issuer}{rest:012d}"),
    st.sampled_from(["621700", "622848", "436742"]),
    st.integers(10**6, 10**12 - 1),
)
texts = st.text(alphabet="经审核现将名单予以公示联系人：，。（） \n", max_size=12)


def spread(number: str, sizes: tuple[int, ...], gap: str) -> str:
    pieces, place = [], 0
    for size in sizes:
        pieces.append(number[place : place + size])
        place += size
    return gap.join([*pieces, number[place:]] if number[place:] else pieces)


def look(text: str, name: str = "body") -> list[Finding]:
    return examine([Passage(field=name, text=text, editable=True)])


def rules_in(text: str) -> list[tuple[str, str]]:
    """(rule, severity) of everything found in `text`."""
    return [(found.rule, found.severity.value) for found in look(text)]
