"""Who may sign what, in which order; what may be published.

三审: three steps, three different people, roles bound to the body; a return names its reason; any
change of the text begins anew; there is no way around the third step.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.catalogue.models import Attribute, Item
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Person, Role
from hub.organisations.rules import unwelcome
from hub.review.errors import (
    ApprovalClosed,
    AuthorSigns,
    ManifestChanged,
    NotItsTurn,
    NotPublic,
    SamePerson,
    Unsigned,
    WrongRole,
)
from hub.review.models import STEP_ROLES, Approval, ReviewStep

__all__ = [
    "STEP_WORDS",
    "Signer",
    "check_emergency",
    "check_return",
    "check_send_back",
    "check_signature",
    "check_submission",
    "refuse_unsigned",
]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_REMARK = 500

STEP_WORDS: Mapping[ReviewStep, Words] = {
    ReviewStep.DRAFT_CHECK: Words("初审", "draft check"),
    ReviewStep.SECTION_REVIEW: Words("审核", "section review"),
    ReviewStep.SIGN_OFF: Words("审发", "sign-off"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A person, the roles they may use in the item's body, and whether they may not begin.

    `acting_for`: who delegated the role that is needed to them. `barred_author`: they, or whom
    they act for, entered or edited the item and the body demands a separate author.
    """

    person: Person
    roles: frozenset[Role]
    barred_author: bool = False
    acting_for: Person | None = None

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.person, self.acting_for) if self.acting_for else (self.person,)


def check_submission(item: Item, entries: Mapping[str, str]) -> None:
    """Whether the item may be submitted with this manifest; NotPublic, InvalidInput."""
    _refuse_not_public(item)
    if not entries or not all(name and _SHA256.fullmatch(h) for name, h in entries.items()):
        raise InvalidInput(
            Words("送审须列出每个稿件及其哈希", "a submission lists every edition with its hash"),
            field="entries",
            remedy=Words("先生成各渠道稿件", "render the editions first"),
        )


def check_signature(
    approval: Approval, item: Item, signer: Signer, step: ReviewStep, signed_hash: str, remark: str
) -> None:
    """Whether `signer` may sign `step` of `approval` over `signed_hash`; raises what forbids it."""
    due = _due_step(approval, item)
    if step is not due:
        first = STEP_WORDS[due]
        raise NotItsTurn(
            Words(f"现在轮到{first.zh}", f"the next step is the {first.en}"), field="step"
        )
    _check_role(signer, step)
    used = {person_id for s in approval.signatures for person_id in s.people}
    for person in signer.people:
        if person.id not in used:
            continue
        raise SamePerson(
            Words(f"{person.name} 已签过前面一审", f"{person.name} signed before"),
            field="login",
            remedy=Words("三审须由三人分别签署", "three different people sign the three steps"),
        )
    if step is ReviewStep.DRAFT_CHECK and signer.barred_author:
        raise AuthorSigns(
            Words("本单位要求拟稿人不得初审", "in this body an author may not sign the first step"),
            field="login",
            remedy=Words("请另一人初审", "let somebody else sign"),
        )
    if signed_hash != approval.hash:
        raise ManifestChanged(
            Words("所签内容与送审内容不符", "what was signed is not what was submitted"),
            field="signed_hash",
            remedy=Words("重新查看稿件后签署", "look at the editions again, then sign"),
        )
    _check_text(remark, "remark", required=False)


def check_return(approval: Approval, item: Item, signer: Signer, reason: str) -> None:
    """Whether `signer`, whose turn it is, may send the item back with `reason`."""
    _check_role(signer, _due_step(approval, item))
    _check_text(reason, "reason", required=True)


def check_send_back(
    approval: Approval, item: Item, signer: Signer, to: ReviewStep, reason: str
) -> ReviewStep:
    """Whether `signer`, whose turn it is, may send it back to the step `to`; the step that was
    due. Raises what forbids it, NotItsTurn for a step that is not below it."""
    due = _due_step(approval, item)
    _check_role(signer, due)
    steps = list(ReviewStep)
    if steps.index(to) >= steps.index(due):
        raise NotItsTurn(
            Words(f"只能退回{STEP_WORDS[due].zh}之前的审级", "only a step before the next one"),
            field="to",
            remedy=Words("退给拟稿人用 review return", "to the author: review return"),
        )
    _check_text(reason, "reason", required=True)
    return due


def check_emergency(approval: Approval, item: Item, roles: frozenset[Role], reason: str) -> None:
    """Whether somebody with `roles` in the body may mark it as an emergency: it is still waiting
    for a signature and is none yet. The steps stay the same, only the time is shorter."""
    _due_step(approval, item)
    if not roles:
        raise WrongRole(
            Words("在本单位没有任何角色", "no role in this body"),
            field="login",
            remedy=Words("由本单位人员提出", "let somebody of this body mark it"),
        )
    if approval.emergency is not None:
        raise _closed("已列为紧急", "it is marked already")
    _check_text(reason, "reason", required=True)


def refuse_unsigned(approval: Approval | None, name: str, sha256: str) -> Approval:
    """The approval, once it is sure that three people signed edition `name` with exactly these
    bytes; raises Unsigned otherwise."""
    if approval is None or not approval.complete:
        raise Unsigned(
            Words("缺少三人完整签审", "the three signatures are not complete"), field="approval"
        )
    if approval.entries.get(name) != sha256:
        raise Unsigned(
            Words(f"稿件 {name} 不是所签内容", f"edition {name} is not what was signed"),
            field="edition",
            remedy=Words("重新送审", "submit it for approval again"),
        )
    return approval


def _due_step(approval: Approval, item: Item) -> ReviewStep:
    """The step that waits for a signature, of an approval that is still alive."""
    if (approval.item_version, approval.content_hash) != (item.version, item.content_hash):
        raise _closed("信息已修改，须重新送审", "the item was edited, submit it again")
    if approval.void:
        raise _closed("已被新的送审取代", "a newer submission replaced it")
    if approval.returned_reason:
        raise _closed("已退文", "it was returned")
    if approval.next_step is None:
        raise _closed("三审已完成", "all three have signed")
    _refuse_not_public(item)
    return approval.next_step


def _check_role(signer: Signer, step: ReviewStep) -> None:
    role, words = STEP_ROLES[step], STEP_WORDS[step]
    if role not in signer.roles or not signer.person.active:
        raise WrongRole(
            Words(
                f"{signer.person.name} 在本单位无{words.zh}权限",
                f"{signer.person.name} may not do the {words.en} in this body",
            ),
            field="login",
            remedy=Words(f"需要角色 {role}", f"the role {role} is needed"),
        )


def _refuse_not_public(item: Item) -> None:
    if item.attribute is not Attribute.PROACTIVE:
        raise NotPublic(
            Words(
                f"公开属性为“{item.attribute}”，不得送审发布",
                f"the attribute is '{item.attribute}': it is not for publication",
            ),
            field="attribute",
            remedy=Words("只有主动公开的信息可以发布", "only proactive disclosure is published"),
        )


def _check_text(text: str, field: str, *, required: bool) -> None:
    hidden = unwelcome(text, "\n\t")
    if (required and not text.strip()) or len(text) > _LONGEST_REMARK or hidden:
        raise InvalidInput(
            Words(f"须在 {_LONGEST_REMARK} 字以内", f"at most {_LONGEST_REMARK} characters"),
            field=field,
            remedy=Words("写明理由，去掉控制字符", "give a reason, without control characters"),
        )


def _closed(zh: str, en: str) -> ApprovalClosed:
    return ApprovalClosed(Words(zh, en), field="approval")
