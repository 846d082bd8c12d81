from __future__ import annotations

import io

import openpyxl

from hub.catalogue.attachments.inspection import inspect_file
from hub.review.checks.files import examine_file


def test_what_a_workbook_says_and_hides_comes_in_one_shape() -> None:
    book = openpyxl.Workbook()
    book.active.append(["张三", "13812345678"])
    book.create_sheet("底稿").sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    inspected = inspect_file("名单.xlsx", target.getvalue())
    found = list(examine_file(inspected, ()).told({}))
    assert {(f.rule, f.severity.value) for f in found} == {
        ("mobile-number", "block"),
        ("hidden-data", "block"),
        ("hidden-data", "warn"),  # openpyxl signs as the maker
    }
    assert {f.field for f in found} == {"attachments[名单.xlsx]"}
    assert [f.text for f in found if f.rule == "hidden-data" and f.severity == "block"] == [
        "底稿 (hidden)"
    ]
