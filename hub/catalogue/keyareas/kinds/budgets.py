"""部门预算、部门决算: revenue, expenditure and the general public budget by functional class.

Budget Law article 14: budgets and final accounts are public within 20 days of approval, down to
the item (项) of the functional class. Numbers are rounded to what the table shows, so a sum may
differ from its parts by what rounding makes of them, and by no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.models import Entry, ListKey, Values
from hub.catalogue.keyareas.schema import Choice, Field, FieldType, Form, ListFault, bad
from hub.kernel.errors import Words

__all__ = ["ACCOUNT_FORM", "BUDGET_FORM", "rounding"]

_CLASS = re.compile(r"\d{3}(\d{2}(\d{2})?)?")  # 类, 款, 项
_REVENUE, _EXPENDITURE, _FUNCTIONAL = "revenue", "expenditure", "functional"
_SECTIONS = (
    Choice(value=_REVENUE, words=Words("收入", "revenue")),
    Choice(value=_EXPENDITURE, words=Words("支出", "expenditure")),
    Choice(
        value=_FUNCTIONAL,
        words=Words("一般公共预算支出（功能分类）", "general public budget by function"),
    ),
    Choice(value="economic", words=Words("基本支出（经济分类）", "basic expenditure by nature")),
    Choice(value="funds", words=Words("政府性基金预算支出", "government funds")),
    Choice(value="capital", words=Words("国有资本经营预算支出", "state capital operations")),
)


def rounding(numbers: Sequence[Decimal]) -> Decimal:
    """How far a sum may be off when it and every part were rounded to two decimals."""
    return Decimal("0.005") * (len(numbers) + 1)


def _check_class(values: Values) -> Iterator[BadEntry]:
    if values["section"] == _FUNCTIONAL and not _CLASS.fullmatch(str(values["subject"])):
        yield bad(
            "subject", f"功能分类科目“{values['subject']}”应为 3、5 或 7 位数字",
            f"functional class '{values['subject']}' must have 3, 5 or 7 digits",
            "类 3 位、款 5 位、项 7 位", "class 3, section 5, item 7 digits",
        )  # fmt: skip


def _check_explanation(values: Values) -> Iterator[BadEntry]:
    """The totals of both sides say why they are not what they were."""
    last = values.get("last_year")
    total = "parent" not in values and values["section"] in (_REVENUE, _EXPENDITURE)
    changed = last is not None and last != values["amount"]
    if total and changed and "explanation" not in values:
        yield bad(
                "explanation", "与上年不同，须说明增减原因", "it differs from last year",
                "填写增减变化说明", "explain the change",
            )  # fmt: skip


def _parent(entry: Entry) -> str:
    """The subject it is part of: the one named, else the class whose digits it begins with."""
    subject = str(entry.values["subject"])
    if entry.values["section"] == _FUNCTIONAL and "parent" not in entry.values:
        return subject[:-2] if len(subject) > 3 else ""
    return str(entry.values.get("parent", ""))


def _check_sums(
    key: ListKey, entries: Sequence[Entry], *, column: str = "amount"
) -> Iterator[ListFault]:
    """A subject with parts is their sum, in every section."""
    parts: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if parent := _parent(entry):
            parts.setdefault((str(entry.values["section"]), parent), []).append(entry)
    whole = {(str(e.values["section"]), str(e.values["subject"])): e for e in entries}
    for about, members in parts.items():
        if about not in whole:
            yield ListFault(members[0].code, _no_parent(about[1]))
        elif column in whole[about].values:
            yield from _compare(whole[about], members, column)


def _compare(whole: Entry, members: Sequence[Entry], column: str) -> Iterator[ListFault]:
    numbers = [Decimal(str(m.values[column])) for m in members if column in m.values]
    told, added = Decimal(str(whole.values[column])), sum(numbers, Decimal(0))
    if numbers and abs(told - added) > rounding(numbers):
        wrong = bad(
            column, f"{told:,f} 万元不等于各分项之和 {added:,f} 万元",
            f"{told:,f} is not the sum of its parts, {added:,f}",
            "核对合计与各分项", "check the sum and its parts",
        )  # fmt: skip
        yield ListFault(whole.code, wrong)


def _check_balance(key: ListKey, entries: Sequence[Entry]) -> Iterator[ListFault]:
    """Total revenue is total expenditure; the general public budget is no more than that."""
    totals: dict[str, list[Decimal]] = {}
    for entry in entries:
        if not _parent(entry):
            amount = Decimal(str(entry.values["amount"]))
            totals.setdefault(str(entry.values["section"]), []).append(amount)
    sums: Mapping[str, Decimal] = {name: sum(n, Decimal(0)) for name, n in totals.items()}
    for name in (_REVENUE, _EXPENDITURE):
        if name not in sums:
            words = next(choice.words for choice in _SECTIONS if choice.value == name)
            yield ListFault("", _no_section(words))
            return
    income, spent = sums[_REVENUE], sums[_EXPENDITURE]
    if abs(income - spent) > rounding(totals[_REVENUE] + totals[_EXPENDITURE]):
        yield ListFault("", _unbalanced(income, spent))


def _no_parent(subject: str) -> BadEntry:
    return bad(
        "parent", f"没有上级科目“{subject}”", f"the subject '{subject}' it is part of is missing",
        "补上级科目一行", "add the row of that subject",
    )  # fmt: skip


def _no_section(words: Words) -> BadEntry:
    return bad(
        "section", f"缺{words.zh}部分", f"the section '{words.en}' is missing",
        "补齐该部分", "add it",
    )  # fmt: skip


def _unbalanced(income: Decimal, spent: Decimal) -> BadEntry:
    return bad(
        "amount", f"收入总计 {income:,f} 万元不等于支出总计 {spent:,f} 万元",
        f"revenue of {income:,f} is not expenditure of {spent:,f}",
        "核对收支，年末结转列入支出", "check both; what is carried over counts as expenditure",
    )  # fmt: skip


def _form(kind: str, words: Words, about: Words) -> Form:
    return Form(
        kind=kind,
        words=words,
        about=about,
        yearly=True,
        key=("section", "subject"),
        title="name",
        searched=("subject", "name", "explanation"),
        category="section",
        fields=(
            Field(
                name="section",
                words=Words("部分", "section"),
                type=FieldType.CHOICE,
                choices=_SECTIONS,
                required=True,
            ),
            Field(
                name="subject",
                words=Words("科目编码", "subject code"),
                required=True,
                longest=20,
                help=Words(
                    "功能分类写国家科目编码，其余自编", "the national code for functional classes"
                ),
            ),
            Field(name="name", words=Words("科目名称", "name of subject"), required=True),
            Field(
                name="parent",
                words=Words("上级科目编码", "part of"),
                longest=20,
                help=Words("功能分类可不填，按编码推出", "functional classes go by their digits"),
            ),
            Field(
                name="amount",
                words=Words("金额", "amount"),
                type=FieldType.MONEY,
                unit="万元",
                required=True,
            ),
            Field(
                name="last_year",
                words=Words("上年数", "last year"),
                type=FieldType.MONEY,
                unit="万元",
            ),
            Field(name="explanation", words=Words("增减说明", "explanation"), longest=2000),
        ),
        entry_rules=(_check_class, _check_explanation),
        list_rules=(_check_sums, partial(_check_sums, column="last_year"), _check_balance),
    )


BUDGET_FORM = _form(
    "budgets",
    Words("部门预算", "budget"),
    Words("收支预算与一般公共预算支出", "planned revenue and expenditure"),
)
ACCOUNT_FORM = _form(
    "accounts",
    Words("部门决算", "final accounts"),
    Words("收支决算与一般公共预算支出", "revenue and expenditure as they were"),
)
