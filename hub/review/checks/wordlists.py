"""Wrong words and leaders' titles: lists that the house keeps, each import a version of its own.

Nobody trustworthy publishes lists of sensitive words, so what is shipped is short: typos that are
typos in every context, and wordings on which the Xinhua agency's published rules (2016 revision of
《新闻信息报道中的禁用词》) are plain. Everything else is the users' own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import msgspec

from hub.kernel.errors import InvalidInput, Words
from hub.review.checks.models import Hit, Severity
from hub.review.checks.plain import Plain

__all__ = [
    "LEADER",
    "SHIPPED",
    "WORD",
    "ListKind",
    "WordEntry",
    "WordList",
    "checked_list",
    "find_listed",
]

WORD, LEADER = "listed-word", "leader-title"

_LONGEST = 60
_MOST_ENTRIES = 50_000
_REACH = 14  # characters before a name in which its title stands

_NAMES_OF_OFFICES = (
    "副总书记 总书记 副主席 主席 副总理 总理 副委员长 委员长 国务委员 副部长 部长 副书记 书记"
    " 副省长 省长 副市长 市长 副州长 州长 副区长 区长 副县长 县长 副秘书长 秘书长 副主任 主任"
    " 副厅长 厅长 副局长 局长 副处长 处长 副院长 院长 副检察长 检察长 副镇长 镇长 副乡长 乡长"
)
_OFFICES = tuple(_NAMES_OF_OFFICES.split())  # an office before the one that its name ends with


class ListKind(StrEnum):
    WORDS = "words"  # wrong → right
    LEADERS = "leaders"  # name → titles


class WordEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrong word with the right one (empty: avoid it), or a leader's `word` (name) and `titles`.

    `unless`: contexts, each with the word in it, in which the word is right.
    """

    word: str
    right: str = ""
    severity: Severity = Severity.WARN
    note: str = ""
    titles: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class _Index:
    """Entries by their first two characters: a text is walked once, however long the list."""

    def __init__(self, entries: Sequence[WordEntry]) -> None:
        self._by_start: dict[str, dict[str, WordEntry]] = {}
        for entry in entries:
            self._by_start.setdefault(entry.word[:2], {})[entry.word] = entry
        firsts = "".join(map(re.escape, sorted({entry.word[0] for entry in entries})))
        self._firsts = re.compile(f"[{firsts}]")

    def walk(self, text: str) -> Iterator[tuple[int, WordEntry]]:
        for found in self._firsts.finditer(text):
            start = found.start()
            words = self._by_start.get(text[start : start + 2])
            for word, entry in words.items() if words else ():
                if text.startswith(word, start):
                    yield start, entry


@dataclass(frozen=True, kw_only=True)
class WordList:
    """One version of a list; version 0 is what is shipped."""

    name: str
    kind: ListKind
    entries: tuple[WordEntry, ...] = field(repr=False)
    version: int = 0

    @cached_property
    def index(self) -> _Index:
        return _Index(self.entries)

    @property
    def sha256(self) -> str:
        canonical = msgspec.json.encode([self.name, self.kind, self.entries])
        return hashlib.sha256(canonical).hexdigest()


def checked_list(name: str, kind: ListKind, entries: Sequence[WordEntry]) -> WordList:
    """A list as a person gave it, without repetitions; raises InvalidInput with the row."""
    plain_name = name.replace("-", "").replace("_", "")
    if not plain_name.isalnum() or len(name) > 40:
        raise InvalidInput(
            Words(
                "名单名须为 40 字以内的文字、数字",
                "a list's name is letters and digits, 40 at most",
            ),
            field="name",
        )
    if not 0 < len(entries) <= _MOST_ENTRIES:
        raise InvalidInput(
            Words(f"名单须有 1 至 {_MOST_ENTRIES} 条", f"a list has 1 to {_MOST_ENTRIES} entries"),
            field="entries",
        )
    for row, entry in enumerate(entries, 1):
        _check_entry(row, kind, entry)
    return WordList(name=name, kind=kind, entries=tuple({e.word: e for e in entries}.values()))


def _check_entry(row: int, kind: ListKind, entry: WordEntry) -> None:
    if not 2 <= len(entry.word.strip()) <= _LONGEST:
        raise _bad_row(row, f"词须为 2 至 {_LONGEST} 字", f"a word has 2 to {_LONGEST} characters")
    if kind is ListKind.LEADERS and not entry.titles:
        raise _bad_row(row, "领导须写明职务 titles", "a leader needs titles")
    if kind is ListKind.WORDS and entry.word == entry.right:
        raise _bad_row(row, "正误相同", "wrong and right are the same")
    if any(entry.word not in context for context in entry.unless):
        raise _bad_row(row, "unless 须含该词", "unless must hold the word")


def _bad_row(row: int, zh: str, en: str) -> InvalidInput:
    return InvalidInput(Words(f"第 {row} 条：{zh}", f"entry {row}: {en}"), field=f"entry {row}")


def find_listed(plain: Plain, lists: Sequence[WordList]) -> Iterator[Hit]:
    """Wrong words, and leaders with a title that is not theirs."""
    for listed in lists:
        look = _word if listed.kind is ListKind.WORDS else _leader
        for start, entry in listed.index.walk(plain.text):
            hit = look(plain, start, entry)
            if hit is not None:
                yield hit


def _word(plain: Plain, start: int, entry: WordEntry) -> Hit | None:
    end = start + len(entry.word)
    for context in entry.unless:
        at = start - context.find(entry.word)
        if at >= 0 and plain.text.startswith(context, at):
            return None
    zh = f"“{entry.word}”应为“{entry.right}”" if entry.right else f"不宜使用“{entry.word}”"
    en = f"'{entry.word}': write '{entry.right}'" if entry.right else f"avoid '{entry.word}'"
    note = f"（{entry.note}）" if entry.note else ""
    about = Words(zh + note, en)
    return Hit(
        rule=WORD,
        start=start,
        end=end,
        value=entry.word,
        mask=entry.right,
        severity=entry.severity,
        about=about,
    )


def _leader(plain: Plain, start: int, entry: WordEntry) -> Hit | None:
    """The title right before a name, unless it is one of the person's titles."""
    before = plain.before(start, _REACH).rstrip(" ")
    said = _office(before)
    if not said or any(_office(title) == said for title in entry.titles):
        return None
    known = "、".join(entry.titles)
    about = Words(
        f"“{said}{entry.word}”与名单不符，名单为：{known}",
        f"'{said}' is not a listed title of {entry.word}: {known}",
    )
    begin = start - (len(plain.before(start, _REACH)) - len(before)) - len(said)
    return Hit(
        rule=LEADER,
        start=begin,
        end=start + len(entry.word),
        value=f"{said}{entry.word}",
        severity=entry.severity,
        about=about,
    )


def _office(text: str) -> str:
    """The office that `text` ends with, or ''."""
    return next((office for office in _OFFICES if text.endswith(office)), "")


_TYPOS: Mapping[str, str] = {
    "截止目前": "截至目前",
    "迫不急待": "迫不及待",
    "再接再励": "再接再厉",
    "按步就班": "按部就班",
    "布署": "部署",
    "松驰": "松弛",
    "弘杨": "弘扬",
    "默守成规": "墨守成规",
    "声名雀起": "声名鹊起",
    "一愁莫展": "一筹莫展",
    "不径而走": "不胫而走",
    "甘败下风": "甘拜下风",
    "一如继往": "一如既往",
    "食不裹腹": "食不果腹",
    "脉博": "脉搏",
    "防碍": "妨碍",
    "幅射": "辐射",
    "贯切落实": "贯彻落实",
    "人名政府": "人民政府",
    "中华人名共和国": "中华人民共和国",
    "中华人民共合国": "中华人民共和国",
    "政冶": "政治",
    "走头无路": "走投无路",
    "穿流不息": "川流不息",
    "相辅相承": "相辅相成",
    "悬梁刺骨": "悬梁刺股",
    "出奇不意": "出其不意",
}
_AVOIDED: Mapping[str, tuple[str, str]] = {
    "两岸三地": ("", "海峡两岸与香港不得并称"),
    "福摩萨": ("台湾", "殖民色彩的名称"),
    "福尔摩莎": ("台湾", "殖民色彩的名称"),
    "残废人": ("残疾人", "对残疾人的称谓"),
}
_UNLESS: Mapping[str, tuple[str, ...]] = {
    "布署": ("公布署名", "发布署名", "发布署", "颁布署", "公布署", "宣布署"),
}

SHIPPED = WordList(
    name="shipped",
    kind=ListKind.WORDS,
    entries=tuple(
        WordEntry(word=wrong, right=right, unless=_UNLESS.get(wrong, ()))
        for wrong, right in _TYPOS.items()
    )
    + tuple(
        WordEntry(word=word, right=right, note=note) for word, (right, note) in _AVOIDED.items()
    ),
)
