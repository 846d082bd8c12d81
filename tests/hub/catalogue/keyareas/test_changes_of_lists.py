"""A change list and the versions it leads between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.keyareas.changes import apply, counted, differences
from hub.catalogue.keyareas.errors import ChangeDoesNotFit
from hub.catalogue.keyareas.forms import FORMS
from hub.catalogue.keyareas.models import ChangeKind, Entry, ListKey
from hub.catalogue.keyareas.rules import in_order, version_hash
from hub.catalogue.keyareas.wording import change_line
from tests.hub.catalogue.keyareas.lists import DAY, negative

FORM = FORMS["negatives"]
KEY = ListKey(kind="negatives", body_id="b")

lists = st.dictionaries(
    st.sampled_from([f"F-{n}" for n in range(12)]),
    st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(["", "备注一", "备注二"])),
    max_size=8,
).map(lambda rows: [negative(code, item, note) for code, (item, note) in rows.items()])


@given(lists, lists)
def test_the_changes_applied_to_the_old_version_give_the_new_one(
    old: list[Entry], new: list[Entry]
) -> None:
    changes = differences(FORM, old, new)
    assert apply(FORM, old, changes) == in_order(FORM, new)


@given(lists, lists)
def test_a_version_is_known_by_its_hash_whatever_the_order_of_its_rows(
    old: list[Entry], new: list[Entry]
) -> None:
    first, second = (
        version_hash(KEY, 1, DAY, "", in_order(FORM, rows)) for rows in (old, reversed(new))
    )
    assert (first == second) == (not differences(FORM, old, new))


@given(lists)
def test_nothing_changes_between_equal_versions(rows: list[Entry]) -> None:
    assert differences(FORM, rows, rows[::-1]) == ()


def test_every_field_that_changed_is_told_with_its_old_and_new_value() -> None:
    old = [negative("F-2", "甲", "旧"), negative("F-10", "乙")]
    new = [negative("F-2", "甲"), negative("F-11", "丙")]
    changes = differences(FORM, old, new)
    assert counted(changes) == dict.fromkeys(ChangeKind, 1)
    lines = [change_line(FORM, change, {}) for change in changes]
    assert lines[0] == "新增　F-11　丙"
    assert lines[1].endswith("备注由“旧”改为“—”")
    assert lines[2] == "取消　F-10　乙"


def test_a_change_list_of_another_version_is_refused() -> None:
    old, new = [negative("F-1", "甲")], [negative("F-1", "乙")]
    changes = differences(FORM, old, new)
    for other in ([], new, [negative("F-1", "丙")]):
        with pytest.raises(ChangeDoesNotFit):
            apply(FORM, other, changes)
    gone = differences(FORM, old, [])
    with pytest.raises(ChangeDoesNotFit):
        apply(FORM, [negative("F-1", "甲", "多")], gone)


def test_codes_stand_in_the_order_of_their_numbers() -> None:
    rows = [negative(code, "甲") for code in ("F-10", "F-9", "F-1", "E-2")]
    assert [e.code for e in in_order(FORM, rows)] == ["E-2", "F-1", "F-9", "F-10"]
