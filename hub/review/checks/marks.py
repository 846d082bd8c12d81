"""Marks that say a text is not for the public, and kinds of document that usually are not.

Marks: a document's head carries copy number, level of secrecy and term, level and term with a ★
between them (《党政机关公文处理工作条例》, 2012, article 9). Kinds: the Regulation on
Government Information Disclosure, article 16(2): 讨论记录, 过程稿, 磋商信函, 请示报告.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.kernel.errors import Words
from hub.review.checks.models import Hit, Severity
from hub.review.checks.plain import Plain

__all__ = ["INTERNAL", "PROCESS", "SECRECY", "find_marks", "find_process_documents"]

SECRECY, INTERNAL, PROCESS = "secrecy-mark", "internal-mark", "process-document"

_LEVEL = r"(?:绝 ?密|机 ?密|秘 ?密)"
_TERM = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}) ?(?:年|个月)|长期"
_SECRECY = re.compile(
    rf"{_LEVEL} ?[★☆*] ?(?:{_TERM})?"
    rf"|★ ?(?:{_TERM})"
    rf"|密 ?级 ?: ?(?:{_LEVEL}|内部)"
    rf"|^ ?{_LEVEL} ?(?:{_TERM})? ?$"
    r"|涉密(?:文件|载体|资料)[,、 ]{0,2}(?:注意保管|严禁复制|不得复制)",
    re.MULTILINE,
)
_INTERNAL = re.compile(
    r"内部(?:资料|文件|材料|刊物|参考)[,、;!。 ★]{0,3}"
    r"(?:注意保[存管密]|请?妥善保[存管]|请勿|不得|严禁)"
    r"|(?:严禁|不得|请勿)外传"
    r"|^ ?\(?(?:内部资料|内部文件|仅供内部(?:使用|参考|传阅)|内部使用)\)? ?$"
    r"|[(]?此件(?:不公开|不予公开|依申请公开|删减后公开|内部)(?:发布)?[)]?"
    r"|(?:信息)?公开(?:属性|方式|类别|选项) ?: ?(?:不予公开|不公开|依申请公开)"
    r"|\(?(?:此件)?发至(?:县团|省军|地师|县处|乡科)级\)?",
    re.MULTILINE,
)
_COPY_NO = re.compile(r"^ ?份 ?号 ?:? ?[0-9]{3,8} ?$", re.MULTILINE)

_SECRECY_SIGN = re.compile(r"密|★")
_INTERNAL_SIGN = re.compile(r"内部|外传|此件|公开(?:属性|方式|类别|选项)|发至")
_COPY_SIGN = re.compile(r"份 ?号")
_LEFT, _RIGHT = 4, 30  # characters of a mark on either side of its sign

_DRAFTS = re.compile(r"讨论稿|送审稿|过程稿|未定稿|审议稿|会签稿|修改稿|代拟稿")
_CONSULTED = re.compile(r"公开征求|社会(?:公众)?(?:公开)?征求|公众意见|向社会|征求社会")
_REQUEST = re.compile(
    r"(?:妥否|当否|可否)[,。 ]{0,2}(?:请|敬请|恳请)[批审指][示复准阅]|[特专]此请示"
)
_REPORTED = re.compile(r"(?:特此|专此)报告|以上报告[,。 ]?(?:请|如无不妥)")
_KNOWN_REPORTS = re.compile(
    r"工作报告|年度报告|年报|报告书|审计|调查|决算|预算|监测|评估|执行情况|监督|检查|报告制度|批复"
)


def find_marks(plain: Plain) -> Iterator[Hit]:
    """Levels of secrecy, and words that keep a paper inside the house."""
    for start, end in _near(_SECRECY_SIGN, _SECRECY, plain.text):
        value = plain.text[start:end].replace(" ", "").strip("\n")
        yield Hit(rule=SECRECY, start=start, end=end, value=value)
    for start, end in _near(_INTERNAL_SIGN, _INTERNAL, plain.text):
        yield Hit(rule=INTERNAL, start=start, end=end, value=plain.text[start:end].strip(" ()"))
    for start, end in _near(_COPY_SIGN, _COPY_NO, plain.text):
        value = plain.text[start:end].replace(" ", "")
        yield Hit(rule=INTERNAL, start=start, end=end, value=value, severity=Severity.WARN)


def _near(sign: re.Pattern[str], mark: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Where `mark` stands around a `sign`: the signs are quickly found, and each is looked at
    within a few characters."""
    past = 0
    for seen in sign.finditer(text):
        if seen.start() < past:
            continue
        found = mark.search(text, max(past, seen.start() - _LEFT), seen.end() + _RIGHT)
        if found:
            past = max(found.end(), seen.end())
            yield found.span()


def find_process_documents(plain: Plain, context: str = "") -> Iterator[Hit]:
    """What reads like a request, minutes or a draft: in the first line, and in how it ends.

    `context` is the rest of the item: a draft on which the public is asked is no internal one.
    """
    head = plain.text.split("\n", 1)[0][:300]
    for found in _DRAFTS.finditer(head):
        yield _process(found.start(), found.end(), found.group())
    for word in ("征求意见稿", "纪要", "请示", "的报告"):
        at = head.rfind(word)
        if at >= 0 and _is_process(word, head, plain.text[:3000] + context):
            yield _process(at, at + len(word), word)
    for ending in (_REQUEST, _REPORTED):
        found_end = ending.search(plain.text, max(0, len(plain.text) - 400))
        if found_end:
            yield _process(found_end.start(), found_end.end(), found_end.group())


def _is_process(word: str, head: str, text: str) -> bool:
    if word == "征求意见稿":
        return not _CONSULTED.search(text)
    if word == "的报告":
        return head.rstrip(" 。").endswith(word) and not _KNOWN_REPORTS.search(head)
    if word == "请示":
        return head.rstrip(" 。").endswith(word)
    return "会议纪要" in head or head.rstrip(" 。").endswith(word)


def _process(start: int, end: int, word: str) -> Hit:
    about = Words(f"“{word}”像是过程性信息", f"'{word}' reads like process information")
    return Hit(rule=PROCESS, start=start, end=end, value=word, about=about)
