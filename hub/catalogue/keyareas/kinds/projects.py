"""民生工程: livelihood projects of a year with their money, progress and completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.kinds.shared import PLACE_FIELDS, check_place
from hub.catalogue.keyareas.models import Entry, ListKey, Values
from hub.catalogue.keyareas.schema import Choice, Field, FieldType, Form, ListFault, bad
from hub.kernel.errors import Words

__all__ = ["FORM"]

_FULL = Decimal(100)
_STATES = (
    Choice(value="not-started", words=Words("未开工", "not started")),
    Choice(value="under-way", words=Words("在建", "under way")),
    Choice(value="suspended", words=Words("停工", "suspended")),
    Choice(value="completed", words=Words("已完工", "completed")),
)


def _check_money(values: Values) -> Iterator[BadEntry]:
    total, year, spent = (
        values.get(name) for name in ("total_investment", "year_investment", "invested")
    )
    for name, part in (("year_investment", year), ("invested", spent)):
        if isinstance(part, Decimal) and isinstance(total, Decimal) and part > total:
            yield bad(
                name, f"{part:,f} 万元大于总投资 {total:,f} 万元",
                f"{part:,f} is more than the total of {total:,f}",
                "核对两数与单位（万元）", "check both numbers and their unit (万元)",
            )  # fmt: skip


def _check_progress(values: Values) -> Iterator[BadEntry]:
    """Completed means 100 % and a date; not started means 0 %; the rest is in between."""
    state, progress, ended = values["state"], values["progress"], values.get("completed_on")
    if state == "completed":
        if progress != _FULL:
            yield bad(
                "progress", f"已完工而进度为 {progress}%", f"completed at {progress}%",
                "完工项目进度填 100", "a completed project is at 100",
            )  # fmt: skip
        if ended is None:
            yield bad(
                "completed_on", "已完工而无完工日期", "completed without a date of completion",
                "填写完工日期", "give the date",
            )  # fmt: skip
        return
    if ended is not None:
        yield bad(
            "completed_on", "未完工而有完工日期", "a date of completion, and it is not completed",
            "删去日期，或把状态改为已完工", "remove the date, or set the state to completed",
        )  # fmt: skip
    if progress == _FULL or (state == "not-started" and progress != 0):
        told = next(choice.words for choice in _STATES if choice.value == state)
        yield bad(
            "progress", f"状态“{told.zh}”而进度为 {progress}%",
            f"'{told.en}' with a progress of {progress}%",
            "未开工填 0，100 须已完工", "0 before it starts, 100 only when completed",
        )  # fmt: skip


def _check_years(values: Values) -> Iterator[BadEntry]:
    first, last = int(str(values["year_from"])), int(str(values["year_to"]))
    if last < first:
        yield bad(
            "year_to", f"止年 {last} 早于起年 {first}", f"ends in {last}, before {first}",
            "核对起止年份", "check both years",
        )  # fmt: skip
    ended = values.get("completed_on")
    year = getattr(ended, "year", first)
    if year < first:
        yield bad(
            "completed_on", f"完工日期早于起年 {first}", f"completed before {first}",
            "核对日期", "check the date",
        )  # fmt: skip


def _check_year_of_list(key: ListKey, entries: Sequence[Entry]) -> Iterator[ListFault]:
    """A project is in the list of a year in which it runs."""
    for entry in entries:
        first = int(str(entry.values["year_from"]))
        if key.year < first:
            wrong = bad(
                "year_from", f"{key.year} 年清单中的项目 {first} 年才开始",
                f"it starts in {first} and stands in the list of {key.year}",
                "改年份，或列入当年清单", "mend the year, or put it into that year's list",
            )  # fmt: skip
            yield ListFault(entry.code, wrong)


FORM = Form(
    kind="projects",
    words=Words("民生工程", "livelihood projects"),
    about=Words("项目、投资、进度与完工情况", "projects, money, progress and completion"),
    yearly=True,
    key=("code",),
    title="name",
    searched=("code", "name", "content", "place", "owner", "unit"),
    category="state",
    progress="progress",
    placed=True,
    fields=(
        Field(name="code", words=Words("项目编码", "project code"), required=True, longest=60),
        Field(name="name", words=Words("项目名称", "project name"), required=True),
        Field(
            name="content",
            words=Words("建设内容", "content"),
            type=FieldType.LONG_TEXT,
            required=True,
        ),
        Field(name="place", words=Words("建设地点", "place")),
        Field(
            name="year_from", words=Words("起年", "from year"), type=FieldType.YEAR, required=True
        ),
        Field(name="year_to", words=Words("止年", "to year"), type=FieldType.YEAR, required=True),
        Field(
            name="total_investment",
            words=Words("总投资", "total investment"),
            type=FieldType.MONEY,
            unit="万元",
            required=True,
        ),
        Field(
            name="year_investment",
            words=Words("本年计划投资", "planned this year"),
            type=FieldType.MONEY,
            unit="万元",
            required=True,
        ),
        Field(
            name="invested",
            words=Words("累计完成投资", "invested so far"),
            type=FieldType.MONEY,
            unit="万元",
        ),
        Field(name="owner", words=Words("业主", "owner"), required=True),
        Field(name="unit", words=Words("责任单位", "responsible unit"), required=True),
        Field(name="phone", words=Words("联系电话", "telephone"), type=FieldType.PHONE),
        Field(
            name="state",
            words=Words("建设状态", "state"),
            type=FieldType.CHOICE,
            choices=_STATES,
            required=True,
        ),
        Field(
            name="progress",
            words=Words("进度", "progress"),
            type=FieldType.PERCENT,
            unit="%",
            required=True,
        ),
        Field(
            name="milestones",
            words=Words("进度节点", "milestones"),
            type=FieldType.MILESTONES,
            help=Words(
                "每行一个：2026-06-30 主体完工（已完成）",
                "one per line: 2026-06-30 name, （已完成） behind what is done",
            ),
        ),
        Field(name="completed_on", words=Words("完工日期", "completed on"), type=FieldType.DATE),
        *PLACE_FIELDS,
        Field(name="note", words=Words("备注", "note"), longest=1000),
    ),
    entry_rules=(_check_money, _check_progress, _check_years, check_place),
    list_rules=(_check_year_of_list,),
)
