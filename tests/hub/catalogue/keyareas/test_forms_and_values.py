"""The entry forms: every sample fits its form, and what does not is refused with a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.keyareas.describing import json_schema, template
from hub.catalogue.keyareas.errors import BadEntry, UnknownKind
from hub.catalogue.keyareas.forms import FORMS, find_form
from hub.catalogue.keyareas.importing import Taken, read_file, read_given, take_rows
from hub.catalogue.keyareas.models import ListKey
from hub.catalogue.keyareas.rules import check_key, plain_values, typed_values
from hub.catalogue.keyareas.schema import Field, FieldType, Form
from hub.catalogue.keyareas.values import plain_value, read_value, typed_value
from hub.kernel.errors import Words

SAMPLES = Path(__file__).parents[4] / "simulators" / "data" / "keyareas"
KINDS = ("powers", "negatives", "projects", "budgets", "expenses", "points")


def key_of(form: Form) -> ListKey:
    return ListKey(kind=form.kind, body_id="b", year=2026 if form.yearly else 0)


def sample(kind: str) -> Taken:
    form = find_form(kind)
    rows, faults = read_file(form, SAMPLES / f"{kind}.csv")
    return take_rows(form, key_of(form), rows, faults)


def changed(kind: str, code: str, **values: object) -> Taken:
    """The sample of a kind with one entry changed."""
    form = find_form(kind)
    base = sample(kind).entries
    held = next(entry for entry in base if entry.code == code)
    named = {name: held.values[name] for name in form.key}
    rows, faults = read_given(form, [{**named, **values}])
    return take_rows(form, key_of(form), rows, faults, base)


def field(kind: FieldType) -> Field:
    return Field(name="f", words=Words("某项", "something"), type=kind, unit="万元")


@pytest.mark.parametrize("kind", KINDS)
def test_every_sample_fits_its_form(kind: str) -> None:
    taken = sample(kind)
    assert taken.faults == ()
    assert len(taken.entries) > 2


@pytest.mark.parametrize("kind", KINDS)
def test_values_come_back_from_json_as_they_were(kind: str) -> None:
    form = find_form(kind)
    for entry in sample(kind).entries:
        assert typed_values(form, plain_values(entry.values)) == entry.values


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_is_sound(form: Form) -> None:
    names = [f.name for f in form.fields]
    assert len(set(names)) == len(names)
    for heading, found in form.columns.items():  # no field's label is another field's name
        assert heading in (found.name, found.words.zh, found.words.en)
        assert [f for f in form.fields if heading in (f.name, *_both(f.words))] == [found]
    assert all(form.field(name).required for name in (*form.key, form.title))
    for name in (*form.searched, form.category, form.progress):
        assert not name or form.field(name)
    assert all(f.choices for f in form.fields if f.type is FieldType.CHOICE)
    schema = json_schema(form)
    assert list(schema["properties"]) == names
    assert len(template(form).split(",")) == len(names)


def _both(words: Words) -> tuple[str, str]:
    return words.zh, words.en


def test_a_kind_is_found_by_its_name_and_its_words() -> None:
    assert find_form("民生工程") is find_form("projects")
    with pytest.raises(UnknownKind, match="powers"):
        find_form("none")


def test_a_yearly_kind_needs_a_year_and_another_takes_none() -> None:
    assert [e.field for e in check_key(FORMS["projects"], 0)] == ["year"]
    assert [e.field for e in check_key(FORMS["powers"], 2026)] == ["year"]
    assert not list(check_key(FORMS["projects"], 2026))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (FieldType.MONEY, "12,800.50 万元", Decimal("12800.5")),
        (FieldType.MONEY, "１２３", Decimal(123)),
        (FieldType.MONEY, 1e7, Decimal(10_000_000)),
        (FieldType.MONEY, "0.00", Decimal(0)),
        (FieldType.PERCENT, "62.5％", Decimal("62.5")),
        (FieldType.PERCENT, "0.5%", Decimal("0.5")),
        (FieldType.YEAR, "2026年", 2026),
        (FieldType.YEAR, 2026.0, 2026),
        (FieldType.DATE, "2026年3月1日", date(2026, 3, 1)),
        (FieldType.YES_NO, "有", True),
        (FieldType.LINES, "甲；乙\n丙", ("甲", "乙", "丙")),
        (FieldType.TEXT, 2050101.0, "2050101"),
        (FieldType.MILESTONES, "2026年6月 主体完工", ("2026-06-30 主体完工",)),
        (FieldType.HOURS, "周一到周五9：00—17：00", "周一至周五 09:00-17:00"),
        (FieldType.TEXT, "  ", None),
    ],
)
def test_a_cell_is_read_as_people_write_it(kind: FieldType, raw: object, value: object) -> None:
    assert read_value(field(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "hint"),
    [
        (FieldType.MONEY, "-1", "核对"),
        (FieldType.MONEY, "128000000000", "不是元"),
        (FieldType.MONEY, "3亿", "数字"),
        (FieldType.MONEY, "1.2345678", "四舍五入"),
        (FieldType.MONEY, float("nan"), "数字"),
        (FieldType.MONEY, True, "数字"),
        (FieldType.MONEY, "1,2,3", "数字"),
        (FieldType.PERCENT, 101, "核对"),
        (FieldType.PERCENT, 0.85, "85%"),
        (FieldType.INTEGER, "1.5", "整数"),
        (FieldType.DATE, "2026-02-30", "2026-08-13"),
        (FieldType.YES_NO, "也许", "是"),
        (FieldType.PHONE, "无", "028"),
        (FieldType.HOURS, "上班时间", "周一"),
        (FieldType.MILESTONES, "2026-06-30 完工；2026-01-31 开工", "排列"),
        (FieldType.TEXT, "看到的\u202e到看不", "删去"),
        (FieldType.TEXT, "长" * 301, "删减"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_refused_with_a_remedy(
    kind: FieldType, raw: object, hint: str
) -> None:
    with pytest.raises(BadEntry) as refused:
        read_value(field(kind), raw)
    assert refused.value.field == "f"
    assert refused.value.remedy is not None
    assert hint in refused.value.remedy.zh


@given(st.decimals(0, 100_000_000, places=2))
def test_money_survives_being_written_read_and_kept(amount: Decimal) -> None:
    asked = field(FieldType.MONEY)
    value = read_value(asked, f"{amount:,f}")
    assert value == amount
    assert value is not None
    assert typed_value(asked, plain_value(value)) == amount


WRONG: list[tuple[str, str, Mapping[str, object], str]] = [
    ("powers", "510000-JY-001", {"承诺时限": 61}, "promised_days"),
    ("projects", "MS-2026-001", {"本年计划投资": 12801}, "year_investment"),
    ("projects", "MS-2026-001", {"进度": 100}, "progress"),
    ("projects", "MS-2026-001", {"completed_on": "2026-01-01"}, "completed_on"),
    ("projects", "MS-2026-001", {"止年": 2024}, "year_to"),
    ("projects", "MS-2026-001", {"起年": 2027}, "year_from"),
    ("projects", "MS-2026-001", {"坐标系": None}, "datum"),
    ("projects", "MS-2026-001", {"纬度": 104.1, "经度": 30.6}, "latitude"),
    ("projects", "MS-2026-002", {"完工日期": None}, "completed_on"),
    ("projects", "MS-2026-002", {"进度": 99}, "progress"),
    ("projects", "MS-2026-003", {"进度": 5}, "progress"),
    ("budgets", "revenue/R1", {"金额": 4980}, "amount"),
    ("budgets", "revenue/R1", {"上年数": 4000}, "last_year"),
    ("budgets", "revenue/R", {"增减说明": None}, "explanation"),
    ("budgets", "functional/20502", {"金额": 2701}, "amount"),
    ("budgets", "functional/20502", {"上级科目编码": "209"}, "parent"),
    ("expenses", "budget/total", {"本年数": 48.7}, "amount"),
    ("expenses", "budget/cars", {"上年数": 29, "增减说明": "减"}, "last_year"),
    ("expenses", "budget/abroad", {"增减说明": None}, "explanation"),
]


@pytest.mark.parametrize(("kind", "code", "values", "about"), WRONG)
def test_numbers_that_contradict_each_other_are_refused(
    kind: str, code: str, values: Mapping[str, object], about: str
) -> None:
    faults = changed(kind, code, **values).faults
    assert about in {fault.error.field for fault in faults}
    assert all(fault.error.remedy for fault in faults)


def test_a_sum_may_be_off_by_rounding_and_no_more() -> None:
    assert changed("budgets", "revenue/R1", 金额="4980.41").faults == ()
    assert changed("budgets", "revenue/R1", 金额="4980.42").faults != ()


def test_both_sides_of_a_budget_are_equal() -> None:
    form = find_form("budgets")
    rows, _ = read_file(form, SAMPLES / "budgets.csv")
    income = [row for row in rows if row.values["section"] == "revenue"]
    [fault] = take_rows(form, key_of(form), income).faults
    assert "支出" in fault.error.words.zh


def test_all_four_expenses_are_needed_though_nothing_was_spent() -> None:
    form = find_form("expenses")
    rows, _ = read_file(form, SAMPLES / "expenses.csv")
    kept = [row for row in rows if row.values["item"] != "car-purchase"]
    [fault] = take_rows(form, key_of(form), kept).faults
    assert "公务用车购置费" in fault.error.words.zh


def test_a_code_comes_once_in_a_list() -> None:
    form = find_form("powers")
    rows, _ = read_file(form, SAMPLES / "powers.csv")
    [fault] = take_rows(form, key_of(form), [*rows, rows[0]]).faults
    assert fault.error.field == "code"


def test_unknown_and_doubled_columns_and_missing_fields_are_told_by_row() -> None:
    form = find_form("points")
    rows = [{"编码": "1", "code": "1"}, {"编码": "2", "颜色": "红"}, {"编码": "3"}]
    given_rows, faults = read_given(form, rows)
    taken = take_rows(form, key_of(form), given_rows, faults)
    assert {(f.row, f.error.field) for f in taken.faults} >= {
        (1, "code"), (2, "颜色"), (3, "name"), (3, "hours")
    }  # fmt: skip
