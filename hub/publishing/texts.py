"""The texts of editions, for the checks before release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.publishing.models import Edition, Part
from hub.publishing.ports import Rendered
from hub.publishing.rules import decode_parts, edition_name
from hub.review.checks.markup import visible
from hub.review.checks.models import Passage

__all__ = ["draft_passages", "edition_passages"]


def draft_passages(rendered: Rendered) -> list[Passage]:
    """Every text of what was rendered and is not kept yet."""
    return [
        passage
        for draft in rendered.editions
        for passage in _passages(edition_name(draft.channel, draft.variation), draft.parts)
    ]


def edition_passages(editions: Sequence[Edition]) -> list[Passage]:
    """Every text of editions that are kept."""
    return [
        passage
        for edition in editions
        for passage in _passages(edition.name, decode_parts(edition.payload))
    ]


def _passages(name: str, parts: Sequence[Part]) -> Iterator[Passage]:
    """Named `<edition>#<part>.<field>`, parts counted from 1."""
    for no, part in enumerate(parts, 1):
        texts = {"title": part.title, "digest": part.digest, "text": part.text}
        texts |= {f"media[{place}].alt": ref.alt for place, ref in enumerate(part.media)}
        texts |= {path: text for path, text in _strings("extra", part.extra) if _is_read(text)}
        for field, text in texts.items():
            if text:
                yield Passage(field=f"{name}#{no}.{field}", text=visible(text))


def _is_read(text: str) -> bool:
    """Whether people read it: identifiers and instants have no Chinese character."""
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _strings(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text within a JSON value, with the way to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(f"{path}.{key}", inner)
    elif isinstance(value, (list, tuple)):
        for place, inner in enumerate(value):
            yield from _strings(f"{path}[{place}]", inner)
