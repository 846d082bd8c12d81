"""负面清单: what is forbidden or needs a permit; whatever is not listed is open to everybody."""

from __future__ import annotations

from hub.catalogue.keyareas.schema import Choice, Field, FieldType, Form
from hub.kernel.errors import Words

__all__ = ["FORM"]

FORM = Form(
    kind="negatives",
    words=Words("负面清单", "negative list"),
    about=Words("禁止或须经许可的领域与措施", "what is forbidden or needs a permit, and why"),
    key=("code",),
    title="item",
    searched=("code", "domain", "item", "measures", "basis"),
    category="restriction",
    fields=(
        Field(name="code", words=Words("编码", "code"), required=True, longest=60),
        Field(name="domain", words=Words("领域", "field"), required=True),
        Field(name="item", words=Words("事项", "item"), required=True),
        Field(
            name="restriction",
            words=Words("限制类型", "restriction"),
            type=FieldType.CHOICE,
            required=True,
            choices=(
                Choice(value="forbidden", words=Words("禁止准入", "forbidden")),
                Choice(value="permit", words=Words("许可准入", "with permit")),
                Choice(value="conditional", words=Words("限制性条件", "on conditions")),
            ),
        ),
        Field(
            name="measures",
            words=Words("限制措施", "restrictive measures"),
            type=FieldType.LONG_TEXT,
            required=True,
        ),
        Field(
            name="basis",
            words=Words("依据", "basis"),
            type=FieldType.LONG_TEXT,
            required=True,
        ),
        Field(name="authority", words=Words("主管部门", "authority")),
        Field(name="area", words=Words("适用范围", "where it applies")),
        Field(name="phone", words=Words("咨询电话", "telephone"), type=FieldType.PHONE),
        Field(name="note", words=Words("备注", "note"), longest=1000),
    ),
)
