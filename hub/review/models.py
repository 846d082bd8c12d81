"""The three review steps and what is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.organisations.models import Role

__all__ = [
    "STEP_ROLES",
    "Approval",
    "Emergency",
    "ReviewStep",
    "Signature",
    "StepAction",
    "StepRecord",
    "manifest_hash",
]


class ReviewStep(StrEnum):
    """In this order."""

    DRAFT_CHECK = "draft-check"  # 初审
    SECTION_REVIEW = "section-review"  # 审核
    SIGN_OFF = "sign-off"  # 审发


STEP_ROLES: Mapping[ReviewStep, Role] = {
    ReviewStep.DRAFT_CHECK: Role.CLERK,
    ReviewStep.SECTION_REVIEW: Role.SECTION_HEAD,
    ReviewStep.SIGN_OFF: Role.LEADER,
}


def manifest_hash(content_hash: str, entries: Mapping[str, str]) -> str:
    """What is signed: SHA-256 over the item's content hash and every edition's name and hash."""
    canonical = msgspec.json.encode([content_hash, dict(entries)], order="sorted")
    return hashlib.sha256(canonical).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`on_behalf_of`: whose role was delegated to the person who signed."""

    step: ReviewStep
    person_id: str
    signed_hash: str
    at: datetime
    remark: str = ""
    on_behalf_of: str | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Whose hand and whose authority it was."""
        return (self.person_id, self.on_behalf_of) if self.on_behalf_of else (self.person_id,)


class StepAction(StrEnum):
    """What is done to an approval; every one is kept for good."""

    SIGNED = "signed"
    SENT_BACK = "sent-back"  # to a lower step
    RETURNED = "returned"  # to the author
    VOIDED = "voided"  # a signature, by sending back to its step or a lower one


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One line of an approval's history. `number` counts from 1, `content_hash` is the item's,
    `signed_hash` the manifest's. `to_step`: where it was sent back to."""

    approval_id: str
    number: int
    action: StepAction
    step: ReviewStep
    person_id: str
    at: datetime
    remark: str
    content_hash: str
    signed_hash: str
    on_behalf_of: str | None = None
    to_step: ReviewStep | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Who marked an approval as an emergency and why: its limits are short, its steps the same."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One submission of one item version: the manifest and the signatures it has gathered.

    `entries` maps an edition's name to the SHA-256 of its canonical bytes. `determination` is the
    revision of the item's determination when it was opened. `void`: a later submission replaced
    it, or the item was edited or determined otherwise since.
    """

    id: str
    item_id: str
    item_version: int
    content_hash: str
    entries: Mapping[str, str]
    determination: int = 0
    signatures: tuple[Signature, ...] = ()
    submitted_by: str = ""
    submitted_at: datetime | None = None
    returned_reason: str = ""
    void: bool = False
    emergency: Emergency | None = None

    @property
    def hash(self) -> str:
        return manifest_hash(self.content_hash, self.entries)

    @property
    def next_step(self) -> ReviewStep | None:
        """The step whose signature is missing next; None when it is closed or complete."""
        if self.void or self.returned_reason:
            return None
        signed = {s.step for s in self.signatures}
        return next((step for step in ReviewStep if step not in signed), None)

    @property
    def complete(self) -> bool:
        """Three steps, three different people, every signature over this very manifest.

        Who signed for somebody counts twice: neither of them has any part in another step.
        """
        good = [s for s in self.signatures if s.signed_hash == self.hash]
        steps = {s.step for s in good}
        people = [person for s in good for person in s.people]
        return (
            not self.void
            and not self.returned_reason
            and steps == set(ReviewStep)
            and len(good) == len(ReviewStep)
            and len(set(people)) == len(people)
        )
