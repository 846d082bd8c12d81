"""What the staff API works with: the hub's services, and one call to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.catalogue.listing.service import Listing
from hub.catalogue.models import Item
from hub.catalogue.service import Catalogue
from hub.conversation.desk.answering import DeskAnswering
from hub.conversation.desk.service import DeskService
from hub.interpretation.service import Interpretations
from hub.kernel.clock import Clock
from hub.kernel.database import Database
from hub.kernel.errors import Words
from hub.opinion.cases.service import CaseService
from hub.opinion.issues.service import IssueService
from hub.opinion.judging.service import JudgingService
from hub.opinion.reports.service import Reports
from hub.opinion.stream.service import Stream
from hub.organisations.authority.sight import OPERATING, Sights
from hub.organisations.errors import RoleNeeded
from hub.organisations.models import Person, Role, Selection
from hub.organisations.roster.service import Register
from hub.organisations.service import Organisations
from hub.organisations.tokens.models import Token
from hub.organisations.tokens.repeats.service import Repeats
from hub.organisations.tokens.service import Tokens
from hub.organisations.webhooks.service import Webhooks
from hub.publishing.agenda.service import Agendas
from hub.publishing.board.service import DeliveryBoard
from hub.publishing.forecast.service import Simulation
from hub.publishing.grouping.service import AccountGroups
from hub.publishing.operations import Operations
from hub.publishing.recall.service import Recalling
from hub.publishing.service import Publishing
from hub.publishing.slots.service import SlotLanes
from hub.review.checks.service import Checks
from hub.review.determination.service import Determinations
from hub.review.doors.service import Doors
from hub.review.models import Approval
from hub.review.service import Review
from web.console.desk import Desk as ConsoleDesk
from web.console.handling import Handling
from web.staff.asked import Submit
from web.staff.rates import Keeper

__all__ = ["Call", "Services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`zone` is the IANA zone of wall-clock times that come without one."""

    zone: str
    site_url: str
    tokens: Tokens
    doors: Doors
    organisations: Organisations
    catalogue: Catalogue
    channels: frozenset[str]
    determinations: Determinations
    interpretations: Interpretations
    checks: Checks
    review: Review
    publishing: Publishing
    operations: Operations
    desk: DeskService
    answering: DeskAnswering
    clock: Clock
    repeats: Repeats
    rates: Keeper
    webhooks: Webhooks
    groups: AccountGroups
    database: Database
    listing: Listing
    sights: Sights
    board: DeliveryBoard
    recalling: Recalling
    agendas: Agendas
    slots: SlotLanes
    simulation: Simulation
    register: Register
    stream: Stream
    judging: JudgingService
    issues: IssueService
    cases: CaseService
    reports: Reports
    handling: Handling
    console: ConsoleDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request by the owner of its token; `told` is its decoded body and `asked` its decoded
    query, where it has them. `limits` are headers that say how often the key may still ask."""

    request: web.Request
    person: Person
    token: Token
    services: Services
    limits: Mapping[str, str]
    told: Any = None
    asked: Any = None

    @property
    def login(self) -> str:
        return self.person.login

    @property
    def attempt(self) -> str:
        """What is tried, as the audit log names it."""
        return f"{self.request.method} {self.request.path}"

    def part(self, name: str) -> str:
        """A parameter of the path."""
        return self.request.match_info[name]

    async def somewhere(self, roles: Set[Role]) -> None:
        """The console's first gate: raise RoleNeeded unless the caller holds one of `roles` in
        any body. Whose things they may touch is asked beside it."""
        if not await self.holds(roles):
            raise RoleNeeded(
                Words("您的角色不能使用这一部分", "no role of yours opens this part"),
                field="role",
                remedy=Words("请管理员授予角色", "ask an administrator for a role"),
            )

    async def holds(self, roles: Set[Role]) -> bool:
        """Whether the caller holds one of `roles` in any body."""
        profile = await self.services.console.governing.personnel.profile(self.login)
        return not roles.isdisjoint({one.role for one in profile.held})

    async def within(self, body_id: str, roles: Set[Role]) -> None:
        """Raise RoleNeeded unless they hold one of `roles` in the body or above it."""
        doors = self.services.doors
        await doors.require_within_reach(self.login, body_id, roles, attempt=self.attempt)

    async def whole(self, roles: Set[Role]) -> None:
        """Raise RoleNeeded unless one of `roles` reaches every body there is."""
        await self.services.doors.require_whole(self.login, roles, attempt=self.attempt)

    async def item(self, roles: Set[Role] | None = None, item_id: str = "") -> Item:
        """The item of the path (or `item_id`), once it is sure that the caller holds one of
        `roles` in its body, or may read what the body prepares; UnknownItem, RoleNeeded."""
        services = self.services
        item = await services.catalogue.get(item_id or self.request.match_info["item"])
        doors, about = services.doors, {"attempt": self.attempt, "subject": item.id}
        if roles is None:
            await doors.require_sight(self.login, item.body_id, **about)
        else:
            await doors.require(self.login, item.body_id, roles, **about)
        return item

    async def approval(self) -> Approval:
        """The approval of the path, once it is sure that the caller may read it."""
        found = await self.services.review.get(self.request.match_info["approval"])
        await self.item(item_id=found.item_id)
        return found

    async def operates(self, accounts: Iterable[str], roles: Set[Role] = OPERATING) -> None:
        """Raise RoleNeeded unless the caller holds one of `roles` for the bodies of all those
        accounts, or above them; the refusal is recorded."""
        if ids := tuple(sorted(set(accounts))):
            await self.services.doors.require_accounts(
                self.login, Selection(ids=ids), roles, attempt=self.attempt, subject=ids[0]
            )

    async def selection(self, told: Submit, item: Item, roles: Set[Role]) -> Selection:
        """The accounts that are meant, all of them within the caller's reach; RoleNeeded."""
        services = self.services
        body = await services.organisations.body(told.body) if told.body else None
        selection = Selection(
            ids=told.accounts,
            channels=told.channels,
            body_id=body.id if body else "",
            region=told.region,
            tag=told.tag,
            group=told.group,
        )
        await services.doors.require_accounts(
            self.login, selection, roles, attempt=self.attempt, subject=item.id
        )
        return selection
