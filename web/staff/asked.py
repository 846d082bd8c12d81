"""What the staff API takes: strict shapes, and the refusal of everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from hub.catalogue.classification.models import Genre, StatutoryClass
from hub.catalogue.models import Attribute
from hub.interpretation.models import Form
from hub.kernel.errors import InvalidInput, Words
from hub.review.determination.models import Limit, Matter
from hub.review.models import ReviewStep

__all__ = [
    "AnswerTalk",
    "AssignTalk",
    "CloseTalk",
    "Determine",
    "EditItem",
    "EnterItem",
    "LinkInterpretation",
    "MakePlan",
    "PlanInterpretation",
    "Recur",
    "Return",
    "Sign",
    "Submit",
    "decoded",
    "instant",
    "queried",
    "wall_time",
]

T = TypeVar("T")

Short = Annotated[str, Meta(max_length=200)]
Long = Annotated[str, Meta(max_length=2_000)]
Id = Annotated[str, Meta(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]
Many = Annotated[tuple[Short, ...], Meta(max_length=200)]
Version = Annotated[int, Meta(ge=1, le=9_999_999)]
Instant = Annotated[datetime, Meta(tz=True)]

_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # a NUL as JSON has it; not one written out
_PLACE = re.compile(r"at `\$\.?([^`]*)`")

_COMPLAINTS = (
    (
        re.compile(r"unknown field `([^`]*)`"),
        Words("没有这一项", "there is no such field"),
        Words("去掉这一项", "leave it out"),
    ),
    (
        re.compile(r"missing required field `([^`]*)`"),
        Words("缺少这一项", "this field is missing"),
        Words("补上这一项", "add it"),
    ),
)


class _Content(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    title: str
    text: str
    attribute: Attribute
    issuer: Short = ""
    summary: Long = ""
    doc_no: Short = ""
    genre: Genre | None = None
    theme: Short = ""
    statutory_class: StatutoryClass | None = None
    normative: bool = False
    unit: Short = ""
    keywords: Many = ()
    audience: Many = ()
    formed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    source_url: Long = ""


class EnterItem(_Content, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is the code of the body, `key` the caller's own name for the item in it."""

    body: Short
    key: Short = ""
    index_no: Short = ""


class EditItem(_Content, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The whole content anew, made from version `base_version`; pictures stay."""

    base_version: Version


class Determine(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """See `hub.review.determination.models.Proposal`."""

    attribute: Attribute
    reason: Long
    interpret: bool
    unit: Short
    matter: Matter
    limit: Limit
    ground: Short = ""
    no_interpretation_reason: Long = ""
    documents: Many = ()
    limit_on: date | None = None
    review_on: date | None = None
    printed_at: Instant | None = None
    ended_at: Instant | None = None
    formed_on: date | None = None


class PlanInterpretation(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """解读方案; see `hub.interpretation.models.NewPlan`."""

    outline: Long = ""
    forms: tuple[Form, ...] = ()
    channels: Many = ()
    due_on: date | None = None
    interpreter: Short = ""
    unit: Short = ""


class LinkInterpretation(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`material` is the id of the item that interprets."""

    material: Id
    form: Form


class Submit(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which accounts; every field given narrows the choice. `body` is a code and includes those
    below it, `group` the name of a group of accounts."""

    accounts: Annotated[tuple[Id, ...], Meta(max_length=1_000)] = ()
    channels: Many = ()
    body: Short = ""
    region: Short = ""
    tag: Short = ""
    group: Short = ""


class MakePlan(Submit, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`at` is `now`, `slot` (each account's next free posting time) or a wall-clock time without
    offset in `zone` (an IANA name; empty: the installation's). `not_after` and `embargo_until` are
    instants. `reason` is why it is released after its statutory limit: with one, a leader of the
    body makes the plan. `rings`: a few accounts first, the others once those went well."""

    at: Short
    zone: Short = ""
    not_after: Instant | None = None
    embargo_until: Instant | None = None
    reason: Long = ""
    rings: bool = False


class Recur(Submit, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Again and again from `starts` (a wall-clock time in `zone`) by `rule`, an RRULE of RFC 5545
    such as FREQ=WEEKLY;BYDAY=MO. Each time is too late after so many minutes; 0: as usual."""

    rule: Annotated[str, Meta(min_length=1, max_length=500)]
    starts: Short
    zone: Short = ""
    not_after_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 0


class Sign(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`hash` is the whole hash of the approval that was looked at."""

    step: ReviewStep
    hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    remark: Long = ""


class Return(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`to`: a lower step; nothing: to the author."""

    reason: Long
    to: ReviewStep | None = None


class AssignTalk(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`officer` is a login of the same body."""

    officer: Short


class AnswerTalk(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`text`, the canned answer of that key, or both. The same `key` is sent once; `reason` is why
    what looks like personal data is public."""

    text: Long = ""
    canned: Short = ""
    key: Annotated[str, Meta(max_length=64)] = ""
    reason: Long = ""


class CloseTalk(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`ask`: whether the citizen is asked how satisfied they are, once."""

    ask: bool = True


def decoded(data: bytes, shape: type[T]) -> T:
    """The request's JSON as `shape`; raises InvalidInput naming the field and what to do."""
    if _ZERO.search(data):
        raise _no_zero("body")
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise InvalidInput(
            Words("正文不是合法的 JSON", "the request's body is not valid JSON"),
            field="body",
            remedy=Words("发送一个 UTF-8 的 JSON 对象", "send one JSON object in UTF-8"),
        ) from None


def queried(query: Mapping[str, str], shape: type[T]) -> T:
    """The request's query as `shape`; of a name that comes twice the first counts. Raises
    InvalidInput as above."""
    told = {name: query[name] for name in query}
    if zero := next((name for name, value in told.items() if "\0" in value), None):
        raise _no_zero(zero)
    try:
        return msgspec.convert(told, type=shape, strict=False)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error), "query") from None


def instant(value: datetime | None, field: str) -> datetime | None:
    """The moment in UTC; raises InvalidInput for one beyond the calendar."""
    if value is None:
        return None
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):
        raise _no_time(field) from None


def wall_time(text: str, field: str) -> datetime | None:
    """`now` as None, else a wall-clock time such as 2026-12-01T09:00; raises InvalidInput."""
    if text == "now":
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _no_time(field) from None
    if found.tzinfo is not None:
        raise _no_time(field)
    return found


def _no_zero(field: str) -> InvalidInput:
    """No text here has such a character, and PostgreSQL can hold none."""
    return InvalidInput(
        Words("文字中有空字符（U+0000）", "there is a NUL character (U+0000) in it"),
        field=field,
        remedy=Words("去掉该字符", "take it out"),
    )


def _no_time(field: str) -> InvalidInput:
    return InvalidInput(
        Words("时间无法识别", "that is no time"),
        field=field,
        remedy=Words(
            "写成 2026-12-01T09:00，时区另写在 zone；或 now",
            "write it as 2026-12-01T09:00 with the zone in `zone`, or now",
        ),
    )


def _misshapen(text: str, whole: str = "body") -> InvalidInput:
    """msgspec's complaint as ours; it names fields and kinds, never what was sent."""
    place = match[1] if (match := _PLACE.search(text)) else ""
    for pattern, words, remedy in _COMPLAINTS:
        if match := pattern.search(text):
            field = f"{place}.{match[1]}".lstrip(".") or whole
            return InvalidInput(words, field=field, remedy=remedy)
    return InvalidInput(
        Words("这一项的类型或取值不对", "this field's type or value is wrong"),
        field=place or whole,
        remedy=Words(f"按接口说明改正：{text}", f"correct it as described: {text}"),
    )
