"""The texts of an item, each under the name of its field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hub.catalogue.models import Item, ItemDraft
from hub.catalogue.rules import draft_of
from hub.review.checks.masking import masked
from hub.review.checks.models import Finding, Passage

__all__ = ["item_passages", "masked_draft", "source_texts"]

_EDITABLE = ("title", "summary", "body")
_ALT = re.compile(r"pictures\[([0-9]{1,3})\]\.alt")


def item_passages(item: Item) -> list[Passage]:
    """What people wrote, title first; an empty text is left out. A file's name is changed
    with the file."""
    texts = [(name, getattr(item, name)) for name in _EDITABLE]
    texts += [(f"keywords[{no}]", word) for no, word in enumerate(item.keywords)]
    texts += [(f"pictures[{no}].alt", picture.alt) for no, picture in enumerate(item.pictures)]
    written = [Passage(field=name, text=text, editable=True) for name, text in texts if text]
    names = [Passage(field=f"attachments[{a.name}].name", text=a.name) for a in item.attachments]
    return written + names


def source_texts(item: Item) -> list[str]:
    """The item as a source of facts: its texts, and what its metadata say."""
    days = (item.formed_on, item.valid_from, item.valid_until, item.source_published_on)
    numbers = (item.doc_no, item.index_no)
    texts = [passage.text for passage in item_passages(item)]
    return [
        *texts,
        item.issuer,
        item.unit,
        *numbers,
        item.theme,
        *(str(day) for day in days if day),
    ]


def masked_draft(item: Item, findings: Sequence[Finding]) -> ItemDraft:
    """The item's content with these findings masked; what is not the item's own stays."""
    by_field: dict[str, list[Finding]] = {}
    for found in findings:
        by_field.setdefault(found.field, []).append(found)
    texts = {name: masked(getattr(item, name), by_field.get(name, ())) for name in _EDITABLE}
    pictures = list(item.pictures)
    for name, found_there in by_field.items():
        alt = _ALT.fullmatch(name)
        if alt:
            place = int(alt[1])
            pictures[place] = replace(pictures[place], alt=masked(pictures[place].alt, found_there))
    keywords = tuple(
        masked(word, by_field.get(f"keywords[{no}]", ())) for no, word in enumerate(item.keywords)
    )
    return replace(
        draft_of(item),
        keywords=keywords,
        title=texts["title"],
        summary=texts["summary"],
        body=texts["body"],
        pictures=tuple(pictures),
    )
