"""Finding the theme or genre that somebody meant."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources

import msgspec

from hub.catalogue.classification.models import (
    GENRES,
    SEPARATOR,
    STATUTORY_CLASSES,
    Genre,
    StatutoryClass,
    ThemeList,
)
from hub.kernel.errors import InvalidInput, Words

__all__ = [
    "Themes",
    "check_themes",
    "find_genre",
    "find_statutory_class",
    "genre_of_title",
    "national_themes",
    "themes_of",
]

_LONGEST_NAME = 60  # characters of a theme's or sub-class's name
_MOST_THEMES, _MOST_BELOW = 100, 200
_NEAREST = 3
_SEPARATORS = re.compile(r"\s*(?:\\|＼|/|／|>|＞|→|-+>)\s*")
_COMPONENTS = re.compile("[、，,（）()]|含")


@cache
def national_themes() -> ThemeList:
    """The 22 national themes with their sub-classes, from the file that comes with the hub."""
    file = resources.files("hub.catalogue.classification") / "themes.json"
    return msgspec.json.decode(file.read_bytes(), type=ThemeList)


@dataclass(frozen=True)
class Themes:
    """A list of themes, asked by the names that people and foreign catalogues use."""

    listed: ThemeList
    _by_name: Mapping[str, set[str]] = field(init=False, repr=False, compare=False)
    _paths: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, set[str]] = defaultdict(set)
        for theme in self.listed.themes:
            for name in (theme.name, *_COMPONENTS.split(theme.name)):
                by_name[name].add(theme.name)
        for theme in self.listed.themes:  # the second level only where the first says nothing
            for sub in theme.below:
                for name in (sub, *_COMPONENTS.split(sub)):
                    by_name[f"{SEPARATOR}{name}"].add(f"{theme.name}{SEPARATOR}{sub}")
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_paths", frozenset(self.listed.paths))

    def find(self, text: str) -> str | None:
        """The path that `text` means, or None: the path itself with any separator, the name of
        one theme or sub-class, or one member of such a name (`民政` of 民政、扶贫、救灾)."""
        first, *rest = _SEPARATORS.split(text.strip())
        path = SEPARATOR.join((first, *rest))
        if path in self._paths:
            return path
        if rest:
            return self._below(first, rest[-1])
        return self._only(first) or self._only(f"{SEPARATOR}{first}")

    def nearest(self, text: str) -> list[str]:
        """The paths that look most like `text`, the most alike first."""
        wanted = _SEPARATORS.sub(lambda _: SEPARATOR, text.strip())
        last = wanted.rpartition(SEPARATOR)[2]
        names = {path.rpartition(SEPARATOR)[2]: path for path in reversed(self.listed.paths)}
        close = difflib.get_close_matches(wanted, self.listed.paths, _NEAREST, 0.4)
        close += [names[name] for name in difflib.get_close_matches(last, names, _NEAREST, 0.4)]
        return list(dict.fromkeys(close))[:_NEAREST]

    def resolved(self, text: str) -> str:
        """The path that `text` means; raises InvalidInput with the nearest ones."""
        found = self.find(text)
        if found is not None:
            return found
        near = "、".join(self.nearest(text))
        known = Words("见 gongkai theme list", "see gongkai theme list")
        raise InvalidInput(
            Words(f"没有主题分类“{text[:60]}”", f"no theme '{text[:60]}'"),
            field="theme",
            remedy=Words(f"是否为：{near}？{known.zh}", f"did you mean {near}? {known.en}")
            if near
            else known,
        )

    def _below(self, first: str, last: str) -> str | None:
        theme = self._only(first)
        found = {
            path
            for path in self._by_name.get(f"{SEPARATOR}{last}", ())
            if theme is None or path.startswith(f"{theme}{SEPARATOR}")
        }
        return found.pop() if len(found) == 1 else None

    def _only(self, name: str) -> str | None:
        found = self._by_name.get(name, set()) if name else set()
        return next(iter(found)) if len(found) == 1 else None


@lru_cache(4)
def themes_of(listed: ThemeList) -> Themes:
    """The list ready to be asked; the newest few are kept."""
    return Themes(listed)


def check_themes(listed: ThemeList) -> Iterator[InvalidInput]:
    """Everything that is wrong with a list of themes somebody gives."""
    names = [theme.name for theme in listed.themes]
    if not names or len(names) > _MOST_THEMES:
        yield _bad(
            "themes", f"应有 1 至 {_MOST_THEMES} 类", f"1 to {_MOST_THEMES} themes are needed"
        )
    for level, most in ((names, _MOST_THEMES), *((t.below, _MOST_BELOW) for t in listed.themes)):
        for name in level:
            if not name.strip() or name != name.strip() or len(name) > _LONGEST_NAME:
                yield _bad("name", f"名称“{name[:60]}”不合规", f"'{name[:60]}' is no name")
            if _SEPARATORS.search(name):
                yield _bad("name", f"“{name[:60]}”含分隔符", f"'{name[:60]}' has a separator")
        if len(set(level)) < len(level) or len(level) > most:
            yield _bad("name", "同级名称重复或过多", "names of one level repeat, or are too many")


def find_genre(text: str) -> Genre | None:
    """The genre of that name, in a catalogue or as an identifier; None where there is none."""
    return _genre_names().get(text.strip())


@cache
def _genre_names() -> Mapping[str, Genre]:
    named = {name: genre for genre, names in GENRES.items() for name in names}
    return named | {genre.value: genre for genre in Genre}


def genre_of_title(title: str) -> str:
    """The name of the genre that a document's title ends with (…的通知, …的复函（试行）); empty
    where it ends with none."""
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", title.strip())
    names = [name for name in _genre_names() if not name.isascii() and bare.endswith(name)]
    return max(names, key=len, default="")


def find_statutory_class(text: str) -> StatutoryClass | None:
    """`20-1`, `（一）`, or the item's own words; None where it is none of them."""
    return _class_names().get(text.strip())


@cache
def _class_names() -> Mapping[str, StatutoryClass]:
    numerals = [
        "一",
        "二",
        "三",
        "四",
        "五",
        "六",
        "七",
        "八",
        "九",
        "十",
        "十一",
        "十二",
        "十三",
        "十四",
        "十五",
    ]
    found: dict[str, StatutoryClass] = {}
    for numeral, one in zip(numerals, StatutoryClass, strict=True):
        names = (one.value, STATUTORY_CLASSES[one], f"（{numeral}）", f"({numeral})")
        found |= dict.fromkeys((*names, f"第二十条第（{numeral}）项"), one)
    return found


def _bad(field_name: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(
        Words(zh, en),
        field=field_name,
        remedy=Words(
            '形如 {"source": "…", "themes": [{"name": "综合政务", "below": ["政务公开"]}]}',
            'as in {"source": "…", "themes": [{"name": "综合政务", "below": ["政务公开"]}]}',
        ),
    )
