"""The door: what is submitted for review is examined in the transaction that opens the review,
its files before it.

Publishing opens every review through `admit`, whoever asks for it; a signer sees what was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.catalogue.models import Item
from hub.kernel.database import Transaction
from hub.kernel.events import Event
from hub.review.checks import events, store
from hub.review.checks.errors import BlockedByChecks, NotExamined
from hub.review.checks.facts import Source, find_unsupported
from hub.review.checks.files import NOTHING, Examined, versions_of
from hub.review.checks.models import Finding, Passage, Report, Severity
from hub.review.checks.passages import item_passages, source_texts
from hub.review.checks.plain import Plain
from hub.review.checks.rules import FACTS, RULES, examine, finding_of
from hub.review.checks.wordlists import SHIPPED, WordList

__all__ = ["Library", "admit", "look"]


class Library:
    """The newest version of every list. Entries are read once per version and kept."""

    def __init__(self) -> None:
        self._kept: dict[str, WordList] = {}

    def current(self, connection: Connection) -> list[WordList]:
        """A list named like the shipped one replaces it."""
        found = {SHIPPED.name: SHIPPED}
        for head in store.newest_heads(connection):
            known = self._kept.get(head.name)
            if known is None or known.version != head.version:
                known = store.get_list(connection, head.name, head.version)
                self._kept[head.name] = known
            found[head.name] = known
        return list(found.values())


def look(
    connection: Connection,
    library: Library,
    item: Item,
    editions: Sequence[Passage] = (),
    *,
    examined: Examined = NOTHING,
    with_facts: bool = False,
) -> Report:
    """What the rules find in an item, its files and the texts of its editions, with the answers
    given. Raises NotExamined where `examined` is not about these files and lists.

    What an edition has from the item is told once, where people wrote it. With `with_facts`, and
    where the body makes them block, editions are held against the item.
    """
    severities = store.severities_of(connection, item.body_id)
    lists = library.current(connection)
    versions = versions_of(lists)
    if not examined.covers(item.attachments, versions):
        raise NotExamined
    passages = list(item_passages(item))
    own = {passage.text for passage in passages}
    others = [p for p in _distinct(editions) if p.text not in own]
    findings = examine(passages, lists, severities)
    for file in item.attachments:
        findings += examined.files[file.sha256, file.name].told(severities)
    known = {found.hash for found in findings}
    made = examine(others, lists, severities)
    findings += [found for found in made if found.hash not in known]
    if with_facts or severities.get(FACTS, RULES[FACTS].severity) is Severity.BLOCK:
        findings += _unsupported(item, others, severities)
    return Report(
        findings=tuple(findings),
        acknowledged=store.acknowledgements_of(connection, item.id, item.version),
        lists=versions,
    )


def admit(
    tx: Transaction,
    library: Library,
    item: Item,
    editions: Sequence[Passage],
    *,
    examined: Examined,
    actor: str,
    at: datetime,
) -> Report:
    """Raise BlockedByChecks for what must not go out; write down what goes with remarks.

    Raises NotExamined as `look` does."""
    report = look(tx.connection, library, item, editions, examined=examined)
    if report.refusing:
        raise BlockedByChecks(report.refusing)
    if report.findings:
        data = {
            "version": item.version,
            "findings": _counts(report.findings),
            "acknowledged": sorted(report.acknowledged),
            "lists": dict(report.lists),
        }
        tx.record(Event(kind=events.CHECKED, subject=item.id, actor=actor, at=at, data=data))
    return report


def _unsupported(
    item: Item, passages: Sequence[Passage], severities: dict[str, Severity]
) -> list[Finding]:
    source = Source.of(source_texts(item))
    return [
        finding_of(passage, hit, severities)
        for passage in passages
        for hit in find_unsupported(source, Plain(passage.text))
    ]


def _distinct(passages: Sequence[Passage]) -> list[Passage]:
    """One passage of each text: many channels get the same words."""
    return list({passage.text: passage for passage in reversed(passages) if passage.text}.values())


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    rules = [found.rule for found in findings]
    return {rule: rules.count(rule) for rule in sorted(set(rules))}
