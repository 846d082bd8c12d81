"""查阅点: where people read and apply for government information without the internet.

Regulation on Government Information Disclosure, article 25: national archives, public libraries and
government service places have reading places with the equipment they need.
"""

from __future__ import annotations

from hub.catalogue.keyareas.kinds.shared import PLACE_FIELDS, check_place
from hub.catalogue.keyareas.schema import Choice, Field, FieldType, Form
from hub.kernel.errors import Words

__all__ = ["FORM", "STATUTORY"]

_PLACES = (
    Choice(value="service-centre", words=Words("政务服务中心", "service centre")),
    Choice(value="library", words=Words("公共图书馆", "public library")),
    Choice(value="archive", words=Words("国家档案馆", "national archive")),
    Choice(value="other", words=Words("其他", "other")),
)
STATUTORY = ("service-centre", "library", "archive")  # article 25 asks for these three

FORM = Form(
    kind="points",
    words=Words("政府信息查阅点", "access points"),
    about=Words("线下查阅政府信息的场所", "where government information can be read on paper"),
    key=("code",),
    title="name",
    searched=("code", "name", "address", "city"),
    category="place",
    placed=True,
    fields=(
        Field(name="code", words=Words("编码", "code"), required=True, longest=60),
        Field(
            name="place",
            words=Words("场所类型", "kind of place"),
            type=FieldType.CHOICE,
            choices=_PLACES,
            required=True,
        ),
        Field(name="name", words=Words("名称", "name"), required=True),
        Field(
            name="city",
            words=Words("市州", "city"),
            required=True,
            longest=60,
            help=Words("如 成都市；按市州算覆盖率", "such as 成都市; coverage is counted by city"),
        ),
        Field(name="address", words=Words("地址", "address"), required=True),
        *PLACE_FIELDS,
        Field(name="hours", words=Words("开放时间", "hours"), type=FieldType.HOURS, required=True),
        Field(name="phone", words=Words("电话", "telephone"), type=FieldType.PHONE, required=True),
        Field(
            name="equipment",
            words=Words("设备", "equipment"),
            type=FieldType.LINES,
            help=Words("查询机、打印机等，用；分开", "terminals, printers …, separated by ；"),
        ),
        Field(
            name="staff",
            words=Words("专兼职人员", "staff"),
            type=FieldType.INTEGER,
            unit="人",
            required=True,
        ),
        Field(
            name="sign",
            words=Words("统一标识", "unified sign"),
            type=FieldType.YES_NO,
            required=True,
        ),
        Field(name="note", words=Words("备注", "note"), longest=1000),
    ),
    entry_rules=(check_place,),
)
