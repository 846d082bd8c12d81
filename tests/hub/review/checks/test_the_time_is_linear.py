"""No text makes a detector slow: shown by the shape of the expressions, without a stopwatch."""

from __future__ import annotations

import gzip
import importlib
import json
import pkgutil
import re
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub.review.checks
from hub.review.checks import digits
from hub.review.checks.plain import Plain
from tests.hub.review.checks.making import look, rules_in

# what repeats without bound, and why it may: it never has to give anything back, or is asked of
# a slice of a bounded length
UNBOUNDED = {
    "digits._CHUNK": "a run of digits, taken whole",
    "contacts._LOCAL": "of 64 characters at most",
    "addresses._TOWN": "of 40 characters at most",
    "addresses._COUNTY": "of 40 characters at most",
    "figures._LINKS": "ends at the first sign that no address has",
    "markup._HIDDEN": "ends at its own end tag; without one it is searched for once a start tag",
    "markup._TAG": "ends at the first < or >",
    "names._BEFORE_NAME": "of 16 characters at most",
    "plain._URL": "ends at the first sign that no address has",
}
MOST_REPEATS = 400  # of a part, however repeats are nested


def patterns() -> dict[str, re.Pattern[str]]:
    found = {}
    for module in pkgutil.iter_modules(hub.review.checks.__path__):
        loaded = importlib.import_module(f"hub.review.checks.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
    return found


def repeats(parsed: Any) -> float:
    """How often the innermost part may repeat: the product of repeats that are nested."""
    most = 1.0
    for operator, argument in parsed:
        if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            _, bound, inner = argument
            endless = bound == _constants.MAXREPEAT
            most = max(most, (float("inf") if endless else bound) * repeats(inner))
        elif operator is _constants.BRANCH:
            most = max(most, *(repeats(branch) for branch in argument[1]))
        elif operator is _constants.SUBPATTERN:
            most = max(most, repeats(argument[3]))
    return most


@pytest.mark.parametrize("name", sorted(patterns()))
def test_no_part_of_an_expression_repeats_without_bound(name: str) -> None:
    assert repeats(_parser.parse(patterns()[name].pattern)) < MOST_REPEATS or name in UNBOUNDED


@given(st.text(alphabet="1 -\n\u200b3８x", max_size=400))
def test_digits_are_looked_at_a_bounded_number_of_times(text: str) -> None:
    looked = 0

    class Counting(Plain):
        def before(self, start: int, length: int) -> str:
            nonlocal looked
            looked += 1
            return super().before(start, length)

    list(digits.find_digits(Counting(text)))
    assert looked <= 5 * 19 * (len(text) + 1)


@given(st.text(max_size=300))
def test_any_text_is_looked_through_and_offsets_hold(text: str) -> None:
    for found in look(text):
        assert text[found.start : found.end] == found.text
        assert len(Plain(text).text) == len(text)


def test_real_regulations_hold_nothing_that_blocks() -> None:
    file = Path(__file__).parent / "data" / "regulations.jsonl.gz"
    rows = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    assert len(rows) == 10
    for row in rows:
        assert rules_in(row["title"]) + rules_in(row["body"]) == []
