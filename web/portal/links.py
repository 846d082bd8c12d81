"""Addresses of a list with one filter more, or one less; what a list can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from web.portal.manner import Manner

__all__ = ["Choice", "Facet", "Links"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a facet; `count` is None where nobody counted."""

    label: str
    link: str
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    name: str
    title: str
    choices: tuple[Choice, ...]


class Links:
    """Addresses of one list with one filter more, or one less."""

    def __init__(self, manner: Manner, path: str, asked: Mapping[str, str]) -> None:
        self._manner, self._path, self._asked = manner, path, asked

    def to(self, **change: str) -> str:
        return self._manner.link(self._path, **{**self._asked, **change})

    def choice(self, name: str, value: str, label: str, count: int | None = None) -> Choice:
        chosen = self._asked[name] == value
        link = self.to(**{name: "" if chosen else value})
        return Choice(label=label, link=link, count=count, chosen=chosen)

    def asked(self, name: str) -> str:
        return self._asked[name]

    def untouched(self) -> bool:
        """Whether nothing narrows the list."""
        return not any(self._asked.values())

    def feed(self) -> str:
        """The feed of the same body and theme; feeds know no other filter."""
        wanted = {name: self._asked[name] for name in ("body", "theme")}
        return Manner().link("/feeds/atom.xml", **wanted)
