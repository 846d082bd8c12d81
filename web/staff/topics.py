"""What the staff API does with what the nightly look suggests, with hearsay, and with topics that
are split or answered by something else."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.kernel.errors import NotFound, Words
from hub.opinion.issues.models import Issue, Suggestion, SuggestionKind, Verification
from hub.opinion.rumours.models import LinkKind, Rumour
from web.staff.desk import Call
from web.staff.telling import Told, told

__all__ = [
    "AskRumours",
    "ChooseSuggestion",
    "RefuseSuggestion",
    "StaffIssueHeads",
    "StaffRumours",
    "StaffSuggestions",
    "accept_suggestion",
    "list_rumours",
    "list_suggestions",
    "refuse_suggestion",
    "split_issue",
    "unlink_clarification",
]

Id = Annotated[str, Meta(pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]


class ChooseSuggestion(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    issue: Id
    kind: SuggestionKind


class RefuseSuggestion(ChooseSuggestion, forbid_unknown_fields=True, frozen=True, kw_only=True):
    why: Annotated[str, Meta(min_length=1, max_length=500)]


class AskRumours(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`unanswered`: only those that nothing answers yet."""

    unanswered: bool = False
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class StaffSuggestion(Told, frozen=True, kw_only=True):
    """`others`: to merge, the issues; to split, signals that stand for the parts."""

    kind: SuggestionKind
    issue_id: str
    others: tuple[str, ...]
    score: float
    made_at: datetime


class StaffSuggestions(Struct, frozen=True, kw_only=True):
    suggestions: tuple[StaffSuggestion, ...]


class StaffIssueHead(Told, frozen=True, kw_only=True):
    """`merged_into` is empty, or the issue that it went into."""

    id: str
    title: str
    topic: str
    signals: int
    verification: Verification
    merged_into: str


class StaffIssueHeads(Struct, frozen=True, kw_only=True):
    issues: tuple[StaffIssueHead, ...]


class StaffClarification(Told, frozen=True, kw_only=True):
    item_id: str
    title: str
    published_at: datetime


class StaffRumour(Struct, frozen=True, kw_only=True):
    """`score` is how well the clarification fits, 0 where there is none."""

    issue: StaffIssueHead
    clarification: StaffClarification | None
    score: float


class StaffRumours(Struct, frozen=True, kw_only=True):
    rumours: tuple[StaffRumour, ...]


async def list_suggestions(call: Call) -> StaffSuggestions:
    """Those whose every issue is in sight."""
    found = await _suggestions(call)
    return StaffSuggestions(suggestions=tuple(told(StaffSuggestion, one) for one in found))


async def accept_suggestion(call: Call) -> StaffIssueHeads:
    """Merged or split; ids stay, and what went where is on record."""
    one = await _chosen(call)
    regrouping = call.services.console.listening.regrouping
    return _heads(await regrouping.accept(one.issue_id, one.kind, actor=call.login))


async def refuse_suggestion(call: Call) -> StaffSuggestions:
    """They stay as they are; the suggestions that are left."""
    asked: RefuseSuggestion = call.told
    one = await _chosen(call)
    regrouping = call.services.console.listening.regrouping
    await regrouping.refuse(one.issue_id, one.kind, asked.why, actor=call.login)
    return await list_suggestions(call)


async def split_issue(call: Call) -> StaffIssueHeads:
    """Without being asked to."""
    issue_id = call.part("issue")
    await _require(call, issue_id)
    regrouping = call.services.console.listening.regrouping
    return _heads(await regrouping.split(issue_id, actor=call.login))


async def unlink_clarification(call: Call) -> StaffIssueHeads:
    """The clarification is about something else."""
    issue_id, services = call.part("issue"), call.services
    known = await services.issues.known([issue_id])
    gone = known[issue_id].merged_into if issue_id in known else ""
    await _require(call, gone or issue_id)
    listening = services.console.listening
    await listening.rumours.refuse(LinkKind.ISSUE, issue_id, actor=call.login)
    return _heads([(await services.issues.issue(issue_id))[0]])


async def list_rumours(call: Call) -> StaffRumours:
    """Those without a clarification first."""
    asked: AskRumours = call.asked
    services, sight = call.services, await call.services.sights.operated(call.login)
    rumours = services.console.listening.rumours
    found = await rumours.rumours(unanswered=asked.unanswered, limit=asked.limit)
    seen = await services.stream.issues_in_sight([one.issue.id for one in found], sight)
    kept = [one for one in found if one.issue.id in seen]
    kept.sort(key=lambda one: one.clarification is not None)
    return StaffRumours(rumours=tuple(_rumour(one) for one in kept))


def _rumour(one: Rumour) -> StaffRumour:
    clarified = one.clarification
    return StaffRumour(
        issue=told(StaffIssueHead, one.issue),
        clarification=told(StaffClarification, clarified) if clarified else None,
        score=one.score,
    )


async def _require(call: Call, issue_id: str) -> None:
    sight = await call.services.sights.operated(call.login)
    await call.services.stream.require_issues([issue_id], sight)


async def _suggestions(call: Call) -> list[Suggestion]:
    services, sight = call.services, await call.services.sights.operated(call.login)
    found = await services.issues.suggestions()
    ids = {issue_id for one in found for issue_id in _issues(one)}
    seen = await services.stream.issues_in_sight(ids, sight)
    return [one for one in found if seen.issuperset(_issues(one))]


def _issues(one: Suggestion) -> tuple[str, ...]:
    """The issues it is about; a split names signals beside the one."""
    return (one.issue_id, *one.others) if one.kind is SuggestionKind.MERGE else (one.issue_id,)


async def _chosen(call: Call) -> Suggestion:
    asked: ChooseSuggestion = call.told
    for one in await _suggestions(call):
        if (one.issue_id, one.kind) == (asked.issue, asked.kind):
            return one
    raise NotFound(
        Words("这一建议已处理或不在您的范围", "that suggestion is settled, or out of sight"),
        field="issue",
        remedy=Words("见 GET /opinion/suggestions", "see GET /opinion/suggestions"),
    )


def _heads(found: list[Issue]) -> StaffIssueHeads:
    return StaffIssueHeads(issues=tuple(told(StaffIssueHead, one) for one in found))
