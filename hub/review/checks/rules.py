"""The rules in one table, and one function that runs them over texts.

A rule's detector yields hits; its row says how grave a hit is by itself. A body may be stricter or
milder, except where a row is `final`: identity numbers and bank cards are masked, never explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.kernel.errors import Words
from hub.review.checks import addresses, contacts, digits, links, marks, wordlists
from hub.review.checks.models import Detector, Finding, Hit, Passage, Rule, Severity
from hub.review.checks.plain import Plain
from hub.review.checks.wordlists import WordList

__all__ = ["FACTS", "HIDDEN", "LINK", "RULES", "examine", "finding_of", "hits_in", "weighed"]

FACTS, LINK = "unsupported-fact", "dead-link"
HIDDEN = "hidden-data"

_AROUND = 16  # characters shown on either side of a finding

_MASK = Words("遮盖后再送审", "mask it, then submit again")
_BLOCK, _WARN = Severity.BLOCK, Severity.WARN


_ROWS: tuple[Rule, ...] = (
    Rule(digits.ID, _BLOCK, Words("公民身份号码", "an identity number"), _MASK, final=True),
    Rule(digits.CARD, _BLOCK, Words("银行卡号", "a bank card number"), _MASK, final=True),
    Rule(digits.MOBILE, _BLOCK, Words("手机号码", "a mobile phone number"), _MASK),
    Rule(contacts.EMAIL, _BLOCK, Words("个人电子邮箱", "a person's mailbox"), _MASK),
    Rule(contacts.PLATE, _BLOCK, Words("机动车号牌", "a vehicle's number plate"), _MASK),
    Rule(
        addresses.ADDRESS,
        _BLOCK,
        Words("住址详于乡镇、街道", "an address beyond township or sub-district"),
        Words("只保留到乡镇、街道", "keep it down to township or sub-district"),
    ),
    Rule(
        marks.SECRECY,
        _BLOCK,
        Words("国家秘密标志", "a mark of state secrecy"),
        Words("停止发布，送保密机构审查", "stop, and ask the secrecy office"),
    ),
    Rule(
        marks.INTERNAL,
        _BLOCK,
        Words("内部或不公开标志", "a mark of what is internal or not public"),
        Words("核实公开属性；可公开的，删去标志", "check the attribute; if public, remove it"),
    ),
    Rule(
        marks.PROCESS,
        _WARN,
        Words("疑似过程性信息（条例第十六条第二款）", "may be process information (article 16)"),
        Words("确认已定稿且依法应当公开", "make sure that it is final and is to be public"),
    ),
    Rule(
        wordlists.WORD,
        _WARN,
        Words("名单中的错词、慎用词", "a wrong or unwanted word"),
        Words("按名单改正", "write it as the list says"),
    ),
    Rule(
        wordlists.LEADER,
        _BLOCK,
        Words("领导职务与名单不符", "a leader's title is not the listed one"),
        Words("核对现任职务，或更新名单", "check the office held, or renew the list"),
    ),
    Rule(
        FACTS,
        _WARN,
        Words("与原文不符的数字、日期或名称", "a figure, date or name that its source lacks"),
        Words("与原文核对", "compare it with the source"),
    ),
    Rule(
        LINK,
        _WARN,
        Words("链接打不开", "a link does not answer"),
        Words("更正或删去链接", "correct or remove the link"),
    ),
    Rule(
        links.DISGUISED,
        _BLOCK,
        Words("链接的去处与看上去不同", "a link leads elsewhere than it seems to"),
        Words("核对域名，改为真实网址", "check the host, and write the true address"),
    ),
    Rule(
        HIDDEN,
        _BLOCK,
        Words("附件中的隐藏内容或元数据", "hidden content or metadata in an attachment"),
        Words("清除后重新上传", "clean it and upload it again"),
    ),
)
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ROWS}

_DETECTORS: tuple[Detector, ...] = (
    digits.find_digits,
    contacts.find_emails,
    contacts.find_plates,
    addresses.find_addresses,
    marks.find_marks,
    links.find_disguised_links,
)


def examine(
    passages: Sequence[Passage],
    lists: Sequence[WordList] = (),
    severities: Mapping[str, Severity] | None = None,
) -> list[Finding]:
    """Everything the text rules find, by passage and place. `severities` are the body's own.

    Blocks for the time of the search, about 10 ms for 50,000 characters.
    """
    ruled = severities or {}
    context = "\n".join(p.text[:3_000] for p in passages[:4])
    found: list[Finding] = []
    for passage in passages:
        hits = hits_in(passage, lists, context)
        found += [finding_of(passage, hit, ruled) for hit in hits]
    return found


def hits_in(passage: Passage, lists: Sequence[WordList] = (), context: str = "") -> list[Hit]:
    """Everything the text rules find in one passage, by place."""
    plain = Plain(passage.text)
    hits = [hit for detector in _DETECTORS for hit in detector(plain)]
    hits += wordlists.find_listed(plain, lists)
    if passage.editable:
        hits += marks.find_process_documents(plain, context)
    return sorted(hits, key=lambda hit: (hit.start, hit.end))


def finding_of(
    passage: Passage, hit: Hit, severities: Mapping[str, Severity] | None = None
) -> Finding:
    """A hit in the words of its rule, at the severity that holds.

    A body's severity replaces the rule's own; a hit that is milder than its rule stays milder.
    """
    rule = RULES[hit.rule]
    severity = _severity(rule, hit.severity, severities or {})
    text = passage.text
    return Finding(
        rule=rule.name,
        severity=severity,
        field=passage.field,
        start=hit.start,
        end=hit.end,
        words=hit.about or rule.words,
        advice=rule.advice,
        value=hit.value,
        text=text[hit.start : hit.end],
        before=_one_line(text[max(0, hit.start - _AROUND) : hit.start]),
        after=_one_line(text[hit.end : hit.end + _AROUND]),
        mask=hit.mask,
        final=rule.final and severity is Severity.BLOCK,
        editable=passage.editable,
    )


def weighed(finding: Finding, own: Severity | None, severities: Mapping[str, Severity]) -> Finding:
    """The same finding at the severity that holds in a body; `own` is that of its hit."""
    rule = RULES[finding.rule]
    severity = _severity(rule, own, severities)
    if severity is finding.severity:
        return finding
    return replace(finding, severity=severity, final=rule.final and severity is Severity.BLOCK)


def _severity(rule: Rule, own: Severity | None, severities: Mapping[str, Severity]) -> Severity:
    held = rule.severity if rule.final else severities.get(rule.name, rule.severity)
    return held if own is None else _milder(held, own)


_ORDER = (Severity.NOTE, Severity.WARN, Severity.BLOCK)


def _milder(one: Severity, other: Severity) -> Severity:
    return min(one, other, key=_ORDER.index)


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
