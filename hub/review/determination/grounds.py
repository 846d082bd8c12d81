"""The grounds in law for what is public and what is not: a row per ground.

Regulation on Government Information Disclosure (State Council order 711, in force 2019-05-15),
articles 13 to 16, 20, 21, 27 and 36(7). `row` is the line of table 3 of the annual report
(国办公开办函〔2021〕30号) in which a refusal on this ground is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hub.catalogue.models import Attribute
from hub.kernel.errors import Words

__all__ = ["FORCE_WORDS", "GROUNDS", "Force", "Ground"]


class Force(StrEnum):
    """How much choice the article leaves."""

    PUBLISH = "publish"
    MUST = "must"
    OVERRIDE = "override"
    MAY = "may"
    PROCEDURE = "procedure"


FORCE_WORDS: Mapping[Force, Words] = {
    Force.PUBLISH: Words("应当公开", "is to be published"),
    Force.MUST: Words("不予公开", "must not be disclosed"),
    Force.OVERRIDE: Words(
        "不得公开；第三方同意，或不公开会对公共利益造成重大影响的，予以公开",
        "must not be disclosed, unless the third party agrees or the public interest outweighs",
    ),
    Force.MAY: Words("可以不予公开", "need not be disclosed"),
    Force.PROCEDURE: Words("按专门规定查询", "has a procedure of its own for queries"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One row: the article, whom it allows to keep what from whom, and its force."""

    key: str
    article: Words
    words: Words
    force: Force
    attributes: frozenset[Attribute]
    row: str = ""


_PUBLIC = frozenset({Attribute.PROACTIVE})
_ASKED = frozenset({Attribute.ON_APPLICATION})
_CLOSED = frozenset({Attribute.WITHHELD})
_EITHER = _ASKED | _CLOSED


def _ground(
    key: str,
    article: str,
    words: Words,
    force: Force,
    attributes: frozenset[Attribute],
    row: str = "",
) -> Ground:
    number = key.split("-")[0]
    return Ground(
        key=key,
        article=Words(f"条例{article}", f"Regulation art. {number}"),
        words=words,
        force=force,
        attributes=attributes,
        row=row,
    )


_ROWS = (
    _ground(
        "13",
        "第十三条",
        Words("除第十四、十五、十六条规定外应当公开", "public unless articles 14 to 16 say not"),
        Force.PUBLISH,
        _PUBLIC,
    ),
    _ground(
        "20",
        "第二十条",
        Words("法定主动公开内容", "what every body publishes by law"),
        Force.PUBLISH,
        _PUBLIC,
    ),
    _ground(
        "21",
        "第二十一条",
        Words(
            "市、县、乡镇还应当主动公开的内容", "what cities, counties and towns publish besides"
        ),
        Force.PUBLISH,
        _PUBLIC,
    ),
    _ground(
        "27",
        "第二十七条",
        Words("主动公开范围以外，可依申请获取", "outside what is published, given on application"),
        Force.PROCEDURE,
        _ASKED,
    ),
    _ground(
        "14-secret",
        "第十四条",
        Words("依法确定为国家秘密", "state secrets"),
        Force.MUST,
        _CLOSED,
        "3.3.1",
    ),
    _ground(
        "14-law",
        "第十四条",
        Words("法律、行政法规禁止公开", "forbidden by a law or an administrative regulation"),
        Force.MUST,
        _CLOSED,
        "3.3.2",
    ),
    _ground(
        "14-safety",
        "第十四条",
        Words(
            "公开后可能危及国家安全、公共安全、经济安全、社会稳定",
            "may endanger national, public or economic security or social stability",
        ),
        Force.MUST,
        _CLOSED,
        "3.3.3",
    ),
    _ground(
        "15",
        "第十五条",
        Words(
            "涉及商业秘密、个人隐私等，公开会损害第三方合法权益",
            "business secrets or privacy: disclosure would harm a third party",
        ),
        Force.OVERRIDE,
        _EITHER,
        "3.3.4",
    ),
    _ground(
        "16-internal",
        "第十六条第一款",
        Words(
            "人事管理、后勤管理、内部工作流程三类内部事务信息",
            "internal affairs: personnel, logistics, internal workflow",
        ),
        Force.MAY,
        _EITHER,
        "3.3.5",
    ),
    _ground(
        "16-process",
        "第十六条第二款",
        Words(
            "讨论记录、过程稿、磋商信函、请示报告四类过程性信息",
            "process: minutes of discussion, drafts, consultation letters, requests and reports",
        ),
        Force.MAY,
        _EITHER,
        "3.3.6",
    ),
    _ground(
        "16-enforcement",
        "第十六条第二款",
        Words("行政执法案卷信息", "files of administrative enforcement"),
        Force.MAY,
        _EITHER,
        "3.3.7",
    ),
    _ground(
        "36-query",
        "第三十六条第七项",
        Words("工商、不动产登记等有专门查询规定", "registers with rules of their own for queries"),
        Force.PROCEDURE,
        _EITHER,
        "3.3.8",
    ),
)

GROUNDS: Mapping[str, Ground] = {ground.key: ground for ground in _ROWS}
