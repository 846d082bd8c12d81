"""How people write: templates, roughened by a random source, so that a seed says it all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from opencc import OpenCC
from pypinyin import lazy_pinyin

__all__ = ["INCIDENT_PLACE", "about_the_incident", "phrases", "roughened", "simplified"]

_FILE = Path(__file__).with_name("phrases.toml")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# as somebody who reads the messages recognises what they are about, in whatever manner
_CUES = re.compile(r"锦江|錦江|jinjiang", re.IGNORECASE)
_WATER = re.compile(r"水|shui|water", re.IGNORECASE)
_TRADITIONAL, _PINYIN, _SLIP, _DROPPED = 0.10, 0.04, 0.22, 0.06


@cache
def phrases() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


INCIDENT_PLACE: str = phrases()["incident"]["place"]


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters, to look for words in it."""
    return str(_to_simplified().convert(text))


def about_the_incident(text: str) -> bool:
    return bool(_CUES.search(text) and _WATER.search(text))


def roughened(text: str, random: Random) -> str:
    """The text as one of many people would have typed it."""
    fate = random.random()
    if fate < _TRADITIONAL:
        return str(_to_traditional().convert(text))
    if fate < _TRADITIONAL + _PINYIN:
        return " ".join("".join(lazy_pinyin(text)).split()) if len(text) < 14 else _half(text)
    if random.random() < _SLIP:
        text = _slipped(text, random)
    if random.random() < _DROPPED and len(text) > 12:
        place = random.randrange(4, len(text) - 4)
        text = text[:place] + text[place + 1 :]
    return text


def _half(text: str) -> str:
    """The last words left in pinyin, as an input method leaves them."""
    return text[:-3] + "".join(lazy_pinyin(text[-3:]))


def _slipped(text: str, random: Random) -> str:
    slips: Mapping[str, list[str]] = phrases()["slips"]
    known = [word for word in slips if word in text]
    if not known:
        return text
    word = random.choice(known)
    return text.replace(word, random.choice(slips[word]), 1)
