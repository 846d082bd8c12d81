"""Which elements an interpretation covers, and whether it says more than the document itself.

The elements are those of the provinces' rules (Gansu, Zhengzhou): background and basis, aims,
measures, scope, standards, cautions, terms, benefits, differences between the old policy and the
new, periods, contact. Whether one is covered is read from the words that introduce it: a help for
the reviewer, not a judgement on the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.kernel.errors import Words

__all__ = ["ELEMENT_WORDS", "ESSENTIAL", "Coverage", "Element", "covered", "repeated_share"]


class Element(StrEnum):
    BACKGROUND = "background"
    AIMS = "aims"
    MEASURES = "measures"
    SCOPE = "scope"
    STANDARDS = "standards"
    CAUTIONS = "cautions"
    TERMS = "terms"
    BENEFITS = "benefits"
    DIFFERENCES = "differences"
    PERIODS = "periods"
    CONTACT = "contact"


ELEMENT_WORDS: Mapping[Element, Words] = {
    Element.BACKGROUND: Words("背景依据", "background and basis"),
    Element.AIMS: Words("目标任务", "aims"),
    Element.MEASURES: Words("主要内容", "main measures"),
    Element.SCOPE: Words("适用范围", "scope"),
    Element.STANDARDS: Words("执行标准", "standards"),
    Element.CAUTIONS: Words("注意事项", "cautions"),
    Element.TERMS: Words("关键词诠释", "terms explained"),
    Element.BENEFITS: Words("惠民举措", "benefits for people"),
    Element.DIFFERENCES: Words("新旧政策差异", "what differs from the old policy"),
    Element.PERIODS: Words("涉及期限", "periods"),
    Element.CONTACT: Words("联系人", "contact"),
}

# Without these nobody can tell why a policy came, what it does, for whom, and whom to ask.
ESSENTIAL = (Element.BACKGROUND, Element.MEASURES, Element.SCOPE, Element.CONTACT)

# the words by which an element announces itself
_SIGNS: Mapping[Element, str] = {
    Element.BACKGROUND: (r"背景|(?:出台|制定|起草)依据|为什么(?:要)?(?:制定|出台)|起草过程|必要性"),
    Element.AIMS: r"(?:工作|主要|总体)目标|目标任务|总体要求|目的是",
    Element.MEASURES: r"(?:主要|重点)内容|(?:主要|重点|具体|核心)(?:措施|任务|举措)|怎么做",
    Element.SCOPE: (r"适用范围|适用对象|适用于|(?:覆盖|受理)范围|哪些(?:人|企业|单位|群体)"),
    Element.STANDARDS: r"(?:执行|补助|补贴|收费|认定|缴费|保障|奖励)标准|标准(?:为|是)",
    Element.CAUTIONS: r"注意事项|需要注意|应当注意|特别提醒|温馨提示",
    Element.TERMS: r"名词解释|关键词|什么是|“[^”]{2,20}”，?是指|所称",
    Element.BENEFITS: r"惠民|惠企|便民|减免|减负|利好|实惠|好处",
    Element.DIFFERENCES: (
        r"新旧|与原(?:政策|办法|规定|来)|相比|有(?:什么|哪些)(?:变化|不同|调整)|修订的?内容|亮点"
    ),
    Element.PERIODS: (
        r"有效期|自\d{4}年\d{1,2}月\d{1,2}日起|(?:办理|申报|申请|施行|实施)(?:时限|期限|时间)|截止"
    ),
    Element.CONTACT: r"联系(?:人|电话|方式)|咨询(?:电话|方式)|解读(?:机关|单位|人)",
}
_READ = {element: re.compile(signs) for element, signs in _SIGNS.items()}

_SENTENCE_END = re.compile(r"[。！？；!?;\n]+")
_NOT_WORD = re.compile(r"[\W_]+")
_SHINGLE = 6  # characters: shorter runs of a statute's words are everybody's language
_REPEATED = 0.8  # of a sentence's shingles stand in the document: the sentence repeats it
_SHORTEST = 12  # characters: shorter sentences say nothing either way


@dataclass(frozen=True, slots=True)
class Coverage:
    """The elements that are covered, and those that are not, in the order of the rules."""

    covered: tuple[Element, ...]
    missing: tuple[Element, ...]

    @property
    def share(self) -> float:
        """Of the eleven elements, 0 to 1."""
        return len(self.covered) / len(Element)

    @property
    def essential_missing(self) -> tuple[Element, ...]:
        return tuple(element for element in self.missing if element in ESSENTIAL)


def covered(texts: Sequence[str]) -> Coverage:
    """What the materials of one document cover together."""
    whole = "\n".join(texts)
    found = {element for element, sign in _READ.items() if sign.search(whole)}
    return Coverage(
        covered=tuple(e for e in Element if e in found),
        missing=tuple(e for e in Element if e not in found),
    )


def repeated_share(material: str, document: str) -> float:
    """The share of `material`, by characters, that only repeats `document`: 0 to 1.

    A sentence repeats when four fifths of its runs of six characters stand in the document.
    """
    known = _shingles(_NOT_WORD.sub("", document))
    total = repeated = 0
    for sentence in _SENTENCE_END.split(material):
        plain = _NOT_WORD.sub("", sentence)
        if len(plain) < _SHORTEST:
            continue
        own = _shingles(plain)
        total += len(plain)
        repeated += len(plain) if len(own & known) >= _REPEATED * len(own) else 0
    return repeated / total if total else 0.0


def _shingles(text: str) -> set[str]:
    return {text[start : start + _SHINGLE] for start in range(len(text) - _SHINGLE + 1)}
