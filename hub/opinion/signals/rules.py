"""The pure rules of signals: what is refused, what is masked, which time counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.kernel.columns import storable
from hub.opinion.errors import BadSignal
from hub.opinion.signals.models import NewSignal
from hub.opinion.signals.places import MOST, find_place
from hub.review.checks.masking import without_personal_data

__all__ = ["LONGEST_TEXT", "Prepared", "check_signal", "mask", "prepare"]

LONGEST_TEXT, LONGEST_TITLE = 20_000, 500
_LENGTHS = (("channel", 32), ("external_id", 128))
_LONGEST_AUTHOR = 256
_CLOCKS_DIFFER = timedelta(hours=1)  # a platform's clock may run ahead of ours by that much
_MOST_LIKES = 2_000_000_000
# what people write of themselves; the checks before release know numbers, not names
_OWN_NAME = re.compile(
    r"((?:姓名|联系人|本人叫|我叫|我是业主|投诉人|反映人|申请人|署名)[：: ]?)([\u4e00-\u9fff]{2,4})"
    r"(?=[，,。；;、\s（(]|电话|手机|联系|身份|[0-9]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A signal ready to be kept: masked, with its place; `original` where masking removed much."""

    given: NewSignal = field(repr=False)
    title: str
    text: str = field(repr=False)
    place: str
    event_at: datetime | None
    masked: bool


def check_signal(new: NewSignal) -> None:
    """Raises BadSignal for what cannot be kept, naming the field."""
    for fault in _faults(new):
        raise fault


def _faults(new: NewSignal) -> Iterator[BadSignal]:
    for name, most in _LENGTHS:
        value = getattr(new, name)
        if not value.strip() or len(value) > most:
            yield BadSignal(name, f"须为 1 至 {most} 个字符", f"1 to {most} characters are needed")
    if not (new.text.strip() or new.title.strip()):
        yield BadSignal("text", "没有内容", "there is nothing in it")
    if len(new.text) > LONGEST_TEXT:
        yield BadSignal(
            "text", f"超过 {LONGEST_TEXT} 字", f"it has more than {LONGEST_TEXT} characters"
        )
    if len(new.title) > LONGEST_TITLE:
        yield BadSignal(
            "title", f"超过 {LONGEST_TITLE} 字", f"it has more than {LONGEST_TITLE} characters"
        )
    if len(new.author) > _LONGEST_AUTHOR:
        yield BadSignal("author", "作者标识过长", "the author's id is too long")
    if not (0 <= new.likes <= _MOST_LIKES and 0 <= new.dislikes <= _MOST_LIKES):
        yield BadSignal("likes", "点赞数、反对数须为非负整数", "likes and dislikes are counts")
    if new.event_at is not None and new.event_at.utcoffset() is None:
        yield BadSignal("event_at", "时间缺时区", "the time has no offset")


def mask(text: str) -> str:
    """`text` without what tells a person: numbers as before release, and a name people state as
    their own (姓名：张某某 keeps the surname)."""
    return _OWN_NAME.sub(lambda found: f"{found[1]}{found[2][0]}某", without_personal_data(text))


def prepare(new: NewSignal, now: datetime, known: tuple[str, ...] = ()) -> Prepared:
    """What is kept of a signal. A time that has not come yet is no known time.

    `known` are names of places as `places.known_names` gives them.
    """
    title, text = storable(new.title).strip(), storable(new.text).strip()
    own_title, own_text = mask(title), mask(text)
    late = new.event_at is not None and new.event_at > now + _CLOCKS_DIFFER
    place = new.place.strip()[:MOST] or find_place(f"{own_title}\n{own_text}", known)
    return Prepared(
        given=new,
        title=own_title,
        text=own_text,
        place=place,
        event_at=None if late else new.event_at,
        masked=(own_title, own_text) != (title, text),
    )
