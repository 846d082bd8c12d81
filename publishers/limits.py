"""What of a channel's declaration some parts break: one check for editor, API and approval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.kernel.errors import InvalidInput, Words
from hub.publishing.models import Declaration, LengthUnit, MediaRef, MediaRole, Part
from hub.publishing.previewing.models import Gauge
from publishers.length import length
from publishers.markup import pictures_in, visible

__all__ = ["Problem", "gauges", "measure", "problems", "refusal"]

_UNITS = {
    LengthUnit.CHARACTERS: Words("字", "characters"),
    LengthUnit.UTF16: Words("个 UTF-16 单元", "UTF-16 code units"),
    LengthUnit.UTF8_BYTES: Words("字节", "bytes of UTF-8"),
    LengthUnit.WEIBO: Words("字（微博计数）", "characters as Weibo counts"),
    LengthUnit.MASTODON: Words("字（链接计 23）", "characters, a link being 23"),
}
_NO_UNIT = Words("", "")
_PARTS = Words("条", "parts")
_BYTES = Words("字节", "bytes")
_PIXELS = Words("像素", "pixels")
_PICTURES = Words("张", "pictures")
_RATIO = Words("比 1", "to 1")
_NAMES = {
    "parts": Words("条数", "the number of parts"),
    "title": Words("标题", "the title"),
    "digest": Words("摘要", "the digest"),
    "text": Words("正文", "the text"),
}
_SHORTEN = Words("缩短后重新提交，或不选此渠道", "shorten it, or leave this channel out")
_FILL = Words("补上后重新提交", "supply it")
_CONVERT = Words(
    "把图片转换为可接受的格式和大小后重新上传",
    "convert the picture to what is taken and upload it again",
)
# Here the item's address must stand in the text itself; elsewhere it has a field of its own.
_LINK_IN_TEXT = frozenset({"html", "markdown", "message", "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One rule of the declaration that part number `part` (from 0) breaks.

    `length` and `limit` are counted in `unit`; both are 0 where something is missing.
    """

    field: str
    part: int
    words: Words
    remedy: Words
    length: float = 0
    limit: float = 0
    unit: Words = _NO_UNIT


def measure(text: str, declaration: Declaration) -> int:
    """The length of a part's `text` as the channel's platform counts it."""
    return length(visible(declaration.markup, text), declaration.unit)


def problems(parts: Sequence[Part], declaration: Declaration) -> list[Problem]:
    """Everything in `parts` that the channel would refuse; empty when it can be sent."""
    found = [*_of_count(parts, declaration), *_of_links(parts, declaration)]
    for number, part in enumerate(parts):
        found += _of_text(number, part, declaration)
        found += _of_pictures(number, part, declaration)
    return found


def gauges(parts: Sequence[Part], declaration: Declaration) -> Iterator[Gauge]:
    """How much of each limit `parts` use; what has no limit has no gauge."""
    if declaration.max_parts > 1:
        yield _gauge("parts", 0, len(parts), declaration.max_parts, _PARTS)
    unit = _UNITS[declaration.unit]
    for number, part in enumerate(parts):
        for field, size, limit in _sizes(part, declaration):
            if limit and (size or field == "text"):
                yield _gauge(field, number, size, limit, unit)
        if part.media and declaration.media.max_count:
            count = declaration.media.max_count
            yield _gauge("media", number, len(part.media), count, _PICTURES)


def _gauge(field: str, part: int, size: int, limit: int, unit: Words) -> Gauge:
    return Gauge(field=field, part=part, length=size, limit=limit, unit=unit)


def _sizes(part: Part, declaration: Declaration) -> tuple[tuple[str, int, int], ...]:
    """(field, length, limit) of a part's texts; a limit of 0 is none."""
    return (
        ("title", length(part.title, declaration.unit), declaration.title_limit),
        ("digest", length(part.digest, declaration.unit), declaration.digest_limit),
        ("text", measure(part.text, declaration), declaration.limit_for(part)),
    )


def refusal(found: Sequence[Problem], declaration: Declaration) -> InvalidInput:
    """The error that names the channel and every problem in `found` (at least one)."""
    name = declaration.title
    return InvalidInput(
        Words(
            f"{name.zh}：" + "；".join(problem.words.zh for problem in found),
            f"{name.en}: " + "; ".join(problem.words.en for problem in found),
        ),
        field=f"{declaration.name}.{found[0].field}",
        remedy=found[0].remedy,
    )


def _too_long(field: str, part: int, size: int, limit: int, unit: Words) -> Problem:
    name = _NAMES[field]
    return Problem(
        field=field,
        part=part,
        length=size,
        limit=limit,
        unit=unit,
        remedy=_SHORTEN,
        words=Words(
            f"{name.zh}为 {size} {unit.zh}，上限 {limit} {unit.zh}",
            f"{name.en} has {size} {unit.en}, at most {limit} are taken",
        ),
    )


def _missing(field: str, part: int, words: Words) -> Problem:
    return Problem(field=field, part=part, words=words, remedy=_FILL)


def _of_count(parts: Sequence[Part], declaration: Declaration) -> Iterator[Problem]:
    if not parts:
        yield _missing("parts", 0, Words("没有内容", "there is nothing to post"))
    if len(parts) > declaration.max_parts:
        yield _too_long("parts", 0, len(parts), declaration.max_parts, _PARTS)


def _of_text(number: int, part: Part, declaration: Declaration) -> Iterator[Problem]:
    unit = _UNITS[declaration.unit]
    for field, size, limit in _sizes(part, declaration):
        if limit and size > limit:
            yield _too_long(field, number, size, limit, unit)
    if declaration.title_limit and not part.title.strip():
        yield _missing("title", number, Words("缺少标题", "the title is missing"))
    if declaration.pictures_alone and part.media:
        if part.text:
            yield _missing("text", number, Words("图片须单独成条", "pictures go alone"))
    elif not visible(declaration.markup, part.text).strip():
        yield _missing("text", number, Words("正文为空", "the text is empty"))


def _of_links(parts: Sequence[Part], declaration: Declaration) -> Iterator[Problem]:
    """A thread needs the link once; a channel whose every post needs one writes it in each."""
    if not declaration.needs_link or not parts:
        return
    in_text = declaration.markup in _LINK_IN_TEXT
    if not any(part.link and (not in_text or part.link in part.text) for part in parts):
        words = Words("正文缺少全文链接", "the link to the whole text is missing")
        yield _missing("link", 0, words)


def _of_pictures(number: int, part: Part, declaration: Declaration) -> Iterator[Problem]:
    roles = {picture.role for picture in part.media}
    if declaration.needs_cover and number == 0 and MediaRole.COVER not in roles:
        yield _missing("cover", number, Words("缺少封面", "the cover picture is missing"))
    if missing := pictures_in(part.text) - {picture.sha256 for picture in part.media}:
        words = Words("正文引用了未附上的图片", "the text shows pictures that are not attached")
        yield _missing("media", number, Words(f"{words.zh}：{min(missing)}", words.en))
    count, limit = len(part.media), declaration.media.max_count
    if count > limit:
        yield _unfit(number, "图片", "pictures", count, limit, _PICTURES)
    for picture in part.media:
        yield from _of_picture(number, picture, declaration)


def _of_picture(number: int, picture: MediaRef, declaration: Declaration) -> Iterator[Problem]:
    rule = declaration.media
    name = picture.alt or picture.sha256[:12]
    if picture.media_type not in rule.types:
        taken = ", ".join(sorted(rule.types))
        yield Problem(
            field="media",
            part=number,
            remedy=_CONVERT,
            words=Words(
                f"图片“{name}”的格式 {picture.media_type} 不被接受（可用：{taken}）",
                f"picture '{name}' is {picture.media_type}, taken are: {taken}",
            ),
        )
    long, short = sorted((picture.width, picture.height), reverse=True)
    ratio = long / max(1, short)
    sizes: tuple[tuple[float, float, Words, str, str], ...] = (
        (picture.size, rule.max_bytes, _BYTES, "大小", "size"),
        (long + short, rule.max_side_sum, _PIXELS, "长宽之和", "width plus height"),
        (round(ratio, 2), rule.max_ratio, _RATIO, "长宽比", "ratio of sides"),
    )
    for size, limit, unit, zh, en in sizes:
        if limit and size > limit:
            yield _unfit(number, f"图片“{name}”的{zh}", f"the {en} of '{name}'", size, limit, unit)


def _unfit(number: int, zh: str, en: str, size: float, limit: float, unit: Words) -> Problem:
    return Problem(
        field="media",
        part=number,
        length=size,
        limit=limit,
        unit=unit,
        remedy=_CONVERT,
        words=Words(
            f"{zh}为 {size} {unit.zh}，上限 {limit} {unit.zh}",
            f"{en}: {size} {unit.en}, at most {limit} are taken",
        ),
    )
