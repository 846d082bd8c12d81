"""What a skill is: a declaration, what it thinks of a question, and its answer.

A skill is a folder in `bots/skills` whose package exports `SKILL`. Its texts are in
`templates/answers/<name>/`, or in a `templates/` of its own. It imports no other skill.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.catalogue.search.models import Place
from hub.conversation.models import Choice, Citation, Inbound, Location, Picture
from hub.kernel.errors import Words

if TYPE_CHECKING:
    from bots.desk import Desk

__all__ = [
    "Asked",
    "Example",
    "Grounds",
    "Language",
    "Memory",
    "Reply",
    "Session",
    "Skill",
    "Source",
]


class Language(StrEnum):
    HANS = "zh-Hans"
    HANT = "zh-Hant"
    EN = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is remembered of a conversation until it times out.

    `text` is the last question that was answered, `item_id` what it was answered from; `offered`
    is the last list, of which a number chooses; `more` is the payload of “next”. `waiting` names
    the skill that the next message is for, and `wanted` what it waits for.
    """

    language: str = ""  # chosen by the person; else every message tells its own
    text: str = ""
    item_id: str = ""
    offered: tuple[Choice, ...] = ()
    more: str = ""
    waiting: str = ""
    wanted: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a reply changes of the session; None leaves a field as it is. `waiting` and what is
    offered last for one message only, so they are set anew each time."""

    language: str | None = None
    text: str | None = None
    item_id: str | None = None
    more: str = ""
    waiting: str = ""
    wanted: str = ""
    location: Location | None = None
    forget: bool = False  # everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message as skills see it.

    `said` is what was typed, without links and signs that nobody sees; `plain` the same in
    simplified characters and small letters, `query` that in the words of documents (dialect and
    English translated): what to search with. `payload` is what a choice of this skill carries.
    """

    inbound: Inbound
    said: str
    plain: str
    query: str
    language: Language
    session: Session
    at: datetime
    today: date
    places: tuple[Place, ...] = ()
    payload: str | None = None
    location: Location | None = None
    followed: bool = False  # a follow-up: the last question with another place

    @property
    def english(self) -> bool:
        return self.language is Language.EN


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A published item that a reply rests on, and how it is cited. Before a reply leaves, the
    public must still see this very `version`."""

    item_id: str
    version: int
    citation: Citation


class Grounds(StrEnum):
    PUBLISHED = "published"  # what it says comes from its sources
    CONVERSATION = "conversation"  # it says nothing about government information
    NOTHING = "nothing"  # nothing published answers this


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a skill says. A reply that rests on what is published has sources, or it is refused
    here: no skill can answer without citing. `confidence` is from 0 to 1."""

    paragraphs: tuple[str, ...] = ()
    grounds: Grounds = Grounds.PUBLISHED
    sources: tuple[Source, ...] = ()
    media: tuple[Picture, ...] = ()
    choices: tuple[Choice, ...] = ()
    handover: bool = False
    confidence: float = 1.0
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        if self.grounds is Grounds.PUBLISHED and not self.sources:
            raise ValueError("a reply about what is published cites it")


@dataclass(frozen=True, slots=True)
class Example:
    """A message that must reach the skill; `before` are messages sent first in the same
    conversation."""

    text: str
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """`fits` says from 0 to 1 how surely a message is for this skill, by its form alone; the
    surest answers first, and one that has nothing to say returns None for the next. `place` is
    its place in the menu, 0 for none; `about` is an example of what to type."""

    name: str
    words: Words
    about: Words
    examples: tuple[Example, ...]
    fits: Callable[[Asked], float]
    answer: Callable[[Asked, Desk], Awaitable[Reply | None]]
    place: int = 0
