"""The capacity plan's arithmetic is right, and its unit costs can be measured again."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

ROOT = Path(__file__).parent.parent
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_PRODUCT = re.compile(rf"({_NUMBER}(?: [×÷] {_NUMBER})+) = ({_NUMBER})")
_ROW = re.compile(rf"^\| [^|]*\| ({_NUMBER}) \| ({_NUMBER}) \|$", re.MULTILINE)


def plan() -> str:
    return (ROOT / "docs/capacity.md").read_text("utf-8")


def value(text: str) -> float:
    return float(text.replace(",", ""))


def worked_out(expression: str) -> float:
    parts = re.split(r" ([×÷]) ", expression)
    factors = [value(parts[0])]
    for sign, number in zip(parts[1::2], parts[2::2], strict=True):
        factors.append(value(number) if sign == "×" else 1 / value(number))
    return prod(factors)


def test_every_product_is_what_it_says() -> None:
    found = _PRODUCT.findall(plan())
    assert len(found) > 25
    for expression, said in found:
        places = len(said.partition(".")[2])
        off = abs(worked_out(expression) - value(said))
        assert off <= max(0.501 * 10**-places, 0.005 * value(said)), f"{expression} = {said}"


def test_a_day_is_a_year_s_share() -> None:
    section = plan().partition("## A province: assumptions")[2].partition("##")[0]
    rows = [(value(year), value(day)) for year, day in _ROW.findall(section)]
    assert len(rows) == 9
    assert all(abs(year / 365 - day) <= 1 for year, day in rows)
    assert sum(year for year, _ in rows[1:4]) == rows[4][0]


def test_the_sums_are_those_of_their_tables() -> None:
    parts = {part.partition("\n")[0]: part for part in plan().split("\n## ")}
    seconds = [value(said) for _, said in _PRODUCT.findall(parts["A province: processors"])][:7]
    assert round(sum(seconds)) in range(3_180, 3_189)
    year, years = parts["A province: storage"].split("After ten years")
    gigabytes = [value(said) for _, said in _PRODUCT.findall(year)][:7]
    assert abs(sum(gigabytes) - 134.4) < 0.05
    assert abs(sum(value(said) for _, said in _PRODUCT.findall(years)[:6]) - 875) < 1


def test_every_measurement_it_names_can_be_made_again() -> None:
    named = set(re.findall(r"`(bench_\w+)", plan()))
    assert len(named) >= 8
    assert {name for name in named if not (ROOT / f"benchmarks/{name}.py").is_file()} == set()
