"""What the nightly look suggests: two topics that are one, or one that is several."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from hub.kernel.errors import GongkaiError, InvalidInput, NotFound, Words
from hub.opinion.issues.models import Issue, Suggestion, SuggestionKind
from hub.opinion.stream.models import Line, Wanted
from hub.organisations.authority.sight import Sight
from web.console.areas.opinion.asked import sight_of
from web.console.call import Call
from web.statuses import status_of

__all__ = ["accept", "refuse", "shown", "split"]

_SAMPLES = 5
_MOST_PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One side of a suggestion: an issue with samples, or the signal that stands for a part."""

    issue: Issue | None
    lines: tuple[Line, ...]


async def shown(call: Call) -> web.StreamResponse:
    return await _page(call)


async def accept(call: Call) -> web.StreamResponse:
    """Do it; ids stay, and what went where is on record."""
    one = await _chosen(call)
    done = await call.desk.listening.regrouping.accept(one.issue_id, one.kind, actor=call.login)
    return call.go(f"/opinion/topics/{done[0].id}", said=f"{one.kind}-done")


async def refuse(call: Call) -> web.StreamResponse:
    """They stay as they are, with the reason."""
    one = await _chosen(call)
    why = call.text("why")[:500]
    try:
        await call.desk.listening.regrouping.refuse(one.issue_id, one.kind, why, actor=call.login)
    except InvalidInput as error:
        return await _page(call, error)
    return call.go("/opinion/suggestions", at=call.text("at")[:4], said="refused")


async def split(call: Call) -> web.StreamResponse:
    """Split a topic without being asked to."""
    issue_id, sight = call.request.match_info["id"], await sight_of(call)
    await call.desk.listening.stream.require_issues([issue_id], sight)
    done = await call.desk.listening.regrouping.split(issue_id, actor=call.login)
    return call.go(f"/opinion/topics/{done[0].id}", said="split-done")


async def _suggestions(call: Call, sight: Sight) -> list[Suggestion]:
    """Those whose every issue is in sight."""
    found = await call.desk.listening.issues.suggestions()
    ids = {issue_id for one in found for issue_id in _issues(one)}
    seen = await call.desk.listening.stream.issues_in_sight(ids, sight)
    return [one for one in found if seen.issuperset(_issues(one))]


def _issues(one: Suggestion) -> tuple[str, ...]:
    """The issues it is about; a split names signals beside the one."""
    return (one.issue_id, *one.others) if one.kind is SuggestionKind.MERGE else (one.issue_id,)


async def _chosen(call: Call) -> Suggestion:
    issue_id, kind = call.text("issue"), call.text("kind")
    for one in await _suggestions(call, await sight_of(call)):
        if (one.issue_id, one.kind) == (issue_id, kind):
            return one
    raise NotFound(
        Words("这一建议已处理或不在您的范围", "that suggestion is settled, or out of sight"),
        field="issue",
        remedy=Words("回到建议列表", "go back to the suggestions"),
    )


async def _page(call: Call, problem: GongkaiError | None = None) -> web.Response:
    sight = await sight_of(call)
    found = await _suggestions(call, sight)
    asked = call.text("at") or call.asked("at")
    at = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    at = min(at, max(0, len(found) - 1))
    one = found[at] if found else None
    return call.page(
        "opinion/suggestions",
        status=status_of(problem) if problem else 200,
        found=found,
        at=at,
        one=one,
        sides=await _parts(call, one, sight) if one else [],
        problem=problem,
    )


async def _parts(call: Call, one: Suggestion, sight: Sight) -> list[Part]:
    services = call.desk.listening
    known = await services.issues.known(list(_issues(one)))
    parts = []
    if one.kind is SuggestionKind.MERGE:
        for issue_id in _issues(one):
            wanted = Wanted(issue_id=issue_id, limit=_SAMPLES)
            page = await services.stream.page(wanted, sight)
            parts.append(Part(issue=known.get(issue_id), lines=page.lines))
        return parts
    for signal_id in one.others[:_MOST_PARTS]:
        try:
            line = await services.stream.line(signal_id, sight)
        except NotFound:  # of another body, or deleted since
            continue
        parts.append(Part(issue=known.get(one.issue_id), lines=(line,)))
    return parts
