"""What the staff API answers with. A name or a meaning here never changes within a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub.kernel.errors import Words

__all__ = [
    "Said",
    "StaffApproval",
    "StaffApprovals",
    "StaffChecks",
    "StaffDeliveries",
    "StaffDelivery",
    "StaffDetermination",
    "StaffFinding",
    "StaffInterpretation",
    "StaffItem",
    "StaffLeftOut",
    "StaffPlan",
    "StaffProblem",
    "StaffSignature",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The same in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, words: Words) -> Said:
        return cls(zh=words.zh, en=words.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffProblem:
    """RFC 9457: `type` is our error code; `message` says what is wrong, `remedy` what to do."""

    type: str
    title: str
    status: int
    detail: str
    message: Said
    remedy: Said | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffItem:
    """An item in its current version; `body` is the code of its body."""

    id: str
    version: int
    state: str
    content_hash: str
    body: str
    key: str
    index_no: str
    title: str
    text: str
    attribute: str
    issuer: str
    summary: str
    doc_no: str
    genre: str
    theme: str
    statutory_class: str
    normative: bool
    unit: str
    keywords: tuple[str, ...]
    audience: tuple[str, ...]
    formed_on: date | None
    valid_from: date | None
    valid_until: date | None
    source_url: str
    entered_by: str
    public_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDetermination:
    item: str
    revision: int
    attribute: str
    ground: str
    reason: str
    interpret: bool
    no_interpretation_reason: str
    unit: str
    matter: str
    limit: str
    limit_on: date | None
    determined_by: str
    determined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInterpretation:
    """Where a document stands: what is owed, which items interpret it, and what still keeps it
    from being submitted. `plan_revision` is 0 while there is no plan."""

    item: str
    owed: str
    plan_revision: int
    materials: tuple[str, ...]
    lacking: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFinding:
    rule: str
    severity: str
    field: str
    start: int
    end: int
    excerpt: str
    message: Said
    advice: Said
    hash: str
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChecks:
    """`refusing`: how many findings keep the item from going out."""

    findings: tuple[StaffFinding, ...]
    refusing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSignature:
    step: str
    login: str
    name: str
    signed_hash: str
    at: datetime
    remark: str
    on_behalf_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffApproval:
    """`hash` is what is signed; `entries` maps an edition's name to the SHA-256 of its bytes;
    `next_step` is empty when nothing is to be signed any more."""

    id: str
    item: str
    item_version: int
    title: str
    hash: str
    entries: Mapping[str, str]
    signatures: tuple[StaffSignature, ...]
    next_step: str
    complete: bool
    void: bool
    returned_reason: str
    submitted_by: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffApprovals:
    approvals: tuple[StaffApproval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLeftOut:
    """An account that gets nothing, and why."""

    account: str
    why: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlan:
    id: str
    item: str
    approval: str
    wall_time: str
    zone: str
    due_at: datetime
    not_after: datetime
    deliveries: int
    left_out: tuple[StaffLeftOut, ...]
    late: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDelivery:
    id: str
    plan: str
    account: str
    channel: str
    part: int
    purpose: str
    state: str
    due_at: datetime
    next_at: datetime | None
    reason: str
    url: str
    error_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDeliveries:
    deliveries: tuple[StaffDelivery, ...]
