"""From a message to its answer: read, given to the skill that it fits best, checked, remembered.

Before an answer leaves, the database is asked once more whether the public still sees every
version that it cites: what was recalled meanwhile is not said.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from bots import texts
from bots.contract import Asked, Grounds, Language, Memory, Reply, Session, Skill
from bots.desk import Desk
from bots.reading import chosen_number, cleaned, in_documents_words, is_next, language_of
from bots.registry import skills
from bots.sessions import Sessions, key_of
from hub.catalogue.search.errors import NoIndex
from hub.catalogue.search.normalise import normalised
from hub.conversation.models import Answer, EventType, Inbound, InboundKind
from hub.kernel.clock import CHINA
from hub.kernel.errors import GongkaiError

__all__ = ["Engine", "Told"]

# the skills that the engine itself turns to; the others it only finds
_WELCOME, _OPT_OUT, _ITEMS = "help_menu", "opt_out", "ask_policy"
_ITEM = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")  # an item's id, as on a poster's QR code
_SPOKEN = frozenset({InboundKind.TEXT, InboundKind.VOICE, InboundKind.LINK})
_ROUNDS = 2  # of answering, where what was to be cited is recalled meanwhile
_AT_ONCE = 4  # answers: more than the processors do in turns, and the last of a crowd waits longer
_LEAST = 0.05  # a skill that thinks less of a message is not asked
_log = structlog.get_logger("bots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer and how it came about; `skill` is empty where none had anything to say."""

    answer: Answer
    skill: str = ""
    confidence: float = 0.0
    language: Language = Language.HANS
    query: str = ""


class Engine:
    """Answers on any channel; `Answerer` of hub.conversation.ports. Messages of one person must
    come one after another, as the inbox hands them on.

    `at_once` answers are made side by side, the others in the order in which they came.
    """

    def __init__(
        self,
        desk: Desk,
        sessions: Sessions,
        found: Mapping[str, Skill] | None = None,
        *,
        at_once: int = _AT_ONCE,
    ) -> None:
        self.desk = desk
        self._sessions = sessions
        self._places = asyncio.Semaphore(at_once)
        self._skills = found if found is not None else skills()

    async def answer(self, inbound: Inbound) -> Answer:
        return (await self.explain(inbound)).answer

    async def explain(self, inbound: Inbound) -> Told:
        """The answer with the skill, how sure it is, and what was searched for."""
        async with self._places:
            return await self._explain(inbound)

    async def _explain(self, inbound: Inbound) -> Told:
        key = key_of(inbound)
        session = await self._sessions.load(key)
        await self.desk.places.refresh()
        asked, wanted = self._read(inbound, session)
        if wanted is None:
            return Told(answer=Answer(), language=asked.language)
        skill, reply = await self._checked(asked, wanted)
        if reply.memory.forget:
            await self._sessions.forget(key)
        else:
            await self._sessions.save(key, _remembered(session, reply))
        return Told(
            answer=_answer(reply),
            skill=skill,
            confidence=round(reply.confidence, 3),
            language=asked.language,
            query=asked.query,
        )

    # --- reading ----------------------------------------------------------------------------

    def _read(self, inbound: Inbound, session: Session) -> tuple[Asked, str | None]:
        """The message as skills see it, and whose it is by name: "" to be found out, None nobody's
        because it wants no answer."""
        said = cleaned(inbound.text) if inbound.kind in _SPOKEN else ""
        asked = self._asked(inbound, session, said)
        if inbound.kind is InboundKind.EVENT:
            return self._event(asked)
        if inbound.kind is InboundKind.LOCATION and inbound.location:
            return replace(asked, location=inbound.location), session.waiting
        if not said:  # a picture, a file, or nothing but an address
            return replace(asked, payload="unreadable"), _WELCOME
        if is_next(asked.plain):
            return self._chosen(asked, session.more or f"{_WELCOME}/no-more")
        if (number := chosen_number(asked.plain)) is not None:
            if 1 <= number <= len(session.offered):
                return self._chosen(asked, session.offered[number - 1].payload)
            return replace(asked, payload=f"number/{len(session.offered)}"), _WELCOME
        if places := self.desk.places.followed(asked.plain) if session.text else ():
            said = self._with_places(session.text, places[0].name)
            return replace(self._asked(inbound, session, said), followed=True), ""
        return asked, session.waiting

    def _asked(self, inbound: Inbound, session: Session, said: str) -> Asked:
        told = inbound.language
        language = language_of(said, session, told)
        plain = normalised(said)
        query = in_documents_words(said, language)
        places = self.desk.places.named_in(plain if plain == query else f"{query} {plain}")
        now = self.desk.clock.now()
        return Asked(
            inbound=inbound,
            said=said,
            plain=plain,
            query=query,
            language=language,
            session=session,
            at=now,
            today=now.astimezone(CHINA).date(),
            places=places,
        )

    def _event(self, asked: Asked) -> tuple[Asked, str | None]:
        key = asked.inbound.event_key
        match asked.inbound.event:
            case EventType.SUBSCRIBE:
                return replace(asked, payload="welcome"), _WELCOME
            case EventType.UNSUBSCRIBE:
                return replace(asked, payload="left"), _OPT_OUT
            case EventType.CHOICE if key:
                return self._chosen(asked, key)
            case EventType.SCAN if _ITEM.fullmatch(key):
                return replace(asked, payload=key), _ITEMS
            case EventType.SCAN if key.partition("/")[0] in self._skills:
                return self._chosen(asked, key)
            case EventType.SCAN:
                return replace(asked, payload="welcome"), _WELCOME
            case _:
                return asked, None

    def _chosen(self, asked: Asked, payload: str) -> tuple[Asked, str]:
        """A choice of ours; a menu entry may also carry words, which are read as typed."""
        name, _, argument = payload.partition("/")
        if name in self._skills:
            return replace(asked, payload=argument), name
        return self._asked(asked.inbound, asked.session, cleaned(payload)), ""

    def _with_places(self, text: str, name: str) -> str:
        """The last question about another place."""
        plain = in_documents_words(text, language_of(text, Session()))
        for place in self.desk.places.named_in(plain):
            plain = plain.replace(place.name, " ")
        return " ".join(f"{name}{plain}".split())

    # --- answering --------------------------------------------------------------------------

    async def _checked(self, asked: Asked, wanted: str) -> tuple[str, Reply]:
        """A reply whose sources are public as cited, at the moment it is given."""
        for _ in range(_ROUNDS):
            skill, reply = await self._reply(asked, wanted)
            cited = {one.item_id: one.version for one in reply.sources if one.item_id}
            if not cited or await self.desk.public.numbers(list(cited)) == cited:
                return skill, reply
            _log.info("cited item changed while answering", skill=skill)
        return skill, _unable(asked, "changed")

    async def _reply(self, asked: Asked, wanted: str) -> tuple[str, Reply]:
        for name, skill in self._ranked(asked, wanted):
            try:
                reply = await skill.answer(asked, self.desk)
            except NoIndex:
                return name, _unable(asked, "no-index")
            except GongkaiError as error:
                _log.warning("skill refused", skill=name, code=error.code)
                words = error.words.en if asked.english else error.words.zh
                told = texts.in_script(words, asked.language)
                return name, Reply(paragraphs=(told,), grounds=Grounds.CONVERSATION)
            if reply is not None:
                return name, reply
        return "", _unable(asked, "nothing", Grounds.NOTHING)

    def _ranked(self, asked: Asked, wanted: str) -> list[tuple[str, Skill]]:
        """The skills to be asked, the one that the message is for first, then by how it fits."""
        fits = {name: skill.fits(asked) for name, skill in self._skills.items()}
        if wanted in fits:
            # somebody who waits for a word still hears a person that asks for another thing
            elsewhere = max((fit for name, fit in fits.items() if name != wanted), default=0.0)
            fits[wanted] = 2.0 if asked.payload is not None or elsewhere < 0.9 else 0.89
        order = sorted(fits, key=lambda name: (-fits[name], name))
        return [(name, self._skills[name]) for name in order if fits[name] >= _LEAST]


def _unable(asked: Asked, name: str, grounds: Grounds = Grounds.CONVERSATION) -> Reply:
    text = texts.fill("_shared", asked.language, name)
    return Reply(paragraphs=(text,), grounds=grounds, handover=True, confidence=0.0)


def _remembered(session: Session, reply: Reply) -> Session:
    memory: Memory = reply.memory
    at = memory.location
    return Session(
        language=session.language if memory.language is None else memory.language,
        text=session.text if memory.text is None else memory.text,
        item_id=session.item_id if memory.item_id is None else memory.item_id,
        offered=reply.choices,
        more=memory.more,
        waiting=memory.waiting,
        wanted=memory.wanted,
        latitude=at.latitude if at else session.latitude,
        longitude=at.longitude if at else session.longitude,
    )


def _answer(reply: Reply) -> Answer:
    return Answer(
        paragraphs=reply.paragraphs,
        cites=tuple(source.citation for source in reply.sources),
        media=reply.media,
        choices=reply.choices,
        handover=reply.handover,
        unanswered=reply.grounds is Grounds.NOTHING,
    )
