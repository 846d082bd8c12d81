"""What about a subject is asked: who, how long, what it costs, what follows; and how passages tell.

A law says its subject in every article, so the words alone choose between them badly. Passages that
answer the kind of question come first, those that every law begins and ends with last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["Aspect", "aspect_of", "is_boilerplate"]

Aspect = re.Pattern[str]

_DAYS = r"(?:\d+|[一二三四五六七八九十百两]+)(?:个)?(?:工作)?(?:日|天|小时|个?月|年)(?![日月])"
# what a question has → what a passage that answers it has; the first that fits decides
_ASPECTS: Sequence[tuple[re.Pattern[str], Aspect]] = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        (r"罚|处罚|违法|违反|后果|\bpenalt|\bfines?\b|punish", r"罚款|处罚|责令|吊销|处.{1,12}元"),
        (
            r"[哪何边]一?[天日]|[几哪]月|几号|\b(?:which|what) (?:day|date)\b",
            r"(?:\d+|[一二三四五六七八九十]+)月(?:\d+|[一二三四五六七八九十]+)[日号]|(?:周|星期)[一二三四五六日天]",
        ),
        (
            r"多久|多长|几天|多少天|几年|几个月|期限|时限|时间|how (?:long|many days)|deadline",
            _DAYS,
        ),
        (
            r"多少钱|费用|收费|交多少|标准|金额|how much|\bfees?\b|\bcosts?\b",
            r"\d+%|百分之|元|收费|费用|免费|标准",
        ),
        (
            r"什么时候(?:开始|起)?(?:施行|实施|生效|执行)|when .*(?:effect|force)",
            r"起施行|起实施|生效",
        ),
        (
            r"由谁|谁来|谁负责|谁管|哪个部门|什么部门|归谁|\bwho\b|which (?:office|depart)",
            r"负责|主管",
        ),
        (r"什么是|是什么|什么意思|定义|是指|what is (?:an? )?", r"是指|，指|包括"),
        (
            r"怎么|怎样|如何|手续|材料|流程|条件|资格|申请|办理|提取|\bhow\b|\bapply\b",
            r"申请|可以(?!由)|下列(?:情形|条件|材料)|提交|办理|应当自|受理",
        ),
        (
            r"能不能|可不可以|可以.{0,20}吗|能.{0,20}吗|允许|准不准|\bcan\b|\bmay\b",
            r"禁止|不得|可以|允许|严禁",
        ),
        (r"怎么办|没有?给|不给|侵权|投诉|维权|赔", r"投诉|举报|申请|赔偿|责令|支付|依法"),
    )
)
_OPEN = re.compile(r"(?:怎么|怎样|如何|什么|哪些)规定|规定是什么")  # asks for all that is said
_BOILERPLATE = re.compile(
    r"^(?:第[一二三四五六七八九十百]+条\s*)?(?:为了?|根据).{4,200}(?:制定|结合)|"
    r"适用(?:于)?本(?:条例|法|办法|规定)|本(?:条例|法|办法|规定)适用|坚持.{2,60}原则|"
    r"遵循.{2,60}原则|"
    r"自\d{4}年.{1,8}起施行|纳入.{0,20}国民经济和社会发展规划",
)


def aspect_of(question: str) -> Aspect | None:
    """How a passage tells what the (normalised) question asks about its subject."""
    if _OPEN.search(question):
        return None
    return next((told for asked, told in _ASPECTS if asked.search(question)), None)


def is_boilerplate(passage: str) -> bool:
    """Whether every law has such a passage: aim, scope, principles, when it takes effect."""
    return _BOILERPLATE.search(passage) is not None
