"""Whether a text says what is quoted from it, and how quoted facts stand in an answer: pure."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from hub.kernel.errors import Conflict, InvalidInput, Words
from hub.opinion.cases.quoting.models import Fact

__all__ = ["LONGEST", "MOST", "SHORTEST", "check_quote", "exchanged", "says", "section_of"]

MOST = 20  # facts of one answer
SHORTEST, LONGEST = 4, 500  # characters of one
_ALIKE = 50.0  # of 100: less alike is no help
_HEADING = "## 依据的已公开信息"


def says(text: str, quote: str) -> bool:
    """Whether `quote` stands in `text` word for word; how lines are broken does not count."""
    return "".join(quote.split()) in "".join(text.split())


def check_quote(text: str, quote: str) -> str:
    """The quote on one line. Raises InvalidInput, with the nearest passage, where `text` does not
    say it."""
    clean = " ".join(quote.split())
    if not SHORTEST <= len(clean) <= LONGEST:
        raise InvalidInput(
            Words(f"引文须为 {SHORTEST} 至 {LONGEST} 字", f"{SHORTEST} to {LONGEST} characters"),
            field="quote",
            remedy=Words("摘录原文中的一句或一段", "take a sentence or a paragraph of the source"),
        )
    if not says(text, clean):
        near = _nearest(text, clean)
        told = f"，最接近的是“{near}”" if near else ""
        beside = f"; nearest: '{near}'" if near else ""
        raise InvalidInput(
            Words("已公开的原文中没有这句话" + told, "the source does not say that" + beside),
            field="quote",
            remedy=Words("逐字摘录，不要改写", "quote it word for word"),
        )
    return clean


def section_of(facts: Sequence[Fact]) -> str:
    """The end of an answer that names its facts with their sources; nothing without any."""
    if not facts:
        return ""
    lines = (f"“{one.quote}”——{_source(one)}" for one in facts)
    return "\n\n".join((_HEADING, *lines))


def exchanged(body: str, before: Sequence[Fact], after: Sequence[Fact]) -> str:
    """`body` with the section of `after` in the place of that of `before`, or at its end. Raises
    Conflict where somebody has edited the section by hand."""
    old, new = section_of(before), section_of(after)
    if not old:
        return "\n\n".join(part for part in (body.rstrip(), new) if part)
    if old not in body:
        raise Conflict(
            Words("回应中的依据部分已被手工修改", "the facts in the answer were edited by hand"),
            field="facts",
            remedy=Words("到回应中直接修改该部分", "change that part in the answer itself"),
        )
    return body.replace(old, new).rstrip()


def _source(fact: Fact) -> str:
    return f"《{fact.title}》" + (f"（{fact.doc_no}）" if fact.doc_no else "")


def _nearest(text: str, quote: str) -> str:
    plain = " ".join(text.split())
    found = fuzz.partial_ratio_alignment(quote, plain, score_cutoff=_ALIKE)
    return "" if found is None else plain[found.dest_start : found.dest_end].strip()
