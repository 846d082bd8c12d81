"""A message as skills read it: cleaned, its language known, said in the words of documents."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from opencc import OpenCC

from bots.contract import Language, Session
from hub.catalogue.search.normalise import normalised
from hub.catalogue.search.understanding import MOST_TEXT

__all__ = ["chosen_number", "cleaned", "fillers", "in_documents_words", "is_next", "language_of"]

_SPEECH = Path(__file__).with_name("speech.toml")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# Whatever a browser might open. A name with a dot counts when its end is Latin or Cyrillic letters:
# those are the ends that look alike. An address that somebody sends is never said back.
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}:)?//\S+|\b(?:javascript|data|vbscript|file|mailto|tel):\S+|"
    r"(?:[^\s.,，。、；：:()（）]{1,63}\.)+[^\W\d_\u2e80-\U0003ffff]{2,24}(?:[/:?#]\S*)?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"^(?:@\S{1,30}[\s\u2005]+)+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z']+")
_NUMBER = re.compile(
    r"(?:第|选|no\.?|number|option)?\s*(\d{1,2}|[一二三四五六七八九十两])\s*(?:个|条|项|号)?"
)
_DIGITS = {char: n for n, char in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_NEXT = re.compile(
    r"(?:下一?页|下面的?|更多|多一点|还有(?:没有)?(?:吗|么|没)?|继续|往下|"
    r"next(?: page)?|more)[。.!！?？]*"
)


def cleaned(text: str) -> str:
    """What a person typed, without mentions, addresses and characters that nobody sees."""
    seen = _MENTION.sub("", _UNSEEN.sub("", text[: 2 * MOST_TEXT]).strip())
    return " ".join(_LINK.sub(" ", seen).split())[:MOST_TEXT]


def language_of(said: str, session: Session, told: str = "") -> Language:
    """The language to answer in: what the person chose, else that of the message, else what the
    platform tells."""
    if session.language:
        return Language(session.language)
    if _HAN.search(said):
        return Language.HANT if _is_traditional(said) else Language.HANS
    words = _LATIN.findall(said.lower())
    if words and (not _english_signs().isdisjoint(words) or _glossary_has(" ".join(words))):
        return Language.EN
    tag = told.lower().replace("_", "-")
    if tag.startswith("en"):
        return Language.EN
    traditional = tag.startswith("zh") and any(p in tag for p in ("hant", "-tw", "-hk", "-mo"))
    return Language.HANT if traditional else Language.HANS


def in_documents_words(said: str, language: Language) -> str:
    """What to search with: simplified, dialect and English in the words of documents."""
    plain = normalised(said)
    if language is Language.EN:
        found = _translated(plain)
        return found or plain
    for table in ("heard", "dialect"):
        for word in _longest_first(table):
            if word in plain:
                plain = plain.replace(word, _speech()[table][word])
    return plain


def untranslated(said: str) -> int:
    """How many English words that say something nothing in `in_documents_words` stands for."""
    rest = f" {' '.join(_LATIN.findall(normalised(said).replace('-', ' ')))} "
    for term in _longest_first("english"):
        rest = rest.replace(f" {term.replace('-', ' ')} ", "  ")
    return sum(len(word) > 3 and word not in _english_signs() for word in rest.split())


def chosen_number(plain: str) -> int | None:
    """The number that a message consists of, if it does: 2, 第二个, 选2."""
    found = _NUMBER.fullmatch(plain.strip(" 。.、）)"))
    if found is None:
        return None
    return _DIGITS.get(found[1]) or int(found[1])


def is_next(plain: str) -> bool:
    """Whether a message asks for more of the last list."""
    return _NEXT.fullmatch(plain.strip()) is not None


def _translated(plain: str) -> str:
    """The Chinese terms for the English ones in a text; what is Chinese already stays."""
    found: list[str] = [part for part in re.split(r"[^\u3400-\u9fff〔〕\d]+", plain) if part]
    padded = f" {' '.join(_LATIN.findall(plain.replace('-', ' ')))} "
    for term in _longest_first("english"):
        if (spaced := f" {term.replace('-', ' ')} ") in padded:
            found.append(_speech()["english"][term])
            padded = padded.replace(spaced, "  ")
    return " ".join(dict.fromkeys(found))


def _glossary_has(text: str) -> bool:
    return any(f" {term} " in f" {text} " for term in _speech()["english"])


@cache
def _speech() -> Mapping[str, Mapping[str, str]]:
    tables = tomllib.loads(_SPEECH.read_text("utf-8"))
    return {
        name: {
            (key if name == "english" else normalised(key)): value for key, value in rows.items()
        }
        for name, rows in tables.items()
    }


@cache
def _english_signs() -> frozenset[str]:
    return frozenset(_speech()["signs"]["english"].split())


@cache
def fillers() -> frozenset[str]:
    """Words by which one asks, and which no document has to say for it to answer."""
    return frozenset(_speech()["signs"]["filler"].split())


@cache
def _longest_first(table: str) -> Sequence[str]:
    return sorted(_speech()[table], key=len, reverse=True)


@cache
def _scripts() -> tuple[OpenCC, OpenCC]:
    return OpenCC("t2s"), OpenCC("s2t")


def _is_traditional(text: str) -> bool:
    """Whether it has characters that only the traditional script has, and none of the other."""
    to_simple, to_traditional = _scripts()
    return str(to_simple.convert(text)) != text and str(to_traditional.convert(text)) == text
