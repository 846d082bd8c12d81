"""Sheets in pieces are files that spreadsheets open, and nothing in them is a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from hub.kernel.sheets import Cell, Form, sheet_of

HEAD = ["编号", "标题"]


def whole(form: Form, rows: list[list[Cell]]) -> bytes:
    """One row at a time, as a stream has them."""
    sheet = sheet_of(form, "表 & 一", HEAD)
    pieces = [sheet.begin(), *(sheet.rows([row]) for row in rows), sheet.end()]
    return b"".join(pieces)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_values_come_back_as_they_are() -> None:
    at = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    data = whole(Form.XLSX, [["通知 <一> & 二", 7], [date(2026, 12, 1), at], [True, None]])
    sheet = load_workbook(io.BytesIO(data)).active
    told = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert told[0] == HEAD
    assert told[1:3] == [["通知 <一> & 二", 7], ["2026-12-01", "2026-12-01 09:30:00"]]
    assert told[3][0] == "是"
    assert sheet.title == "表 & 一"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r", " =", "＝"])
def test_what_begins_like_a_formula_is_text(begin: str) -> None:
    text = f"{begin}HYPERLINK(1)"
    [_, [first, _]] = read_csv(whole(Form.CSV, [[text, "x"]]))
    assert first == f"'{text}"
    sheet = load_workbook(io.BytesIO(whole(Form.XLSX, [[text, -5]]))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    assert sheet["B2"].value == -5  # a number is one, also below zero


@given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=2), max_size=5))
def test_any_text_makes_a_file_that_opens(rows: list[list[Cell]]) -> None:
    sheet = load_workbook(io.BytesIO(whole(Form.XLSX, rows))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert len(read_csv(whole(Form.CSV, rows))) == len(rows) + 1
