"""What an interpretation has to have before its document may go on. Pure.

谁起草、谁解读, and 三同步: plan and material are submitted together with the draft
(国办发〔2016〕80号, 国办发〔2016〕19号); a draft that lacks them is returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from hub.catalogue.models import Item
from hub.interpretation.elements import ELEMENT_WORDS, covered, repeated_share
from hub.interpretation.errors import BadPlan
from hub.interpretation.models import (
    InterpretationPlan,
    Material,
    NewPlan,
    Owed,
    PlanPart,
    Standing,
)
from hub.kernel.errors import Words
from hub.organisations.rules import unwelcome
from hub.review.checks.facts import Source, find_unsupported
from hub.review.checks.passages import source_texts
from hub.review.checks.plain import Plain

__all__ = ["DIGEST_SHARE", "PART_WORDS", "checked_plan", "lacking", "remarks"]

DIGEST_SHARE = 0.6  # more than this repeats the document: a mere digest of the text

PART_WORDS: Mapping[PlanPart, Words] = {
    PlanPart.OUTLINE: Words("解读提纲", "the outline"),
    PlanPart.FORMS: Words("解读形式", "the forms"),
    PlanPart.CHANNELS: Words("解读渠道", "the channels"),
    PlanPart.DUE: Words("解读时间", "the day"),
    PlanPart.INTERPRETER: Words("解读人", "the interpreter"),
    PlanPart.UNIT: Words("责任单位", "the responsible unit"),
}
_LONGEST: Mapping[PlanPart, int] = {
    PlanPart.OUTLINE: 4_000,
    PlanPart.INTERPRETER: 100,
    PlanPart.UNIT: 200,
}
_MOST = 20  # forms and channels
_MOST_FACTS = 20  # of one material; more of them say that it is about another document


def checked_plan(
    new: NewPlan, *, item_id: str, revision: int, by: str, at: datetime
) -> InterpretationPlan:
    """The plan, once it is whole; raises BadPlan naming the first part that is not."""
    for part, longest in _LONGEST.items():
        _check_text(part, getattr(new, part), longest)
    for part in (PlanPart.FORMS, PlanPart.CHANNELS):
        values = getattr(new, part)
        if not values:
            raise _missing(part)
        if len(values) > _MOST or len(set(values)) < len(values):
            raise _wrong(part, Words("重复或过多", "repeated or too many"))
    for channel in new.channels:
        _check_text(PlanPart.CHANNELS, channel, 100)
    if new.due_on is None:
        raise _missing(PlanPart.DUE)
    return InterpretationPlan(
        item_id=item_id,
        revision=revision,
        outline=new.outline.strip(),
        forms=new.forms,
        channels=tuple(channel.strip() for channel in new.channels),
        due_on=new.due_on,
        interpreter=new.interpreter.strip(),
        unit=new.unit.strip(),
        entered_by=by,
        entered_at=at,
    )


def lacking(standing: Standing) -> tuple[Words, ...]:
    """What keeps the document from going on; empty when nothing does.

    Whether it is decided at all is asked by the rules of the determination.
    """
    return tuple(_lacking(standing))


def _lacking(standing: Standing) -> Iterator[Words]:
    if standing.owed is Owed.NO and not standing.reason.strip():
        yield Words("不解读的书面理由", "the written reason for not interpreting it")
    if standing.owed is not Owed.YES:
        return
    if standing.plan is None:
        yield Words("解读方案", "the plan")
    if not standing.materials:
        yield Words("解读材料", "the material")
    if standing.plan and standing.materials:
        made = {material.form for material in standing.materials}
        if not made & set(standing.plan.forms):
            yield Words("方案所列形式的材料", "material in a form that the plan names")


def remarks(document: Item, materials: tuple[Material, ...]) -> tuple[Words, ...]:
    """What a reviewer should look at: mere digests, elements that are not covered, and figures and
    names that the document does not have."""
    if not materials:
        return ()
    source = Source.of(source_texts(document))
    told = [
        Words(
            f"“{one.title}”有 {share:.0%} 重复原文，疑为文件摘抄",
            f"'{one.title}' repeats the document for {share:.0%}: a mere digest",
        )
        for one in materials
        if (share := repeated_share(one.body, document.body)) > DIGEST_SHARE
    ]
    missing = [ELEMENT_WORDS[e] for e in covered([m.body for m in materials]).missing]
    if missing:
        told.append(
            Words(
                "未见要素：" + "、".join(words.zh for words in missing),
                "elements not found: " + ", ".join(words.en for words in missing),
            )
        )
    for one in materials:
        told += list(_unsupported(source, one))[:_MOST_FACTS]
    return tuple(told)


def _unsupported(source: Source, material: Material) -> Iterator[Words]:
    """The fact guard: what the material says and the document does not."""
    for hit in find_unsupported(source, Plain(material.body)):
        if hit.about is not None:
            zh, en = hit.about.zh, hit.about.en
            yield Words(f"“{material.title}”：{zh}", f"'{material.title}': {en}")


def _check_text(part: PlanPart, text: str, longest: int) -> None:
    if not text.strip():
        raise _missing(part)
    if len(text) > longest:
        raise _wrong(part, Words(f"超过 {longest} 字", f"is longer than {longest} characters"))
    if bad := unwelcome(text, "\n\t"):
        raise _wrong(part, Words(f"含不可用字符 U+{ord(bad):04X}", f"holds U+{ord(bad):04X}"))


def _missing(part: PlanPart) -> BadPlan:
    words = PART_WORDS[part]
    return BadPlan(
        Words(f"解读方案缺少{words.zh}", f"the plan lacks {words.en}"),
        field=part.value,
        remedy=Words(f"补充{words.zh}", f"give {words.en}"),
    )


def _wrong(part: PlanPart, what: Words) -> BadPlan:
    words = PART_WORDS[part]
    return BadPlan(
        Words(f"{words.zh}{what.zh}", f"{words.en} {what.en}"),
        field=part.value,
        remedy=Words("核对后重填", "correct it"),
    )
