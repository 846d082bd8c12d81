"""What an item must be, and what identifies its content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

import msgspec

from hub.catalogue.attachments.models import Attachment
from hub.catalogue.models import Item, ItemDraft, ItemState
from hub.catalogue.numbering.doc_numbers import normalised_doc_no
from hub.catalogue.numbering.index_numbers import LONGEST, index_problems
from hub.catalogue.variants import rules as variants
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.rules import unwelcome

__all__ = [
    "CONTENT",
    "MAX_ATTACHMENTS",
    "MAX_BODY",
    "MAX_PICTURES",
    "checked",
    "content_hash",
    "content_of",
    "draft_of",
    "item_of",
    "normalised",
    "problems",
    "sealed",
    "tidied",
    "with_attachment",
]

MAX_BODY = 500_000  # characters; the longest of 1,191 regulations has 53,649
MAX_PICTURES = 50
MAX_ATTACHMENTS = 50
MAX_WORDS = 30  # keywords, or kinds of people served

_FIELDS = tuple(f.name for f in fields(ItemDraft))
# The fields that make a version; the others are the item's identity and standing.
CONTENT = tuple(f for f in _FIELDS if f not in ("external_key", "index_no", "validity"))
_CONTENT_OF, _FIELDS_OF = attrgetter(*CONTENT), attrgetter(*_FIELDS)

# field → longest, in characters. 1,500 for summaries: Shanghai's interface for filing documents.
_LENGTHS: Mapping[str, int] = {
    "external_key": 500,
    "title": 300,
    "issuer": 300,
    "summary": 1_500,
    "doc_no": 100,
    "index_no": LONGEST,
    "theme": 200,
    "source_theme": 200,
    "unit": 200,
    "source_url": 1_000,
    "body": MAX_BODY,
}
_REQUIRED = ("title", "body", "issuer")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MULTILINE = ("body", "summary")
_WORD_LISTS = ("keywords", "audience")
_LONGEST_WORD = 60


def normalised(draft: ItemDraft) -> ItemDraft:
    """The same content with outer spaces, line ends and the document number in one form."""
    names = (*_LENGTHS, *_WORD_LISTS)
    told = tidied({name: getattr(draft, name) for name in names})
    if draft.variants:
        told["variants"] = variants.tidied(draft.variants)
    return replace(draft, **told)


def tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a draft, as many as there are, in the form in which an item keeps them."""
    told = {n: _tidy(v) if n in _LENGTHS and v else v for n, v in values.items()}
    if told.get("doc_no"):
        told["doc_no"] = normalised_doc_no(told["doc_no"])
    for name in _WORD_LISTS:
        if told.get(name):
            words = (word.strip() for word in told[name])
            told[name] = tuple(dict.fromkeys(word for word in words if word))
    return told


def checked(draft: ItemDraft) -> ItemDraft:
    """The normalised draft; raises the first InvalidInput of `problems`."""
    clean = normalised(draft)
    for problem in problems(clean):
        raise problem
    return clean


def problems(draft: ItemDraft) -> Iterator[InvalidInput]:
    """Everything that is wrong with a normalised draft."""
    for name in _REQUIRED:
        if not getattr(draft, name):
            yield _wrong(name, "必填", "is required", "填写该项", "fill it in")
    for name, longest in _LENGTHS.items():
        if text := getattr(draft, name):
            yield from _text_problems(name, text, longest)
    for name in _WORD_LISTS:
        if words := getattr(draft, name):
            yield from _word_problems(name, words)
    if draft.index_no:
        yield from index_problems(draft.index_no)
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        yield _wrong(
            "valid_until", "早于生效日期", "is before valid_from", "核对日期", "check both dates"
        )
    if draft.source_url and not _is_web_address(draft.source_url):
        yield _wrong(
            "source_url", "不是网址", "is not a web address", "以 https:// 开头", "use https://"
        )
    if draft.carries and not _SHA256.fullmatch(draft.carries):
        yield _wrong(
            "carries", "不是清单版本的校验码", "is no hash of a list version",
            "用清单的发布功能写入", "let the list's own command fill it in",
        )  # fmt: skip
    if len(draft.pictures) > MAX_PICTURES:
        yield _wrong("pictures", "过多", "are too many", f"至多 {MAX_PICTURES}", "remove some")
    if draft.attachments:
        yield from _attachment_problems(draft)
    if draft.variants:
        shown = (picture.sha256 for picture in draft.pictures)
        yield from variants.variant_problems(draft.variants, shown)


def content_of(draft: ItemDraft | Item) -> dict[str, Any]:
    """The content as plain values: what a version keeps and what the hash covers.

    Keys and index numbers say which item it is and no content; validity is decided about it. An
    item without files or variants has the content, and so the hash, that it had before there were
    any.
    """
    return msgspec.to_builtins(_contents(draft))  # type: ignore[no-any-return]


def sealed(draft: ItemDraft | Item) -> tuple[str, str]:
    """The content as a version keeps it, in canonical JSON, and its hash: both in one go, for an
    import has millions."""
    if draft.pictures or draft.attachments or draft.variants:
        content = content_of(draft)
        return msgspec.json.encode(content, order="sorted").decode(), content_hash(content)
    canonical = msgspec.json.encode(_contents(draft), order="sorted")
    return canonical.decode(), hashlib.sha256(canonical).hexdigest()


def _contents(draft: ItemDraft | Item) -> dict[str, Any]:
    content = dict(zip(CONTENT, _CONTENT_OF(draft), strict=True))
    if not draft.attachments:
        del content["attachments"]
    if not draft.variants:
        del content["variants"]
    return content


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of every content field, pictures by hash and alt text,
    attachments by hash and name."""
    hashed = {**content, "pictures": [[p["sha256"], p["alt"]] for p in content["pictures"]]}
    if "attachments" in content:
        hashed["attachments"] = [[a["sha256"], a["name"]] for a in content["attachments"]]
    canonical = msgspec.json.encode(hashed, order="sorted")
    return hashlib.sha256(canonical).hexdigest()


def draft_of(item: Item) -> ItemDraft:
    """The item's content, to be changed and given back as an edit."""
    return ItemDraft(**{name: getattr(item, name) for name in _FIELDS})


def with_attachment(held: tuple[Attachment, ...], new: Attachment) -> tuple[Attachment, ...]:
    """The files with the new one in the place of what has its name, else at the end; the same
    bytes under another name are renamed."""
    rest = [a for a in held if a.name == new.name or a.sha256 != new.sha256]
    if any(a.name == new.name for a in rest):
        return tuple(new if a.name == new.name else a for a in rest)
    return (*rest, new)


def item_of(
    draft: ItemDraft,
    *,
    item_id: str,
    version: int,
    by: str,
    at: datetime,
    index_no: str = "",
    digest: str = "",
) -> Item:
    """A draft as one version of an item with its number, entered by `by` at `at`.

    `digest` spares hashing content whose hash is known.
    """
    content = dict(zip(_FIELDS, _FIELDS_OF(draft), strict=True))
    content["external_key"] = draft.external_key or item_id
    content["index_no"] = index_no or draft.index_no
    return Item(
        **content,
        id=item_id,
        version=version,
        state=ItemState.DRAFT,
        entered_by=by,
        entered_at=at,
        content_hash=digest or sealed(draft)[1],
    )


def _tidy(text: str) -> str:
    return (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).strip()


def _text_problems(name: str, text: str, longest: int) -> Iterator[InvalidInput]:
    if len(text) > longest:
        yield _wrong(
            name, f"{len(text)} 字，超过 {longest}", f"has {len(text)} characters, limit {longest}",
            "删减", "shorten it",
        )  # fmt: skip
    bad = unwelcome(text, "\n\t" if name in _MULTILINE else "")
    if bad:
        yield _wrong(
            name, f"含不可用字符 U+{ord(bad):04X}", f"holds U+{ord(bad):04X}", "删去该字符",
            "remove that character",
        )  # fmt: skip


def _word_problems(name: str, words: tuple[str, ...]) -> Iterator[InvalidInput]:
    if len(words) > MAX_WORDS:
        yield _wrong(name, "过多", "are too many", f"至多 {MAX_WORDS} 个", f"at most {MAX_WORDS}")
    for word in words:
        yield from _text_problems(name, word, _LONGEST_WORD)


def _attachment_problems(draft: ItemDraft) -> Iterator[InvalidInput]:
    """Each file once, and each under a name of its own: people tell them apart by it."""
    files = draft.attachments
    if len(files) > MAX_ATTACHMENTS:
        yield _wrong(
            "attachments", "过多", "are too many", f"至多 {MAX_ATTACHMENTS}", "remove some"
        )
    if len({f.sha256 for f in files}) < len(files) or len({f.name for f in files}) < len(files):
        yield _wrong(
            "attachments", "重复", "repeat one another", "每个文件一次，文件名各不相同",
            "give each file once, under a name of its own",
        )  # fmt: skip


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url


def _wrong(field: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> InvalidInput:
    return InvalidInput(
        Words(f"{field} {zh}", f"{field} {en}"), field=field, remedy=Words(remedy_zh, remedy_en)
    )
