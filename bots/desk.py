"""What skills work with: the services that say what is published, and the ports to others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bots.generation import Composer
from bots.places import Places
from bots.retrieval import Retrieval
from hub.catalogue.keyareas.lookup import KeyAreaLookup
from hub.catalogue.keyareas.service import KeyAreas
from hub.catalogue.public.service import PublicCatalogue
from hub.catalogue.search.service import Search
from hub.conversation.desk.models import Handed
from hub.conversation.models import Inbound
from hub.conversation.subscriptions.models import Reader
from hub.conversation.subscriptions.service import Subscriptions
from hub.conversation.surveys.service import Surveys
from hub.kernel.clock import Clock

__all__ = ["Desk", "Office", "Outcomes", "People", "Said", "SaidKind", "Signals"]


class SaidKind(StrEnum):
    """What a citizen hands in and is told a reference for; everything else that is written, also
    what nothing published answers, is followed behind the answers."""

    OPINION = "opinion"  # 意见建议
    COMPLAINT = "complaint"  # 投诉举报
    SURVEY = "survey"  # 答卷


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a citizen said that somebody should read; `item_id` is the item it is about."""

    kind: SaidKind
    text: str
    inbound: Inbound
    item_id: str = ""


class People(Protocol):
    """Where a person goes on with a conversation."""

    async def hand_over(self, inbound: Inbound) -> Handed:
        """Give the sender's conversation to the body whose account it is, and say when somebody
        will answer; nobody may be there who could."""
        ...


class Signals(Protocol):
    """Where what citizens say is collected."""

    async def collect(self, said: Said) -> str:
        """Keep it and return the reference that the citizen is told; the same message again keeps
        nothing new. Raises Unavailable."""
        ...


class Outcomes(Protocol):
    """Who wants to hear what came of what they said."""

    async def want(self, reference: str, reader: Reader) -> bool:
        """Keep that the person who was told `reference` wants to hear of it; whether that is new.
        Raises NotFound, also for what somebody else said."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The disclosure office, as the guide names it (Regulation on Government Information
    Disclosure, art. 12); what is unknown is empty."""

    name: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`site_url` is where the public reads items, without a slash at its end."""

    clock: Clock
    search: Search
    public: PublicCatalogue
    keyareas: KeyAreas
    lookup: KeyAreaLookup
    subscriptions: Subscriptions
    signals: Signals
    people: People
    surveys: Surveys
    places: Places
    retrieval: Retrieval
    composer: Composer
    site_url: str
    site_name: str = ""
    office: Office = Office()
    outcomes: Outcomes | None = None  # None: nobody is told later
