"""Whether a signal belongs to a watch. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hub.catalogue.search.normalise import normalised
from hub.opinion.watches.models import NewWatch, Watch

__all__ = ["Matcher", "folded"]


def folded(text: str) -> str:
    """Text as words are looked for in it: one form and script, no blanks, small letters."""
    return "".join(normalised(text).split()).lower()


@dataclass(frozen=True)
class Matcher:
    """The words of a watch, made ready once."""

    include: tuple[tuple[str, ...], ...]
    exclude: tuple[str, ...]
    places: tuple[str, ...]
    channels: frozenset[str]

    @classmethod
    def of(cls, watch: Watch | NewWatch) -> Matcher:
        groups = (tuple(filter(None, map(folded, one.split("+")))) for one in watch.include)
        return cls(
            include=tuple(group for group in groups if group),
            exclude=tuple(filter(None, map(folded, watch.exclude))),
            places=watch.places,
            channels=frozenset(watch.channels),
        )

    def matches(self, text: str, place: str, channel: str) -> bool:
        """`text` is folded title and text."""
        if self.channels and channel not in self.channels:
            return False
        if self.places and not any(one in place for one in self.places):
            return False
        if any(word in text for word in self.exclude):
            return False
        return any(all(word in text for word in group) for group in self.include)
