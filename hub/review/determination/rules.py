"""What a determination must say.

国办发〔2016〕80号 一(一): a draft with no proposal on its attribute, or without the legal reason
for withholding, may be returned. Regulation art. 18: what is withheld is assessed again from time
to time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from hub.catalogue.models import Attribute, Item
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.rules import unwelcome
from hub.review.determination.grounds import GROUNDS
from hub.review.determination.models import (
    Determination,
    Limit,
    Matter,
    Missing,
    Proposal,
    Rule,
    Starts,
)

__all__ = [
    "ATTRIBUTE_WORDS",
    "DEFAULT_REASSESSMENT",
    "MATTER_WORDS",
    "by_rule",
    "checked",
    "checked_starts",
    "merged_starts",
    "missing_parts",
    "same_decision",
    "why_unfit",
]

DEFAULT_REASSESSMENT = timedelta(days=365)
_MAX_TEXT, _MAX_NAME, _MAX_DOCUMENTS = 500, 200, 50
_UNIT = Words("责任单位", "the responsible unit")

ATTRIBUTE_WORDS: Mapping[Attribute, Words] = {
    Attribute.PROACTIVE: Words("主动公开", "proactive disclosure"),
    Attribute.ON_APPLICATION: Words("依申请公开", "disclosure on application"),
    Attribute.WITHHELD: Words("不予公开", "withheld"),
}
MATTER_WORDS: Mapping[Matter, Words] = {
    Matter.GOVERNMENT_DOCUMENT: Words(
        "政府及其办公厅（室）文件", "document of the government or its office"
    ),
    Matter.LIVELIHOOD_EVENT: Words("民生会议或活动", "livelihood meeting or activity"),
    Matter.OTHER: Words("其他", "other"),
}


def missing_parts(proposal: Proposal) -> tuple[Missing, ...]:
    """What `proposal` lacks, in the order of the form; empty when it is complete."""
    return tuple(_missing(proposal))


def _missing(given: Proposal) -> Iterator[Missing]:
    if given.attribute is None:
        yield Missing("attribute", Words("公开属性", "the attribute"))
    public = given.attribute is Attribute.PROACTIVE
    if not public and given.attribute is not None and not given.ground:
        yield Missing("ground", Words("不予主动公开的法律依据", "the ground in law"))
    if not given.reason.strip():
        yield Missing("reason", Words("认定理由", "the written reason"))
    if public and given.interpret is None:
        yield Missing("interpret", Words("是否解读", "whether it is to be interpreted"))
    if public and given.interpret is False and not given.no_interpretation_reason.strip():
        yield Missing(
            "no_interpretation_reason", Words("不解读的理由", "why it is not interpreted")
        )
    if not given.unit.strip():
        yield Missing("unit", _UNIT)
    if given.matter is None:
        yield Missing("matter", Words("事项类别", "the kind of matter"))
    if public and given.limit is None:
        yield Missing("limit", Words("公开时限", "the time limit"))
    if given.limit is Limit.SET and given.limit_on is None:
        yield Missing("limit_on", Words("公开时限的日期", "the day of the time limit"))


def checked(
    proposal: Proposal,
    item: Item,
    *,
    revision: int,
    actor: str,
    at: datetime,
    today: date,
    reassess_after: timedelta = DEFAULT_REASSESSMENT,
) -> Determination:
    """The determination that a complete `proposal` makes; `missing_parts` must be empty.

    `today` is the day in China. Raises InvalidInput for what cannot be or contradicts itself.
    """
    _check_texts(proposal)
    _check_ground(proposal)
    _check_days(proposal, at, today)
    attribute, matter = proposal.attribute, proposal.matter
    if attribute is None or matter is None:
        raise AssertionError("missing_parts was not asked")
    if proposal.interpret and attribute is not Attribute.PROACTIVE:
        raise _wrong(
            "interpret",
            Words("不主动公开的信息不作解读", "what is not published is not interpreted"),
            Words("改为不解读", "say that it is not interpreted"),
        )
    review_on = proposal.review_on
    if attribute is Attribute.WITHHELD and review_on is None:
        review_on = today + reassess_after
    return Determination(
        item_id=item.id,
        revision=revision,
        attribute=attribute,
        ground=proposal.ground,
        reason=proposal.reason.strip(),
        interpret=bool(proposal.interpret),
        no_interpretation_reason=proposal.no_interpretation_reason.strip(),
        documents=tuple(name.strip() for name in proposal.documents),
        unit=proposal.unit.strip(),
        matter=matter,
        limit=proposal.limit or Limit.STATUTORY,
        limit_on=proposal.limit_on,
        review_on=review_on if attribute is Attribute.WITHHELD else None,
        starts=proposal.starts,
        determined_by=actor,
        determined_at=at,
    )


def by_rule(item: Item, *, reason: str, unit: str, actor: str, at: datetime) -> Determination:
    """已公开: the determination of an item that was public before it was imported.

    Its ground is that the Regulation makes it public (art. 13) and that it is; nothing is owed
    for it any more, neither by a clock nor by an interpretation.
    """
    already = Words("导入前已公开", "public before it was imported")
    proposal = Proposal(
        attribute=Attribute.PROACTIVE,
        ground="13",
        reason=reason,
        interpret=False,
        no_interpretation_reason=already.zh,
        unit=unit or item.issuer,
        matter=Matter.OTHER,
        limit=Limit.STATUTORY,
        starts=Starts(formed_on=item.formed_on),
    )
    _check_texts(proposal)
    made = checked(proposal, item, revision=1, actor=actor, at=at, today=date.max)
    return replace(made, rule=Rule.ALREADY_PUBLIC)


def why_unfit(determination: Determination | None, item: Item) -> tuple[Missing, ...]:
    """What keeps `item` from review; empty when its determination is complete and fits it."""
    if determination is None:
        return (Missing("determination", Words("属性认定", "a determination")),)
    if determination.attribute is not item.attribute:
        held, now = ATTRIBUTE_WORDS[determination.attribute], ATTRIBUTE_WORDS[item.attribute]
        words = Words(
            f"与信息属性一致的认定（认定为{held.zh}，信息为{now.zh}）",
            f"a determination that fits the item ({held.en}, the item says {now.en})",
        )
        return (Missing("attribute", words),)
    return ()


def same_decision(one: Determination, other: Determination) -> bool:
    """Whether they decide the same, whoever decided it and whenever the clock began."""
    return _decision(one) == _decision(other)


def _decision(determination: Determination) -> tuple[object, ...]:
    beside = {"revision", "starts", "determined_by", "determined_at", "published_at"}
    names = [f.name for f in fields(Determination) if f.name not in beside]
    return tuple(getattr(determination, name) for name in names)


def checked_starts(
    held: Starts, given: Starts, reason: str, *, at: datetime, today: date
) -> Starts:
    """`held` with what `given` says; raises InvalidInput.

    A start that was entered once moves only with a reason: it would move the deadline.
    """
    _check_starts(given, at, today)
    _check_text(reason, "reason", _MAX_TEXT)
    merged = merged_starts(held, given)
    moved = [f.name for f in fields(Starts) if getattr(held, f.name) not in (None, _of(merged, f))]
    if moved and not reason.strip():
        raise _wrong(
            "reason",
            Words("改动已登记的计时起点须说明理由", "a start that was entered moves with a reason"),
            Words("写明原登记为何有误", "say what was wrong with what was entered"),
        )
    return merged


def _of(starts: Starts, field: Field[Any]) -> object:
    return getattr(starts, field.name)


def merged_starts(held: Starts, given: Starts) -> Starts:
    """`held` with what `given` knows besides or anew."""
    return Starts(
        printed_at=given.printed_at or held.printed_at,
        ended_at=given.ended_at or held.ended_at,
        formed_on=given.formed_on or held.formed_on,
    )


def _check_ground(proposal: Proposal) -> None:
    if not proposal.ground:
        return
    ground = GROUNDS.get(proposal.ground)
    if ground is None or proposal.attribute not in ground.attributes:
        fitting = [key for key, g in GROUNDS.items() if proposal.attribute in g.attributes]
        raise _wrong(
            "ground",
            Words(
                f"“{proposal.ground[:80]}”不是这一属性的法律依据",
                f"'{proposal.ground[:80]}' is no ground for this attribute",
            ),
            Words(f"从 {'、'.join(fitting)} 中选一", f"one of {', '.join(fitting)}"),
        )


def _check_texts(proposal: Proposal) -> None:
    for field in ("reason", "no_interpretation_reason"):
        _check_text(getattr(proposal, field), field, _MAX_TEXT)
    _check_text(proposal.unit, "unit", _MAX_NAME)
    for name in proposal.documents:
        _check_text(name, "documents", _MAX_NAME, required=True)
    if len(proposal.documents) > _MAX_DOCUMENTS:
        raise _wrong(
            "documents",
            Words(f"最多 {_MAX_DOCUMENTS} 件", f"at most {_MAX_DOCUMENTS} documents"),
            Words("合并或分次认定", "determine them one by one"),
        )


def _check_text(text: str, field: str, longest: int, *, required: bool = False) -> None:
    if len(text) > longest or unwelcome(text, "\n\t") or (required and not text.strip()):
        raise _wrong(
            field,
            Words(f"须在 {longest} 字以内，不含控制字符", f"at most {longest} plain characters"),
            Words("改短或去掉控制字符", "shorten it, remove control characters"),
        )


def _check_days(proposal: Proposal, at: datetime, today: date) -> None:
    """A start lies in the past, a limit and a review do not."""
    _check_starts(proposal.starts, at, today)
    for field, day in (("limit_on", proposal.limit_on), ("review_on", proposal.review_on)):
        if day is not None and day < today:
            raise _wrong(
                field,
                Words(f"{day} 已过", f"{day} is past"),
                Words("写今天或以后的日期", "give today or a later day"),
            )


def _check_starts(starts: Starts, at: datetime, today: date) -> None:
    for field in ("printed_at", "ended_at"):
        start: datetime | None = getattr(starts, field)
        if start is not None and start > at:
            raise _wrong(
                field,
                Words("时间尚未到来", "that is still to come"),
                Words("发生之后再登记", "enter it once it has happened"),
            )
    if starts.formed_on is not None and starts.formed_on > today:
        raise _wrong(
            "formed_on",
            Words("成文日期尚未到来", "that day is still to come"),
            Words("成文之后再登记", "enter it once it was formed"),
        )


def _wrong(field: str, words: Words, remedy: Words) -> InvalidInput:
    return InvalidInput(words, field=field, remedy=remedy)
