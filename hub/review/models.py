"""The three review steps and what is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.organisations.models import Role

__all__ = ["STEP_ROLES", "Approval", "ReviewStep", "Signature", "manifest_hash"]


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
    step: ReviewStep
    person_id: str
    signed_hash: str
    at: datetime
    remark: str = ""


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
        """Three steps, three different people, every signature over this very manifest."""
        good = [s for s in self.signatures if s.signed_hash == self.hash]
        steps = {s.step for s in good}
        people = {s.person_id for s in good}
        return (
            not self.void
            and not self.returned_reason
            and steps == set(ReviewStep)
            and len(people) == len(ReviewStep) == len(good)
        )
