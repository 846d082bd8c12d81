"""What staff do with reports; each is made with the sight of its owner, as it is then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.briefs.models import Brief, BriefKind, Scope, Shape, StoredBrief
from hub.opinion.briefs.service import Ask, Briefs
from hub.opinion.reports import events, rules, store
from hub.opinion.reports.errors import BadReport, NothingInSight, ReportNamed, UnknownReport
from hub.opinion.reports.models import Choice, Report, Rhythm
from hub.organisations.authority.sight import Sights
from hub.organisations.store import bodies_by_code

__all__ = ["Reports"]

_SHOWN = 200
_PREVIEWED = "preview"


class Reports:
    """A report is seen and changed by its owner, and by who operates every body there is."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        briefs: Briefs,
        sights: Sights,
        zone: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._briefs = briefs
        self._sights = sights
        self._zone = zone

    async def save(self, name: str, choice: Choice, *, actor: str) -> Report:
        """Keep a choice under a name. Raises BadReport, ReportNamed, NothingInSight."""
        name = rules.check_name(name)
        await self._scope(choice, actor)
        now = self._clock.now()
        one = Report(
            id=self._ids.new(now),
            name=name,
            owner=actor,
            choice=choice,
            created_at=now,
            changed_at=now,
        )

        def work(tx: Transaction) -> Report:
            _require_free(tx.connection, one)
            store.add_report(tx, one)
            self._record(tx, events.REPORT_SAVED, one, actor)
            return one

        return await self._database.write(work)

    async def change(self, report_id: str, name: str, choice: Choice, *, actor: str) -> Report:
        """Another name, another choice; what was made stays. Raises as `save`, UnknownReport."""
        name = rules.check_name(name)
        held = await self.get(report_id, actor=actor)
        await self._scope(choice, held.owner)
        now = self._clock.now()
        return await self._changed(
            held,
            lambda one: replace(one, name=name, choice=choice, changed_at=now),
            events.REPORT_CHANGED,
            actor,
        )

    async def schedule(
        self, report_id: str, rhythm: Rhythm, recipients: Sequence[str], *, actor: str
    ) -> Report:
        """From now on it is made by itself, and sent to these; or no more, with NONE. The first is
        of the first period that ends from now on. Raises BadReport, BadBrief, UnknownReport."""
        held = await self.get(report_id, actor=actor)
        to, now = rules.check_recipients(recipients), self._clock.now()
        since = None if rhythm is Rhythm.NONE else now

        def change(one: Report) -> Report:
            kept = one.since if one.rhythm is rhythm and not one.stopped else since
            return replace(one, rhythm=rhythm, recipients=to, since=kept, stopped="")

        return await self._changed(held, change, events.REPORT_SCHEDULED, actor)

    async def delete(self, report_id: str, *, actor: str) -> None:
        """The definition goes, what was made by it stays. Raises UnknownReport."""
        held = await self.get(report_id, actor=actor)

        def work(tx: Transaction) -> None:
            store.remove_report(tx, held.id)
            self._record(tx, events.REPORT_DELETED, held, actor)

        await self._database.write(work)

    async def get(self, report_id: str, *, actor: str) -> Report:
        """Raises UnknownReport also for what is not theirs to see."""
        found = await self._database.read(lambda c: store.get_report(c, report_id))
        if found is None or not (found.owner == actor or await self.sees_all(actor)):
            raise UnknownReport(report_id)
        return found

    async def all(self, *, actor: str) -> list[Report]:
        """Their own, or everybody's where they operate every body; the newest first."""
        owner = None if await self.sees_all(actor) else actor
        return await self._database.read(lambda c: store.reports_of(c, owner, _SHOWN))

    async def made(self, report: Report) -> list[StoredBrief]:
        """What was made by it, the newest first."""
        return await self._briefs.of_report(report.id)

    async def sees_all(self, login: str) -> bool:
        return (await self._sights.operated(login)).whole

    async def preview(
        self, name: str, choice: Choice, first: date, last: date, *, actor: str
    ) -> Brief:
        """As it would be now; nothing is kept. Raises BadReport, NothingInSight."""
        now = self._clock.now()
        one = Report(
            id=_PREVIEWED,
            name=" ".join(name.split()),
            owner=actor,
            choice=choice,
            created_at=now,
            changed_at=now,
        )
        return await self._briefs.preview(await self._ask(one, first, last))

    async def make(self, report_id: str, first: date, last: date, *, actor: str) -> StoredBrief:
        """The report of these days with its files, made once of the same choice; one that counts
        today is another each time. Raises BadReport, NothingInSight, UnknownReport."""
        report = await self.get(report_id, actor=actor)
        return await self.make_of(report, first, last, actor=actor)

    async def make_of(self, report: Report, first: date, last: date, *, actor: str) -> StoredBrief:
        return await self._briefs.of_ask(await self._ask(report, first, last), actor=actor)

    async def rhythmic(self) -> list[Report]:
        """Those that are made by themselves."""
        return await self._database.read(store.rhythmic)

    async def stop(self, report: Report, why: str, *, actor: str) -> None:
        """It is made no more by itself, because it cannot be."""
        await self._changed(
            report,
            lambda one: replace(one, rhythm=Rhythm.NONE, since=None, stopped=why),
            events.REPORT_STOPPED,
            actor,
        )

    async def _ask(self, report: Report, first: date, last: date) -> Ask:
        now = self._clock.now().astimezone(ZoneInfo(self._zone))
        rules.check_period(first, last, now.date())
        scope, names = await self._scope(report.choice, report.owner)
        until = now.strftime("%H:%M") if last == now.date() else ""
        shape = Shape(
            title=report.name,
            sections=report.choice.sections,
            scope=rules.scope_in_words(report.choice, names, until),
        )
        key = rules.choice_key(report)
        return Ask(
            kind=BriefKind.CUSTOM,
            first=first,
            last=last,
            scope=scope,
            shape=shape,
            report_id=report.id,
            choice=self._ids.new(now) if until else key,
            owner=report.owner,
        )

    async def _scope(self, choice: Choice, owner: str) -> tuple[Scope, dict[str, str]]:
        """What the choice means within the owner's sight, and the bodies' names by code."""
        rules.check_choice(choice)
        sight = await self._sights.operated(owner)
        if not sight.bodies:
            raise NothingInSight(owner)
        known = await self._database.read(lambda c: bodies_by_code(c, choice.bodies))
        bodies: set[str] = set()
        for code in choice.bodies:
            below = (await self._sights.operated(owner, under=code)).bodies
            if not below:
                raise BadReport(
                    "bodies",
                    f"“{code}”不在编制人负责的单位之内",
                    f"{code} is no body that its owner operates",
                    Words("从列出的单位中选择", "choose among the bodies that are listed"),
                )
            bodies |= below
        if not choice.bodies:
            bodies = set(sight.bodies)
        everything = sight.whole and not choice.bodies
        scope = Scope(
            bodies=None if everything else frozenset(bodies),
            unassigned=not choice.bodies,
            topics=choice.topics,
            channels=choice.channels,
        )
        return scope, {code: body.name for code, body in known.items()}

    async def _changed(
        self, held: Report, change: Callable[[Report], Report], kind: Kind, actor: str
    ) -> Report:
        def work(tx: Transaction) -> Report:
            current = store.get_report(tx.connection, held.id)
            if current is None:
                raise UnknownReport(held.id)
            changed = change(current)
            _require_free(tx.connection, changed)
            store.put_report(tx, changed)
            self._record(tx, kind, changed, actor)
            return changed

        return await self._database.write(work)

    def _record(self, tx: Transaction, kind: Kind, one: Report, actor: str) -> None:
        data = {"name": one.name, "rhythm": one.rhythm, "recipients": len(one.recipients)}
        if one.stopped:
            data["why"] = one.stopped
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=one.id, actor=actor, at=at, data=data))


def _require_free(connection: Connection, one: Report) -> None:
    """Raises ReportNamed where its owner has another of that name."""
    if store.named(connection, one.owner, one.name) not in (None, one.id):
        raise ReportNamed(one.name)
