"""What the staff API does with word lists, synonyms, and how severe rules are."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import InvalidInput, Words
from hub.organisations.errors import UnknownBody
from hub.organisations.models import Role
from hub.review.checks.models import Passage, Severity
from hub.review.checks.rules import RULES
from hub.review.checks.wordlists import ListKind, WordEntry
from web.console.area import SUPERVISING
from web.staff.desk import Call
from web.staff.shapes import Said
from web.staff.telling import Told, told

__all__ = [
    "AskRules",
    "AskWords",
    "ReplaceSynonyms",
    "ReplaceWords",
    "SetSeverity",
    "StaffRules",
    "StaffSynonyms",
    "StaffTried",
    "StaffWordList",
    "StaffWordLists",
    "TryText",
    "list_rules",
    "list_word_lists",
    "read_synonyms",
    "read_words",
    "replace_synonyms",
    "replace_words",
    "set_severity",
    "try_text",
]

_KEEPERS = frozenset({Role.ADMIN, Role.DISCLOSURE_OFFICE})  # of all bodies: lists are for all
Word = Annotated[str, Meta(min_length=1, max_length=200)]
Words200 = Annotated[tuple[Word, ...], Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]


class AskWords(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`version` 0: the newest."""

    version: Annotated[int, Meta(ge=0, le=9_999_999)] = 0


class ReplaceWords(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The next version of the list, whole."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    kind: ListKind
    entries: Annotated[tuple[WordEntry, ...], Meta(min_length=1, max_length=10_000)]


class ReplaceSynonyms(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What people say, and what documents call it; the whole list."""

    synonyms: Annotated[dict[Word, Words200], Meta(min_length=1, max_length=10_000)]


class AskRules(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`body` is a code."""

    body: Code


class SetSeverity(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How severe `rule` is in `body` (a code); the rule's own severity keeps nothing."""

    body: Code
    rule: Annotated[str, Meta(min_length=1, max_length=64)]
    severity: Severity


class TryText(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]


class StaffWordHead(Told, frozen=True, kw_only=True):
    name: str
    version: int
    kind: ListKind
    sha256: str
    size: int
    imported_by: str
    imported_at: datetime


class StaffWordLists(Struct, frozen=True, kw_only=True):
    """Every version, within a name the newest first."""

    lists: tuple[StaffWordHead, ...]


class StaffWord(Told, frozen=True, kw_only=True):
    word: str
    right: str
    severity: Severity
    note: str
    titles: tuple[str, ...]
    unless: tuple[str, ...]


class StaffWordList(Told, frozen=True, kw_only=True):
    """`version` 0 is what is shipped."""

    name: str
    kind: ListKind
    version: int
    entries: tuple[StaffWord, ...]


class StaffSynonyms(Struct, frozen=True, kw_only=True):
    version: int
    synonyms: dict[str, tuple[str, ...]]


class StaffRule(Struct, frozen=True, kw_only=True):
    """`severity` is that of the body, `own` what the rule says by itself."""

    name: str
    words: Said
    severity: Severity
    own: Severity


class StaffRules(Struct, frozen=True, kw_only=True):
    rules: tuple[StaffRule, ...]


class StaffTriedFinding(Told, frozen=True, kw_only=True):
    """From `start` to `end` (characters) of the text."""

    rule: str
    severity: Severity
    start: int
    end: int
    text: str
    words: Said
    advice: Said


class StaffTried(Struct, frozen=True, kw_only=True):
    findings: tuple[StaffTriedFinding, ...]


async def list_word_lists(call: Call) -> StaffWordLists:
    await call.somewhere(SUPERVISING.roles)
    found = await call.services.checks.lists()
    return StaffWordLists(lists=tuple(told(StaffWordHead, one) for one in found))


async def read_words(call: Call) -> StaffWordList:
    asked: AskWords = call.asked
    await call.somewhere(SUPERVISING.roles)
    found = await call.services.checks.word_list(call.part("list"), asked.version)
    return told(StaffWordList, found)


async def replace_words(call: Call) -> StaffWordList:
    """It counts at once: every check asks which is the newest."""
    asked: ReplaceWords = call.told
    await call.whole(_KEEPERS)
    checks, name = call.services.checks, asked.name.strip()
    return told(
        StaffWordList, await checks.import_list(name, asked.kind, asked.entries, call.login)
    )


async def read_synonyms(call: Call) -> StaffSynonyms:
    await call.somewhere(SUPERVISING.roles)
    version, synonyms = await call.services.console.search.synonyms()
    return _synonyms(version, synonyms)


async def replace_synonyms(call: Call) -> StaffSynonyms:
    asked: ReplaceSynonyms = call.told
    await call.whole(_KEEPERS)
    lines = (
        f"{json.dumps(said)} = {json.dumps(list(meant))}" for said, meant in asked.synonyms.items()
    )  # a JSON string is a TOML string, too
    text = "[synonyms]\n" + "\n".join(lines)
    search = call.services.console.search
    return _synonyms(*await search.import_synonyms(text, actor=call.login))


def _synonyms(version: int, synonyms: object) -> StaffSynonyms:
    return StaffSynonyms(version=version, synonyms=told(dict[str, tuple[str, ...]], synonyms))


async def list_rules(call: Call) -> StaffRules:
    asked: AskRules = call.asked
    await call.somewhere(SUPERVISING.roles)
    body = await call.services.organisations.body(asked.body)
    if body.id not in (await call.services.sights.of(call.login)).bodies:
        raise UnknownBody(asked.body)
    return await _rules(call, body.id)


async def set_severity(call: Call) -> StaffRules:
    asked: SetSeverity = call.told
    body = await call.services.organisations.body(asked.body)
    await call.within(body.id, _KEEPERS)
    if asked.rule not in RULES:
        raise InvalidInput(
            Words("没有这条规则", "there is no such rule"),
            field="rule",
            remedy=Words("、".join(RULES), ", ".join(RULES)),
        )
    own = RULES[asked.rule].severity is asked.severity
    severity = None if own else asked.severity
    await call.services.checks.set_severity(body.id, asked.rule, severity, call.login)
    return await _rules(call, body.id)


async def try_text(call: Call) -> StaffTried:
    """Nothing of the text is kept; links are found, and asked nothing."""
    asked: TryText = call.told
    await call.somewhere(SUPERVISING.roles)
    report = await call.services.checks.examine([Passage(field="text", text=asked.text)])
    return StaffTried(findings=tuple(told(StaffTriedFinding, one) for one in report.findings))


async def _rules(call: Call, body_id: str) -> StaffRules:
    held = await call.services.checks.severities(body_id)
    rules = [
        StaffRule(
            name=name,
            words=Said.of(RULES[name].words),
            severity=severity,
            own=RULES[name].severity,
        )
        for name, severity in held.items()
    ]
    return StaffRules(rules=tuple(rules))
