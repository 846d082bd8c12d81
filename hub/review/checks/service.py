"""What may be done with checks: look, answer, mask, keep lists and severities."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from hub.catalogue import store as catalogue
from hub.catalogue.attachments.models import Inspected
from hub.catalogue.editing import edit_item
from hub.catalogue.models import Item
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event
from hub.organisations import store as organisations
from hub.organisations.models import Role
from hub.organisations.rules import unwelcome
from hub.review.checks import events, store
from hub.review.checks.admission import Library, look
from hub.review.checks.errors import FinalRule, UnknownFinding, UnknownList
from hub.review.checks.examining import Examiner
from hub.review.checks.facts import Source, find_unsupported
from hub.review.checks.files import Examined, examine_file, versions_of
from hub.review.checks.models import Acknowledgement, Finding, Hit, Passage, Report, Severity
from hub.review.checks.passages import item_passages, masked_draft, source_texts
from hub.review.checks.plain import Plain
from hub.review.checks.ports import LinkProbe
from hub.review.checks.rules import LINK, RULES, examine, finding_of
from hub.review.checks.store import Listed
from hub.review.checks.wordlists import SHIPPED, ListKind, WordEntry, WordList, checked_list
from hub.review.errors import WrongRole

__all__ = ["ACKNOWLEDGERS", "Checks", "Chosen"]

# who answers for a text that goes out: the roles of 审核 and 审发, and the disclosure office
ACKNOWLEDGERS = frozenset({Role.SECTION_HEAD, Role.LEADER, Role.DISCLOSURE_OFFICE})
_LONGEST_REASON = 500
_MOST_LINKS = 100
_LINKS_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which findings: by their hash (or its first 8 characters and more), by rule, or all."""

    hashes: Collection[str] = ()
    rules: Collection[str] = ()
    everything: bool = False

    def of(self, findings: Sequence[Finding]) -> list[Finding]:
        """Raises UnknownFinding for a hash or a rule that names none of them."""
        for wanted in self.hashes:
            if len(wanted) < 8 or not any(f.hash.startswith(wanted) for f in findings):
                raise UnknownFinding(wanted)
        for rule in self.rules:
            if not any(f.rule == rule for f in findings):
                raise UnknownFinding(rule)
        starts = tuple(self.hashes)
        return [
            f
            for f in findings
            if self.everything or f.rule in self.rules or (starts and f.hash.startswith(starts))
        ]


class Checks:
    """`login` is the person who answers; `editions` are texts made from the item, if any."""

    def __init__(self, database: Database, clock: Clock, probe: LinkProbe) -> None:
        self._database = database
        self._clock = clock
        self._probe = probe
        self._library = Library()
        self._examiner = Examiner(database, self._library)

    async def look(
        self, item_id: str, editions: Sequence[Passage] = (), *, links: bool = False
    ) -> Report:
        """Everything about an item and its editions, facts included; with `links` every address
        in them is asked whether it answers. Raises UnknownItem."""

        def read(connection: Connection, examined: Examined) -> tuple[Item, Report]:
            item = catalogue.get_item(connection, item_id)
            return item, self._look(connection, item, examined, editions)

        item, report = await self._examiner.read(item_id, read)
        if not links:
            return report
        dead = await self._dead_links([*item_passages(item), *editions])
        return replace(report, findings=(*report.findings, *dead))

    async def examine(self, passages: Sequence[Passage]) -> Report:
        """The rules over any texts, with the lists of the house."""
        lists = await self._database.read(self._library.current)
        findings = await asyncio.to_thread(examine, passages, lists)
        return Report(findings=tuple(findings), lists={one.name: one.version for one in lists})

    async def examine_file(self, inspected: Inspected) -> Report:
        """A file that belongs to no item yet: its text, and what hides in it."""
        lists = await self._database.read(self._library.current)
        found = await asyncio.to_thread(examine_file, inspected, lists)
        return Report(findings=tuple(found.told({})), lists=versions_of(lists))

    async def facts(self, derived: Sequence[Passage], source: Sequence[str]) -> Report:
        """What `derived` says and `source` does not."""

        def compare() -> list[Finding]:
            known = Source.of(source)
            return [
                finding_of(passage, hit)
                for passage in derived
                for hit in find_unsupported(known, Plain(passage.text))
            ]

        return Report(findings=tuple(await asyncio.to_thread(compare)))

    async def facts_of(self, item_id: str, source_id: str) -> Report:
        """An interpretation or a post, held against the document it is about; UnknownItem."""
        derived, source = await self._database.read(
            lambda c: (catalogue.get_item(c, item_id), catalogue.get_item(c, source_id))
        )
        return await self.facts(item_passages(derived), source_texts(source))

    async def acknowledge(
        self,
        item_id: str,
        chosen: Chosen,
        reason: str,
        login: str,
        editions: Sequence[Passage] = (),
    ) -> Report:
        """Answer in writing for blocking findings of the item's current version.

        Raises WrongRole, FinalRule for what can only be masked, UnknownFinding, InvalidInput.
        """
        reason, at = _checked_reason(reason), self._clock.now()

        def work(tx: Transaction, examined: Examined) -> Report:
            item = catalogue.lock_item(tx, item_id)
            _check_role(tx, item, login)
            report = self._look(tx.connection, item, examined, editions)
            blocking = [f for f in chosen.of(report.findings) if f.severity is Severity.BLOCK]
            for found in blocking:
                if found.final:
                    raise FinalRule(found.rule)
            fresh = {f.hash: f for f in blocking if f.hash not in report.acknowledged}
            answers = [
                Acknowledgement(
                    item_id=item.id,
                    item_version=item.version,
                    finding=hashed,
                    rule=found.rule,
                    by=login,
                    reason=reason,
                    at=at,
                )
                for hashed, found in fresh.items()
            ]
            store.add_acknowledgements(tx, answers)
            if answers:
                rules = {a.finding: a.rule for a in answers}
                data = {"version": item.version, "findings": rules, "reason": reason}
                kind = events.ACKNOWLEDGED
                tx.record(Event(kind=kind, subject=item.id, actor=login, at=at, data=data))
            return replace(
                report, acknowledged={**report.acknowledged, **{a.finding: a for a in answers}}
            )

        return await self._examiner.write(item_id, work)

    async def mask(self, item_id: str, chosen: Chosen, login: str) -> tuple[Item, list[Finding]]:
        """Mask findings in the item's own texts: a new version, and what was masked in it.

        Raises UnknownItem, UnknownFinding, and Conflict where nothing chosen can be masked.
        """
        at = self._clock.now()

        def work(tx: Transaction, examined: Examined) -> tuple[Item, list[Finding]]:
            item = catalogue.lock_item(tx, item_id)
            report = look(tx.connection, self._library, item, examined=examined)
            findings = [f for f in chosen.of(report.findings) if f.mask and f.editable]
            if not findings:
                raise Conflict(
                    Words("所选之中没有可遮盖的", "nothing chosen can be masked"),
                    field="finding",
                    remedy=Words("修改文字，或书面确认", "edit the text, or acknowledge it"),
                )
            edited = edit_item(tx, item, masked_draft(item, findings), actor=login, at=at)
            counts = {f.rule: sum(g.rule == f.rule for g in findings) for f in findings}
            data = {"version": edited.version, "from": item.version, "masked": counts}
            tx.record(Event(kind=events.MASKED, subject=item.id, actor=login, at=at, data=data))
            return edited, findings

        return await self._examiner.write(item_id, work)

    def _look(
        self,
        connection: Connection,
        item: Item,
        examined: Examined,
        editions: Sequence[Passage],
    ) -> Report:
        return look(connection, self._library, item, editions, examined=examined, with_facts=True)

    # --- lists and severities ---------------------------------------------------------------

    async def lists(self, name: str = "") -> list[Listed]:
        return await self._database.read(lambda c: store.list_heads(c, name))

    async def word_list(self, name: str, version: int = 0) -> WordList:
        """One version of a list, the newest by default; raises UnknownList."""

        def read(connection: Connection) -> WordList:
            known = store.list_heads(connection, name)
            if not known and name == SHIPPED.name and not version:
                return SHIPPED
            if not known:
                raise UnknownList(name)
            return store.get_list(connection, name, version or known[0].version)

        return await self._database.read(read)

    async def import_list(
        self, name: str, kind: ListKind, entries: Sequence[WordEntry], login: str
    ) -> WordList:
        """The list's next version; the same entries again change nothing. Raises InvalidInput."""
        checked, at = checked_list(name, kind, entries), self._clock.now()

        def work(tx: Transaction) -> WordList:
            known = store.list_heads(tx.connection, name)
            if known and known[0].sha256 == checked.sha256:
                return replace(checked, version=known[0].version)
            listed = replace(checked, version=known[0].version + 1 if known else 1)
            store.add_list(tx, listed, login, at)
            data = {"version": listed.version, "sha256": listed.sha256, "size": len(entries)}
            kind = events.LIST_IMPORTED
            tx.record(Event(kind=kind, subject=name, actor=login, at=at, data=data))
            return listed

        return await self._database.write(work)

    async def severities(self, body_id: str) -> dict[str, Severity]:
        """Every rule's severity in a body."""
        own = await self._database.read(lambda c: store.severities_of(c, body_id))
        return {name: own.get(name, rule.severity) for name, rule in RULES.items()}

    async def set_severity(
        self, body_id: str, rule: str, severity: Severity | None, login: str
    ) -> None:
        """Make a rule stricter or milder in a body; None: as it is by itself.

        Raises NotFound for an unknown rule, FinalRule for one that no body may soften.
        """
        if rule not in RULES:
            raise NotFound(Words(f"没有规则“{rule}”", f"no rule '{rule}'"), field="rule")
        if RULES[rule].final:
            raise FinalRule(rule)
        at = self._clock.now()

        def work(tx: Transaction) -> None:
            if severity is None:
                store.clear_severity(tx, body_id, rule)
            else:
                store.put_severity(tx, body_id, rule, severity, login, at)
            data = {"rule": rule, "severity": severity.value if severity else ""}
            kind = events.SEVERITY_SET
            tx.record(Event(kind=kind, subject=body_id, actor=login, at=at, data=data))

        await self._database.write(work)

    async def _dead_links(self, passages: Sequence[Passage]) -> list[Finding]:
        """Every address that does not answer, where it stands first; 100 at most are asked."""
        places: dict[str, tuple[Passage, int]] = {}
        for passage in passages:
            plain = Plain(passage.text)
            for start, end in plain.urls:
                places.setdefault(plain.raw[start:end].rstrip(".,;:!?)'\""), (passage, start))
        gate = asyncio.Semaphore(_LINKS_AT_ONCE)

        async def ask(url: str, passage: Passage, start: int) -> Finding | None:
            async with gate:
                answer = await self._probe.ask(url)
            if answer.good:
                return None
            why = answer.error or str(answer.status)
            about = Words(f"链接打不开（{why}）", f"the link does not answer ({why})")
            hit = Hit(rule=LINK, start=start, end=start + len(url), value=url, about=about)
            return finding_of(passage, hit)

        asked = [ask(url, *place) for url, place in list(places.items())[:_MOST_LINKS]]
        return [found for found in await asyncio.gather(*asked) if found is not None]


def _check_role(tx: Transaction, item: Item, login: str) -> None:
    person = organisations.person_by_login(tx.connection, login)
    roles = organisations.roles_of(tx.connection, person.id, item.body_id)
    if not roles & ACKNOWLEDGERS or not person.active:
        raise WrongRole(
            Words(f"{person.name} 在本单位无权确认", f"{person.name} may not acknowledge here"),
            field="login",
            remedy=Words(
                "由审核、审发人或政务公开工作机构确认",
                "a section head, a leader or the disclosure office does it",
            ),
        )


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON or unwelcome(reason, "\n\t"):
        raise InvalidInput(
            Words(f"理由须为 1 至 {_LONGEST_REASON} 字", f"1 to {_LONGEST_REASON} characters"),
            field="reason",
            remedy=Words("写明依据和理由", "say on what ground"),
        )
    return reason
