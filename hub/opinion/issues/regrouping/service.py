"""Carries out what the nightly look suggests, or notes why not. Ids stay: of a split issue the
largest part keeps the id, of merged ones the larger, and where the others went is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Conflict, InvalidInput, NotFound, Words
from hub.kernel.events import Event, Kind
from hub.kernel.ids import IdSource
from hub.opinion.errors import UnknownIssue
from hub.opinion.issues import store
from hub.opinion.issues.clusters import Clusters
from hub.opinion.issues.models import Issue, Suggestion, SuggestionKind, Verification
from hub.opinion.issues.nightly import PART, Texts, parts_of
from hub.opinion.issues.regrouping import events
from hub.opinion.issues.regrouping import store as regrouped
from hub.opinion.issues.service import IssueService

__all__ = ["Regrouping"]

_MOST_MEMBERS = 300  # as the nightly look reads
_TITLE = 60


class Regrouping:
    """`issues` merges; what it remembers is read anew after every change, in every process."""

    def __init__(
        self, *, database: Database, clock: Clock, ids: IdSource, issues: IssueService
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._issues = issues

    async def accept(self, issue_id: str, kind: SuggestionKind, *, actor: str) -> list[Issue]:
        """Do what is suggested; the issues there are afterwards, the one that keeps its id first.

        Raises NotFound where nothing of the kind is suggested, and Conflict where the issue has
        changed so that it cannot be done any more.
        """
        suggestion = await self._suggestion(issue_id, kind)
        if kind is SuggestionKind.MERGE:
            return [await self._issues.merge(issue_id, suggestion.others[0], actor=actor)]
        return await self.split(issue_id, actor=actor)

    async def split(self, issue_id: str, *, actor: str) -> list[Issue]:
        """Split an issue into what its signals fall into; the largest part keeps the id.

        Raises UnknownIssue, and Conflict where they hold together or it was merged.
        """
        issue, texts = await self._database.read(
            lambda c: (store.get_issue(c, issue_id), store.texts_of(c, issue_id, _MOST_MEMBERS))
        )
        if issue is None:
            raise UnknownIssue(issue_id)
        parts = await asyncio.to_thread(parts_of, texts)
        leaving = [part for part in parts[1:] if len(part) >= PART]
        if issue.merged_into or not leaving:
            raise Conflict(
                Words("该事项拆分不开或已并入其他事项", "it holds together, or was merged"),
                field="issue",
            )
        centres = await asyncio.to_thread(_centres, texts, [parts[0], *leaving])
        named = {one: title or text for one, title, text in texts}

        def change(tx: Transaction) -> list[Issue]:
            now = self._clock.now()
            begun = [
                replace(issue, id=new, title=named[part[0]][:_TITLE].replace("\n", " "))
                for part, new in zip(leaving, self._ids.many(now, len(leaving)), strict=True)
            ]
            store.put_issues(tx, begun, {one.id for one in begun})
            for part, one in zip(leaving, begun, strict=True):
                if regrouped.move(tx, part, issue_id, one.id) < len(part):
                    raise Conflict(
                        Words("事项刚被改动，请重试", "it has just changed, look again"),
                        field="issue",
                    )
            found = [
                replace(regrouped.recounted(tx, one), terms=centre)
                for one, centre in zip((issue, *begun), centres, strict=True)
            ]
            store.put_issues(tx, [_verified(one) for one in found], ())
            regrouped.drop_suggestion(tx, issue_id, SuggestionKind.SPLIT)
            others = [one.id for one in begun]
            kind = SuggestionKind.SPLIT
            change_id = self._ids.new(now)
            regrouped.add_change(tx, change_id, kind, issue_id, others, actor, now)
            self._record(tx, events.ISSUE_SPLIT, issue_id, actor, {"into": others})
            return found

        return await self._database.write(change)

    async def refuse(self, issue_id: str, kind: SuggestionKind, why: str, *, actor: str) -> None:
        """They stay as they are. A merge of the two is suggested no more, a split only when the
        issue has twice as many signals. Raises NotFound, and InvalidInput without a reason."""
        if not why.strip():
            raise InvalidInput(Words("须写明理由", "a reason is needed"), field="why")
        suggestion = await self._suggestion(issue_id, kind)
        other = suggestion.others[0] if kind is SuggestionKind.MERGE else ""

        def change(tx: Transaction) -> None:
            held, now = store.get_issue(tx.connection, issue_id), self._clock.now()
            size = held.signals if held else 0
            regrouped.add_refusal(tx, kind, issue_id, other, size, why.strip(), actor, now)
            regrouped.drop_suggestion(tx, issue_id, kind)
            data = {"kind": kind, "others": list(suggestion.others), "why": why.strip()}
            self._record(tx, events.SUGGESTION_REFUSED, issue_id, actor, data)

        await self._database.write(change)

    async def _suggestion(self, issue_id: str, kind: SuggestionKind) -> Suggestion:
        for one in await self._issues.suggestions():
            if (one.issue_id, one.kind) == (issue_id, kind):
                return one
        raise NotFound(
            Words(f"没有对事项 {issue_id} 的这一建议", f"nothing of that kind for {issue_id}"),
            field="issue",
            remedy=Words("用 gongkai issue suggestions 查看", "see gongkai issue suggestions"),
        )

    def _record(
        self, tx: Transaction, kind: Kind, subject: str, actor: str, data: Mapping[str, object]
    ) -> None:
        at = self._clock.now()
        tx.record(Event(kind=kind, subject=subject, actor=actor, at=at, data=data))


def _verified(issue: Issue) -> Issue:
    """A part with hearsay in it is to be looked into; a part without never was."""
    if not issue.rumours:
        return replace(issue, verification=Verification.NONE)
    if issue.verification is Verification.NONE:
        return replace(issue, verification=Verification.OPEN)
    return issue


def _centres(texts: Texts, parts: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """The centre of each part, rounded as they are kept."""
    clusters = Clusters()
    clusters.learn((title, text) for _, title, text in texts)
    part_of = {one: str(number) for number, part in enumerate(parts) for one in part}
    for signal_id, title, text in texts:
        if (part := part_of.get(signal_id)) is not None:
            clusters.join(part, clusters.terms(title, text))
    return [
        {term: round(weight, 4) for term, weight in clusters.centre(str(number)).items()}
        for number in range(len(parts))
    ]
