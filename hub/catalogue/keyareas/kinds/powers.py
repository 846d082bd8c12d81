"""权责清单: what an office may do, on which law, and what it answers for.

The ten kinds of power are those of 中办发〔2015〕21号 on the lists of powers of local offices.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.models import Values
from hub.catalogue.keyareas.schema import Choice, Field, FieldType, Form, bad
from hub.kernel.errors import Words

__all__ = ["FORM"]

_POWERS = (
    Choice(value="permit", words=Words("行政许可", "permit")),
    Choice(value="penalty", words=Words("行政处罚", "penalty")),
    Choice(value="coercion", words=Words("行政强制", "coercion")),
    Choice(value="levy", words=Words("行政征收", "levy")),
    Choice(value="payment", words=Words("行政给付", "payment")),
    Choice(value="inspection", words=Words("行政检查", "inspection")),
    Choice(value="confirmation", words=Words("行政确认", "confirmation")),
    Choice(value="reward", words=Words("行政奖励", "reward")),
    Choice(value="adjudication", words=Words("行政裁决", "adjudication")),
    Choice(value="other", words=Words("其他行政权力", "other")),
)


def _check_limits(values: Values) -> Iterator[BadEntry]:
    legal, promised = values.get("legal_days"), values.get("promised_days")
    if isinstance(legal, int) and isinstance(promised, int) and promised > legal:
        yield bad(
            "promised_days", f"承诺时限 {promised} 长于法定时限 {legal}",
            f"{promised} days promised, the law allows {legal}",
            "承诺时限不得超过法定时限", "promise no more than the law allows",
        )  # fmt: skip


FORM = Form(
    kind="powers",
    words=Words("权责清单", "powers and responsibilities"),
    about=Words(
        "部门行使的权力、依据与责任", "what an office may do, on which law, and answers for"
    ),
    key=("code",),
    title="name",
    searched=("code", "name", "basis", "responsibilities", "office"),
    category="power",
    fields=(
        Field(name="code", words=Words("事项编码", "item code"), required=True, longest=60),
        Field(name="name", words=Words("事项名称", "item name"), required=True),
        Field(
            name="power",
            words=Words("权力类型", "kind of power"),
            type=FieldType.CHOICE,
            choices=_POWERS,
            required=True,
        ),
        Field(name="sub_item", words=Words("子项", "sub-item")),
        Field(
            name="basis",
            words=Words("设定依据", "legal basis"),
            type=FieldType.LONG_TEXT,
            required=True,
            help=Words("法律法规规章的名称与条款", "name and article of the law or rule"),
        ),
        Field(name="body", words=Words("行使主体", "exercising body"), required=True),
        Field(name="office", words=Words("承办机构", "handling office")),
        Field(name="level", words=Words("行使层级", "level")),
        Field(
            name="responsibilities",
            words=Words("责任事项", "responsibilities"),
            type=FieldType.LONG_TEXT,
            required=True,
        ),
        Field(
            name="accountability",
            words=Words("追责依据", "accountability basis"),
            type=FieldType.LONG_TEXT,
            required=True,
        ),
        Field(name="served", words=Words("行使对象", "who is concerned")),
        Field(
            name="legal_days",
            words=Words("法定时限", "legal time limit"),
            type=FieldType.INTEGER,
            unit="个工作日",
        ),
        Field(
            name="promised_days",
            words=Words("承诺时限", "promised time limit"),
            type=FieldType.INTEGER,
            unit="个工作日",
        ),
        Field(name="fee", words=Words("收费标准及依据", "fee and basis"), longest=1000),
        Field(name="phone", words=Words("咨询电话", "telephone"), type=FieldType.PHONE),
        Field(
            name="complaints_phone",
            words=Words("监督电话", "complaints telephone"),
            type=FieldType.PHONE,
        ),
        Field(name="note", words=Words("备注", "note"), longest=1000),
    ),
    entry_rules=(_check_limits,),
)
