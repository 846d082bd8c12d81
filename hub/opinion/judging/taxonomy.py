"""The lists that judging goes by: topics and departments, as files with a version.

An installation may give its own file; it is checked as a whole, and every fault names its field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from hub.kernel.errors import InvalidInput, Words

__all__ = ["Label", "Labels", "department_labels", "read_labels", "topic_labels"]

_FEWEST = 3  # labels of a list: with fewer there is nothing to choose
_MOST = 100
_LONGEST_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One topic or department: words that speak for it, invented sentences, and either the
    departments that see to a topic or the names that a department goes by."""

    name: str
    cues: tuple[str, ...]
    examples: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """A versioned list; hashable, so that what is made of it can be remembered."""

    version: int
    labels: tuple[Label, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels)

    def others_of(self, name: str) -> tuple[str, ...]:
        return next((label.others for label in self.labels if label.name == name), ())


@cache
def topic_labels() -> Labels:
    """The topics that come with the hub."""
    return _packaged("topics.toml", "topics", "departments")


@cache
def department_labels() -> Labels:
    """The departments that come with the hub."""
    return _packaged("departments.toml", "departments", "names")


def _packaged(file: str, table: str, others: str) -> Labels:
    text = (resources.files("hub.opinion.judging") / file).read_text("utf-8")
    return _labels(tomllib.loads(text), table, others)


def read_labels(path: Path, table: str = "topics") -> Labels:
    """A list that an installation gives: `table` is topics or departments. Raises InvalidInput."""
    others = "departments" if table == "topics" else "names"
    try:
        return _labels(tomllib.loads(path.read_text("utf-8")), table, others)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad("file", f"{path} 读不出：{error}", f"cannot read {path}: {error}") from error


def _labels(data: Mapping[str, Any], table: str, others: str) -> Labels:
    rows = data.get(table)
    version = data.get("version")
    if not isinstance(version, int) or version < 1:
        raise _bad("version", "version 须为正整数", "version is a whole number from 1")
    if not isinstance(rows, list) or not _FEWEST <= len(rows) <= _MOST:
        raise _bad(table, f"须有 {_FEWEST} 至 {_MOST} 项", f"{_FEWEST} to {_MOST} are needed")
    labels = tuple(_label(row, others) for row in rows)
    names = [label.name for label in labels]
    if len(set(names)) < len(names):
        raise _bad(f"{table}.name", "名称重复", "a name repeats")
    return Labels(version, labels)


def _label(row: Any, others: str) -> Label:
    name = row.get("name", "") if isinstance(row, dict) else ""
    if not isinstance(name, str) or not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise _bad("name", f"名称须为 1 至 {_LONGEST_NAME} 字", "a name is needed")
    cues = row.get("cues", "")
    if not isinstance(cues, str) or not cues.split():
        raise _bad(f"{name}.cues", "须有线索词，以空格分开", "words are needed, between spaces")
    texts = {key: row.get(key, []) for key in ("examples", others)}
    for key, value in texts.items():
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _bad(f"{name}.{key}", "须为字符串列表", "a list of texts is needed")
    return Label(
        name=name.strip(),
        cues=tuple(dict.fromkeys(cues.split())),
        examples=tuple(texts["examples"]),
        others=tuple(texts[others]),
    )


def _bad(field: str, zh: str, en: str) -> InvalidInput:
    remedy = Words("参照随附的 topics.toml", "take the topics.toml that comes with the hub")
    return InvalidInput(Words(zh, en), field=field, remedy=remedy)
