"""三公经费: travel abroad, official cars and receptions, planned and spent, against last year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.kinds.budgets import rounding
from hub.catalogue.keyareas.models import Entry, ListKey, Values
from hub.catalogue.keyareas.schema import Choice, Field, FieldType, Form, ListFault, bad
from hub.kernel.errors import Words

__all__ = ["FORM"]

_ABROAD, _BUYING, _RUNNING, _RECEPTION = "abroad", "car-purchase", "car-running", "reception"
_CARS, _TOTAL = "cars", "total"
_ITEMS = (
    Choice(value=_TOTAL, words=Words("合计", "total")),
    Choice(value=_ABROAD, words=Words("因公出国（境）费", "travel abroad")),
    Choice(value=_CARS, words=Words("公务用车购置及运行维护费", "official cars")),
    Choice(value=_BUYING, words=Words("公务用车购置费", "car purchase")),
    Choice(value=_RUNNING, words=Words("公务用车运行维护费", "car running costs")),
    Choice(value=_RECEPTION, words=Words("公务接待费", "receptions")),
)
_STAGES = (
    Choice(value="budget", words=Words("预算", "budget")),
    Choice(value="final", words=Words("决算", "final account")),
)
# what is the sum of what; every part has to be there
_SUMS: Mapping[str, tuple[str, ...]] = {
    _CARS: (_BUYING, _RUNNING),
    _TOTAL: (_ABROAD, _BUYING, _RUNNING, _RECEPTION),
}
_WORDS: Mapping[str, Words] = {choice.value: choice.words for choice in (*_ITEMS, *_STAGES)}


def _check_explanation(values: Values) -> Iterator[BadEntry]:
    if values["amount"] != values["last_year"] and "explanation" not in values:
        yield bad(
            "explanation", "与上年不同，须说明增减原因", "it differs from last year",
            "填写增减变化说明", "explain the change",
        )  # fmt: skip


def _check_sums(key: ListKey, entries: Sequence[Entry]) -> Iterator[ListFault]:
    for stage in dict.fromkeys(str(entry.values["stage"]) for entry in entries):
        held = {str(e.values["item"]): e for e in entries if e.values["stage"] == stage}
        missing = [item for item in (_TOTAL, *_SUMS[_TOTAL]) if item not in held]
        if missing:
            yield ListFault("", _missing(stage, missing))
            continue
        for whole, parts in _SUMS.items():
            for column in ("amount", "last_year") if whole in held else ():
                yield from _compare(held[whole], [held[part] for part in parts], column)


def _compare(whole: Entry, parts: Sequence[Entry], column: str) -> Iterator[ListFault]:
    numbers = [Decimal(str(part.values[column])) for part in parts]
    told, added = Decimal(str(whole.values[column])), sum(numbers, Decimal(0))
    if abs(told - added) > rounding(numbers):
        names = "、".join(_WORDS[str(part.values["item"])].zh for part in parts)
        wrong = bad(
            column, f"{told:,f} 万元不等于{names}之和 {added:,f} 万元",
            f"{told:,f} is not the sum of its parts, {added:,f}",
            "核对合计与各分项", "check the sum and its parts",
        )  # fmt: skip
        yield ListFault(whole.code, wrong)


def _missing(stage: str, items: Sequence[str]) -> BadEntry:
    zh = "、".join(_WORDS[item].zh for item in items)
    en = ", ".join(_WORDS[item].en for item in items)
    return bad(
        "item", f"{_WORDS[stage].zh}缺：{zh}", f"the {_WORDS[stage].en} lacks: {en}",
        "补齐，没有发生的填 0", "add them; 0 where nothing was spent",
    )  # fmt: skip


FORM = Form(
    kind="expenses",
    words=Words("“三公”经费", "three public expenses"),
    about=Words("出国、公车、接待的预算与决算", "travel abroad, cars and receptions"),
    yearly=True,
    key=("stage", "item"),
    title="item",
    searched=("explanation",),
    category="stage",
    fields=(
        Field(
            name="stage",
            words=Words("预决算", "budget or final"),
            type=FieldType.CHOICE,
            choices=_STAGES,
            required=True,
        ),
        Field(
            name="item",
            words=Words("项目", "item"),
            type=FieldType.CHOICE,
            choices=_ITEMS,
            required=True,
        ),
        Field(
            name="amount",
            words=Words("本年数", "this year"),
            type=FieldType.MONEY,
            unit="万元",
            required=True,
        ),
        Field(
            name="last_year",
            words=Words("上年数", "last year"),
            type=FieldType.MONEY,
            unit="万元",
            required=True,
        ),
        Field(name="explanation", words=Words("增减说明", "explanation"), longest=2000),
        Field(
            name="groups", words=Words("团组数或批次", "groups or visits"), type=FieldType.INTEGER
        ),
        Field(name="people", words=Words("人次", "people"), type=FieldType.INTEGER),
        Field(name="cars_bought", words=Words("购置车辆数", "cars bought"), type=FieldType.INTEGER),
        Field(name="cars_kept", words=Words("车辆保有量", "cars kept"), type=FieldType.INTEGER),
    ),
    entry_rules=(_check_explanation,),
    list_rules=(_check_sums,),
)
